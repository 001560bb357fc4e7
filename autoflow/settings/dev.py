"""The local demonstration (`make run`): embedded services, keys made once and kept in var/, plain HTTP on
loopback.
"""

import base64
import os
import secrets
from pathlib import Path
from urllib.parse import quote

from autoflow import embedded

VAR = Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parents[2] / "var")


def local_secret(name, size):
    """A random secret of this checkout, made on first use and readable by its owner only."""
    path = VAR / "secrets" / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(size)).decode())
        try:
            os.link(draft, path)
        except FileExistsError:
            path.touch()
        draft.unlink()
    return path.read_text()


for name, value in {
    "SECRET_KEY": local_secret("secret_key", 48),
    "ALLOWED_HOSTS": "127.0.0.1,localhost,[::1]",
    "FIELD_KEYS": f"1:{local_secret('field_key', 32)}",
    "INDEX_KEY": local_secret("index_key", 32),
    "DATABASE_URL": embedded.database_url(VAR),
    "REDIS_URL": embedded.redis_url(VAR),
    "STORAGE_URL": f"file://{quote(str(VAR / 'storage'))}",
    "SITE_URL": f"http://127.0.0.1:{os.environ.get('PORT') or 8000}",
    "EMAIL_URL": "consolemail://",
    "SMS_URL": "console://",
    "MFA_REQUIRED": "0",
    "PASSWORD_MAX_DAYS": "0",
    "POLICE_GATEWAY_URL": "http://127.0.0.1:8899",
    "POLICE_GATEWAY_KEY": local_secret("police_gateway_key", 32),
}.items():
    os.environ.setdefault(name, value)

from autoflow.settings.base import *  # noqa: E402 -- the environment must be complete first

if EMAIL_BACKEND == "django.core.mail.backends.console.EmailBackend":
    EMAIL_BACKEND = "autoflow.demo.mailbox.EmailBackend"
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_NAME = "csrf"
CSRF_COOKIE_SECURE = False
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SECURE_PROXY_SSL_HEADER = None
