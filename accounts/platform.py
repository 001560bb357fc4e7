"""Sign-in through the ministry's unified platform by OpenID Connect: code flow with PKCE, state and nonce;
the id token is checked against the platform's keys.
"""

from dataclasses import dataclass

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.urls import reverse
from joserfc.errors import JoseError

from autoflow.common import identifiers
from autoflow.common.errors import BusinessError
from autoflow.common.text import normalise, normalise_number

TIMEOUT = 10
UNREACHABLE = "统一平台暂时连接不上，请稍后再试，或用账号密码登录。"
NOT_TRUSTED = "统一平台返回的登录信息无效或已过期，请重新登录。"
WITHOUT_CODE = "统一平台没有提供有效的统一社会信用代码，请用账号密码登录，或联系技术支持。"


@dataclass(frozen=True)
class PlatformIdentity:
    """Which enterprise the platform vouches for."""

    uscc: str
    name: str


def is_offered():
    """Whether this installation is connected to the platform."""
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID)


def _client():
    """Built anew for each sign-in, so that no process keeps keys or addresses the platform has changed."""
    issuer = settings.OIDC_ISSUER.rstrip("/")
    return OAuth().register(
        "platform",
        overwrite=True,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        client_kwargs={
            "scope": "openid profile",
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT,
        },
    )


def _checked(client):
    """The platform describes itself under the name it is configured by, or is not the platform."""
    try:
        named = client.load_server_metadata().get("issuer", "")
    except (requests.RequestException, ValueError) as error:
        raise BusinessError(UNREACHABLE) from error
    if named.rstrip("/") != settings.OIDC_ISSUER.rstrip("/"):
        raise BusinessError(NOT_TRUSTED)
    return client


def send_there(request):
    """The answer that takes the browser to the platform; state, nonce and verifier stay in the session."""
    client = _checked(_client())
    return client.authorize_redirect(request, settings.SITE_URL + reverse("accounts:platform-return"))


def identity_of(request) -> PlatformIdentity:
    """Who came back, if the platform says so in an id token made for this very sign-in."""
    client = _checked(_client())
    try:
        claims = client.authorize_access_token(request).get("userinfo") or {}
    except requests.RequestException as error:
        raise BusinessError(UNREACHABLE) from error
    except (AuthlibBaseError, JoseError, ValueError) as error:
        raise BusinessError(NOT_TRUSTED) from error
    uscc = normalise_number(str(claims.get(settings.OIDC_USCC_CLAIM) or ""))
    if set(identifiers.uscc_faults(uscc)) - {"F-005W"}:
        raise BusinessError(WITHOUT_CODE)
    return PlatformIdentity(uscc=uscc, name=normalise(str(claims.get(settings.OIDC_NAME_CLAIM) or ""))[:100])
