"""Production settings. Everything that differs between installations comes from the environment (see
.env.example).
"""

from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from autoflow import embedded
from autoflow.settings.parsing import (
    broker_url,
    database,
    field_keys,
    gateway_url,
    issuer,
    site_url,
    sms_url,
    storage,
)

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))


def required(name):
    """The value of a setting that has no safe default; a missing one stops the start with a sentence that
    names it.
    """
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"缺少环境变量 {name}，系统不能启动。各变量的说明见 .env.example。")
    return value


SETTINGS_NAME = env.str("DJANGO_SETTINGS_MODULE", default=__name__)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = required("SECRET_KEY")
ALLOWED_HOSTS = [host.strip() for host in required("ALLOWED_HOSTS").split(",") if host.strip()]
SITE_URL = site_url(env.str("SITE_URL", default=""), ALLOWED_HOSTS)
DATABASE_URL = required("DATABASE_URL")
REDIS_URL = required("REDIS_URL")
CELERY_BROKER_URL = broker_url(REDIS_URL)

FIELD_KEYS = field_keys(required("FIELD_KEYS"))
INDEX_KEY = required("INDEX_KEY").encode()
FIELD_CIPHER = env.str("FIELD_CIPHER", default="AES-256-GCM")

if __name__ == SETTINGS_NAME:
    if DEBUG:
        raise ImproperlyConfigured("生产环境不允许打开 DEBUG，请去掉该环境变量。")
    if embedded.database_url(VAR_DIR) == DATABASE_URL or embedded.redis_url(VAR_DIR) == REDIS_URL:
        raise ImproperlyConfigured(
            "生产环境不允许使用内置的 PostgreSQL 或 Redis，请把 DATABASE_URL、REDIS_URL 指向正式的服务器。"
        )
    if len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("SECRET_KEY 过短，生产环境至少需要 50 个随机字符。")
    if env.str("SMS_URL", default="").startswith(("console:", "memory:")):
        raise ImproperlyConfigured("生产环境的 SMS_URL 须是短信网关的地址；没有网关请留空，不提供短信方式。")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "autoflow",
    "accounts",
    "catalog",
    "filing",
    "reporting",
    "newcar",
    "usedcar",
    "reviews",
]

MIDDLEWARE = [
    "autoflow.common.middleware.request_identity",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "autoflow.common.middleware.response_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "autoflow.common.middleware.same_site_only",
    "django.middleware.csrf.CsrfViewMiddleware",
    "autoflow.common.asking.page_memory",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.session_limits",
    "accounts.middleware.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.pushed_out",
    "accounts.middleware.refusals_recorded",
    "accounts.middleware.AccountDuties",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "autoflow.common.middleware.database_errors",
    "autoflow.common.middleware.wrong_method_explained",
]

ROOT_URLCONF = "autoflow.urls"
WSGI_APPLICATION = "autoflow.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.menu.page_context",
                "accounts.inbox.page_context",
            ],
            "builtins": ["autoflow.common.templatetags.ui"],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

