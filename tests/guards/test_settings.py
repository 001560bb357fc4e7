"""Production settings refuse to start unsafe, name what is missing, and pass Django's own checks."""

import base64
import os
import secrets
import subprocess
import sys

import pytest

from autoflow import embedded
from tests.guards.source import ROOT

REQUIRED = [
    *("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"),
    *("FIELD_KEYS", "INDEX_KEY", "STORAGE_URL", "EMAIL_URL"),
]


@pytest.fixture
def production(tmp_path):
    """The environment of a sound installation."""
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "autoflow.settings.base",
        "PYTHONWARNINGS": "error",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "autoflow.example.org",
        "DATABASE_URL": "postgresql://autoflow:secret@database.example.org:5432/autoflow",
        "REDIS_URL": "redis://:secret@redis.example.org:6379/0",
        "FIELD_KEYS": "1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "INDEX_KEY": secrets.token_urlsafe(32),
        "STORAGE_URL": f"file://{tmp_path}",
        "EMAIL_URL": "smtp://mail.example.org:25",
    }


def start(environment, *command):
    return subprocess.run(
        [sys.executable, "manage.py", *(command or ("check", "--tag", "security"))],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def assert_refused(environment, sentence):
    result = start(environment)
    assert result.returncode != 0
    assert sentence in result.stderr


def test_production_check_deploy_is_clean(production):
    result = start(production, "check", "--deploy", "--fail-level", "INFO")

    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


@pytest.mark.parametrize("name", REQUIRED)
def test_production_refuses_to_start_without(production, name):
    del production[name]

    assert_refused(production, f"缺少环境变量 {name}")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DEBUG", "1", "DEBUG"),
        ("SECRET_KEY", "short", "SECRET_KEY 过短"),
        ("DATABASE_URL", embedded.database_url(ROOT / "var"), "内置的 PostgreSQL"),
        ("REDIS_URL", embedded.redis_url(ROOT / "var"), "内置的 PostgreSQL 或 Redis"),
        ("DATABASE_URL", "not a url at all", "DATABASE_URL 格式不正确"),
        ("FIELD_KEYS", "1:short", "FIELD_KEYS"),
        ("STORAGE_URL", "ftp://somewhere", "STORAGE_URL"),
        ("POLICE_GATEWAY_URL", "http://jg.example.org", "POLICE_GATEWAY_URL 须以 https://"),
        ("POLICE_GATEWAY_URL", "https://user:secret@jg.example.org", "POLICE_GATEWAY_URL 须以 https://"),
        ("POLICE_GATEWAY_URL", "https://jg.example.org", "缺少环境变量 POLICE_GATEWAY_KEY"),
        ("POLICE_GATEWAY_CA", "nowhere.pem", "POLICE_GATEWAY_CA 指向的证书文件不存在"),
        ("SITE_URL", "autoflow.example.org", "SITE_URL"),
        ("ALLOWED_HOSTS", "*", "SITE_URL"),
        ("SMS_URL", "console://", "SMS_URL"),
        ("SMS_URL", "smtp://gateway.example.org", "SMS_URL"),
        ("OIDC_ISSUER", "http://platform.example.org", "OIDC_ISSUER"),
    ],
)
def test_production_refuses_unsafe_values(production, name, value, sentence):
    assert_refused(production | {name: value}, sentence)


def test_dev_and_test_do_not_loosen_production(settings):
    """What the tests switch off is what plain HTTP on loopback forbids, and nothing more."""
    assert settings.DEBUG is False
    assert settings.CSRF_COOKIE_HTTPONLY is True
    assert settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["default-src"] == ["'none'"]
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
