"""Reads structured values of the environment; a malformed one stops the start with a sentence that names
it.
"""

import base64
import binascii
import ipaddress
from urllib.parse import parse_qs, urlsplit

import psycopg2
from django.core.exceptions import ImproperlyConfigured
from psycopg2.extensions import parse_dsn


def database(url):
    """DATABASE_URL as a Django database: every form libpq reads, sockets and TLS options included."""
    try:
        options = parse_dsn(url)
    except psycopg2.ProgrammingError as error:
        raise ImproperlyConfigured(
            "DATABASE_URL 格式不正确，例如 postgresql://用户:口令@主机:5432/库名。"
        ) from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": options.pop("dbname", ""),
        "USER": options.pop("user", ""),
        "PASSWORD": options.pop("password", ""),
        "HOST": options.pop("host", ""),
        "PORT": options.pop("port", ""),
        "OPTIONS": options,
    }


def broker_url(redis_url):
    """The same Redis as Celery spells it: a socket `unix:///path` becomes `redis+socket:///path`."""
    return redis_url.replace("unix://", "redis+socket://", 1)


def field_keys(text):
    """FIELD_KEYS as {version: 32 bytes}, newest first: `2:BASE64,1:BASE64`."""
    keys = {}
    for part in text.split(","):
        version, _, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ImproperlyConfigured(
                "FIELD_KEYS 格式不正确，应为“版本:BASE64密钥”，多个以逗号分隔。"
            ) from error
        if not version.isdigit() or len(key) != 32:
            raise ImproperlyConfigured("FIELD_KEYS 中每个密钥须有数字版本号，密钥为 32 字节。")
        keys[int(version)] = key
    return keys


def gateway_url(url):
    """POLICE_GATEWAY_URL: HTTPS to a host; plain HTTP only to this machine, for demonstration and tests."""
    parts = urlsplit(url)
    is_here = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    has_more = parts.username or parts.password or parts.query or parts.fragment
    if url and (has_more or not parts.hostname or not (parts.scheme == "https" or is_here)):
        raise ImproperlyConfigured(
            "POLICE_GATEWAY_URL 须以 https:// 开头（本机可用 http://），且不含口令、参数，例如 https://jg.example.gov.cn/filing。"
        )
    return url


def storage(url):
    """STORAGE_URL as a Django storage: `file:///path` or `s3://bucket?endpoint_url=…` (keys as
    django-storages names them).
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": parts.path, "base_url": None},
        }
    if parts.scheme == "s3":
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": parts.netloc,
                "default_acl": "private",
                "querystring_auth": True,
                **options,
            },
        }
    raise ImproperlyConfigured("STORAGE_URL 只支持 file:///目录 或 s3://桶名。")


def is_loopback(host):
    """Whether a host name means this machine, where plain HTTP harms nobody."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def site_url(url, allowed_hosts):
    """The one address of the site in links we send; the first allowed host unless SITE_URL says otherwise."""
    url = (url or f"https://{allowed_hosts[0]}").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.netloc[0] in "*.":
        raise ImproperlyConfigured("SITE_URL 应为网站的完整地址，例如 https://qiche.example.gov.cn。")
    return url


def sms_url(url):
    """SMS_URL as it is, if its kind is known; empty means that no text messages are sent."""
    if url and urlsplit(url).scheme not in {"https", "http", "console", "memory"}:
        raise ImproperlyConfigured("SMS_URL 只支持 https://账号:密钥@网关地址，演示用 console://。")
    return url


def issuer(url):
    """OIDC_ISSUER as it is, if it can be trusted: HTTPS, or plain HTTP on this machine."""
    parts = urlsplit(url)
    if url and parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ImproperlyConfigured("OIDC_ISSUER 须为 https 地址（本机测试除外）。")
    return url
