"""Sign-in through the unified platform, against a real OpenID provider on loopback."""

import base64
import json
import logging
import warnings
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.integrations.base_client.sync_app import OAuth2Mixin
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from accounts.models import AuditRecord, User
from autoflow.settings.parsing import issuer
from tests.factories import UserFactory, uscc_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import oidc_provider_mock

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
START, BACK, LOGIN = "accounts:platform-start", "accounts:platform-return", "/accounts/login/"


@pytest.fixture(scope="session")
def provider():
    """The provider's address; `people(provider, sub, **claims)` makes it know somebody."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with oidc_provider_mock.run_server_in_thread(require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def platform(provider, settings):
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = (
        provider,
        "autoflow",
        "secret",
    )
    return provider


def know(provider, sub, **claims):
    requests.put(f"{provider}/users/{sub}", json=claims, timeout=5).raise_for_status()


def vouch(client, sub, start=None):
    """Through the provider's own page, up to the address it sends the browser back to."""
    away = (start or client.get(reverse(START))).url
    page = requests.post(away, data={"sub": sub}, allow_redirects=False, timeout=5)
    assert page.status_code == 302
    return urlsplit(page.headers["Location"])


def come_back(client, location):
    return client.get(f"{location.path}?{location.query}")


def test_manager_known_by_the_credit_code_is_signed_in(client, platform):
    user = UserFactory()
    know(platform, "one", uscc=user.uscc, name=user.organisation)
    client.get(reverse("accounts:recovery"))
    before = client.cookies.get("session")

    answer = come_back(client, vouch(client, "one"))

    assert answer.url == "/"
    assert client.get("/").context["user"] == user
    assert client.cookies["session"].value != (before.value if before else "")
    row = AuditRecord.objects.get(action="account.sign-in")
    assert (row.username, row.detail) == (user.username, {"through": "platform"})


def test_request_carries_pkce_state_and_nonce(client, platform):
    asked = parse_qs(urlsplit(client.get(reverse(START)).url).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"http://testserver{reverse(BACK)}"]
    assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))


def test_unknown_enterprise_registers_with_what_the_platform_told(client, platform):
    uscc = uscc_of(880_010)
    know(platform, "two", uscc=uscc, name="杭州平台汽车有限公司")
    answer = come_back(client, vouch(client, "two"))
    assert answer.url == reverse("accounts:register")
    page = client.get(answer.url).content.decode()
    assert uscc in page
    assert "杭州平台汽车有限公司" in page
    assert User.objects.count() == 0


def test_mail_of_somebody_else_opens_nothing(client, platform):
    victim = UserFactory()
    know(platform, "three", uscc=uscc_of(880_011), email=victim.email, email_verified=True)
    assert come_back(client, vouch(client, "three")).url == reverse("accounts:register")
    assert client.get("/").url.startswith(LOGIN)


def test_operator_and_official_are_not_reached_by_a_credit_code(client, platform):
    operator = UserFactory(operator=True)
    know(platform, "four", uscc=operator.uscc)
    assert come_back(client, vouch(client, "four")).url == reverse("accounts:register")


def test_disabled_account_stays_out(client, platform):
    user = UserFactory(is_active=False)
    know(platform, "five", uscc=user.uscc)
    come_back(client, vouch(client, "five"))
    assert client.get("/").url.startswith(LOGIN)


@pytest.mark.parametrize("claims", [{}, {"uscc": "123"}, {"uscc": ["x"]}, {"uscc": None}])
def test_missing_or_malformed_code_is_refused(client, platform, claims):
    know(platform, "six", **claims)
    assert come_back(client, vouch(client, "six")).url == LOGIN
    assert "没有提供有效的统一社会信用代码" in client.get(LOGIN).content.decode()


def test_answer_for_another_browser_is_refused(client, platform):
    user = UserFactory()
    know(platform, "seven", uscc=user.uscc)
    location = vouch(client, "seven")
    stranger = Client()
    assert come_back(stranger, location).url == LOGIN
    assert stranger.get("/").url.startswith(LOGIN)


def test_answer_is_taken_once(client, platform):
    user = UserFactory()
    know(platform, "eight", uscc=user.uscc)
    location = vouch(client, "eight")
    come_back(client, location)
    client.post(reverse("accounts:logout"))
    assert come_back(client, location).url == LOGIN
    assert client.get("/").url.startswith(LOGIN)


def test_refusal_at_the_platform_leads_back_to_sign_in(client, platform):
    state = parse_qs(urlsplit(client.get(reverse(START)).url).query)["state"][0]
    assert client.get(reverse(BACK), {"error": "access_denied", "state": state}).url == LOGIN
    assert client.get(reverse(BACK)).url == LOGIN


def test_nonce_of_another_sign_in_is_refused(client, platform):
    user = UserFactory()
    know(platform, "nine", uscc=user.uscc)
    location = vouch(client, "nine")
    session = client.session
    (key,) = [name for name in dict(session) if name.startswith("_state_platform_")]
    session[key] = session[key] | {"data": session[key]["data"] | {"nonce": "another-nonce"}}
    session.save()
    assert come_back(client, location).url == LOGIN


def test_altered_id_token_is_refused(client, platform, monkeypatch):
    """The signature counts, not what the token says."""
    victim, thief = UserFactory(), UserFactory()
    know(platform, "ten", uscc=thief.uscc)
    location = vouch(client, "ten")
    honest = OAuth2Mixin.fetch_access_token

    def forged(self, **params):
        token = honest(self, **params)
        head, body, tail = token["id_token"].split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        claims["uscc"] = victim.uscc
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        return {**token, "id_token": f"{head}.{body}.{tail}"}

    monkeypatch.setattr(OAuth2Mixin, "fetch_access_token", forged)
    assert come_back(client, location).url == LOGIN
    assert client.get("/").url.startswith(LOGIN)


def test_provider_under_another_name_is_not_trusted(client, platform, monkeypatch):
    honest = OAuth2Mixin.load_server_metadata
    monkeypatch.setattr(
        OAuth2Mixin, "load_server_metadata", lambda self: honest(self) | {"issuer": "https://evil.example"}
    )
    assert client.get(reverse(START)).url == LOGIN


def test_provider_that_is_away_is_said_kindly(client, platform, settings):
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    assert client.get(reverse(START)).url == LOGIN
    assert "暂时连接不上" in client.get(LOGIN).content.decode()


def test_without_a_platform_there_is_no_button_and_no_page(client):
    assert "统一平台账号登录" not in client.get(LOGIN).content.decode()
    assert [client.get(reverse(name)).status_code for name in (START, BACK)] == [404, 404]


def test_button_leads_to_the_platform(client, platform):
    assert reverse(START) in client.get(LOGIN).content.decode()


@pytest.mark.parametrize("url", ["http://platform.example", "ftp://platform.example", "platform"])
def test_issuer_must_be_https_unless_on_this_machine(url):
    with pytest.raises(ImproperlyConfigured, match="OIDC_ISSUER"):
        issuer(url)


@pytest.mark.parametrize("url", ["", "https://platform.example", "http://127.0.0.1:9", "http://localhost:9"])
def test_issuer_may_be(url):
    assert issuer(url) == url