DATABASES = {
    "default": {
        **database(DATABASE_URL),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"]["OPTIONS"] |= {
    "connect_timeout": 5,
    "options": f"-c statement_timeout={env.int('STATEMENT_TIMEOUT_MS', default=5000)} "
    "-c lock_timeout=3000 -c idle_in_transaction_session_timeout=60000",
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
}

CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 4,
    "socket_connect_timeout": 2,
    "visibility_timeout": 600,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "filing.tasks.verify_images": {"queue": "default"},
    "filing.tasks.sweep_images": {"queue": "default"},
    "usedcar.tasks.*": {"queue": "import"},
    "catalog.tasks.*": {"queue": "import"},
    "filing.tasks.*": {"queue": "sync"},
}
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE = {
    "worker-heartbeat": {
        "task": "autoflow.common.tasks.beat_heart",
        "schedule": 15.0,
        "options": {"expires": 30},
    },
    "owe-what-opened": {
        "task": "reporting.tasks.owe_what_opened",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "remind-who-owes": {
        "task": "reporting.tasks.remind_who_owes",
        "schedule": crontab(hour="8-20", minute=20),
        "options": {"expires": 3600},
    },
    "sweep-imports": {
        "task": "usedcar.tasks.sweep_imports",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "sweep-loads": {
        "task": "catalog.tasks.sweep_loads",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "verify-images": {"task": "filing.tasks.verify_images", "schedule": crontab(hour=2, minute=10)},
    "sweep-images": {"task": "filing.tasks.sweep_images", "schedule": crontab(hour=3, minute=10)},
    "forget-tries": {"task": "filing.tasks.forget_tries", "schedule": crontab(hour=3, minute=40)},
    "sweep-messages": {
        "task": "accounts.tasks.sweep_messages",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "sweep-pushes": {
        "task": "filing.tasks.sweep_pushes",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
}

AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # the name is unique without regard to case, by constraint
AUTHENTICATION_BACKENDS = ["accounts.backends.AccountBackend"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:login"
PASSWORD_HASHERS = ["accounts.hashers.TunedArgon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.ComplexityValidator"},
    {"NAME": "accounts.passwords.PersonalInformationValidator"},
    {"NAME": "accounts.passwords.FamiliarPasswordValidator"},
]
PASSWORD_MAX_DAYS = env.int("PASSWORD_MAX_DAYS", default=90)
MFA_REQUIRED = env.bool("MFA_REQUIRED", default=True)
OIDC_ISSUER = issuer(env.str("OIDC_ISSUER", default=""))
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_USCC_CLAIM = env.str("OIDC_USCC_CLAIM", default="uscc")
OIDC_NAME_CLAIM = env.str("OIDC_NAME_CLAIM", default="name")

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 30 * 60
SESSION_TOTAL_SECONDS = 12 * 60 * 60
SESSIONS_PER_ACCOUNT = env.int("SESSIONS_PER_ACCOUNT", default=10)  # 0: any number
SESSION_RENEWED_SECONDS = 60
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "autoflow.common.error_pages.csrf_failure"
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(VAR_DIR / "static"))
STATICFILES_FINDERS = ["autoflow.common.static.PackageFinder"]
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/bootstrap", BASE_DIR / "node_modules" / "bootstrap" / "dist"),
    ("vendor/echarts", BASE_DIR / "node_modules" / "echarts" / "dist"),
    ("vendor/htmx", BASE_DIR / "node_modules" / "htmx.org" / "dist"),
]
STORAGES = {
    "default": storage(required("STORAGE_URL")),
    "staticfiles": {"BACKEND": "autoflow.common.static.ModuleStorage"},
}

globals().update(env.email_url_config(required("EMAIL_URL")))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="noreply@localhost")
EMAIL_TIMEOUT = 10
DEMO_MESSAGES = VAR_DIR / "log" / "messages.log"
SMS_URL = sms_url(env.str("SMS_URL", default=""))
POLICE_GATEWAY_URL = gateway_url(env.str("POLICE_GATEWAY_URL", default=""))
POLICE_GATEWAY_KEY = (
    required("POLICE_GATEWAY_KEY") if POLICE_GATEWAY_URL else env.str("POLICE_GATEWAY_KEY", default="")
)
POLICE_GATEWAY_CA = env.str("POLICE_GATEWAY_CA", default="")
if POLICE_GATEWAY_CA and not Path(POLICE_GATEWAY_CA).is_file():
    raise ImproperlyConfigured("POLICE_GATEWAY_CA 指向的证书文件不存在。")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

PRODUCT_NAME = "全国汽车流通信息管理"
SUPPORT_PHONE = "010-67801967"
CATALOG_REQUESTS_PER_DAY = env.int("CATALOG_REQUESTS_PER_DAY", default=30)
IMPORT_MAX_ROWS = env.int("IMPORT_MAX_ROWS", default=100_000)
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_MB", default=50) * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "identity": {"()": "autoflow.common.logs.RequestIdentity"},
        "personal": {"()": "autoflow.common.logs.PersonalDataMask"},
    },
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s %(user_id)s",
            "json_ensure_ascii": False,
        }
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["identity", "personal"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"handlers": ["console"], "propagate": False}},
}
