"""The test suite: own embedded services in a folder of each run (or DATABASE_URL / REDIS_URL), fast hashing,
everything in memory that may be.
"""

import base64
import os
from pathlib import Path
from urllib.parse import quote

from autoflow import embedded

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.setdefault("TEST_VAR", str(ROOT / "var" / f"test-{os.getpid()}")))
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")

for name, value in {
    "SECRET_KEY": "a-secret-key-for-tests-only-that-is-more-than-fifty-characters-long",
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
    "FIELD_KEYS": "1:" + base64.b64encode(b"field-key-for-tests-of-32-bytes!").decode(),
    "INDEX_KEY": "index-key-for-tests",
    "DATABASE_URL": embedded.database_url(VAR),
    "REDIS_URL": embedded.redis_url(VAR),
    "EMAIL_URL": "memorymail://",
    "SITE_URL": "http://testserver",
    "SMS_URL": "memory://",
    "MFA_REQUIRED": "0",
    "POLICE_GATEWAY_KEY": "police-gateway-key-for-tests",
    "STATEMENT_TIMEOUT_MS": "30000",
}.items():
    os.environ.setdefault(name, value)

os.environ["STORAGE_URL"] = f"file://{quote(str(VAR / f'storage-{WORKER}'))}"  # never that of a neighbour

from autoflow.settings.base import *  # noqa: E402 -- the environment must be complete first

DATABASES["default"]["TEST"] = {
    "NAME": f"test_autoflow_{os.environ.get('TEST_DB_SUFFIX', VAR.name.removeprefix('test-'))}"
}
INSTALLED_APPS += ["tests.reporting.appraisal"]  # the content of a report form only tests know
CACHES["default"]["KEY_PREFIX"] = f"{VAR.name}-{WORKER}"
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_NAME = "csrf"
CSRF_COOKIE_SECURE = False
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "未定义的模板变量 %s"
LOGGING["root"]["level"] = "WARNING"
