"""The second factor from outside: nothing is open before it, no code counts twice."""

import base64
import re
import time
from urllib.parse import unquote

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts import totp
from accounts.enums import Outcome
from accounts.models import AuditRecord, User
from tests.accounts.conftest import link_in, sign_in
from tests.factories import UserFactory
from tests.guards import matrix
from tests.guards.test_authorization_matrix import ADDRESSES

pytestmark = pytest.mark.django_db
FACTOR, BEGIN = "accounts:second-factor", "accounts:second-factor-begin"
VALUES = {"version": 1, "slot": "seal_image"}


@pytest.fixture(autouse=True)
def _required(settings):
    settings.MFA_REQUIRED = True


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is moved: `clock.forward(seconds)`."""

    class Clock:
        now = time.time() // 30 * 30 + 1

        def forward(self, seconds):
            self.now += seconds

    moving = Clock()
    monkeypatch.setattr(totp.time, "time", lambda: moving.now)
    return moving


@pytest.fixture
def officer():
    return UserFactory(county=True)


def code_of(secret, clock, steps=0):
    key = base64.b32decode(secret)
    return TOTP(key, 6, SHA1(), 30).generate(int(clock.now) + 30 * steps).decode()  # noqa: S303


def enrol(officer, clock):
    """A signed-in browser of an officer who set the factor up, and the spare codes."""
    client = Client()
    sign_in(client, officer)
    client.post(reverse(BEGIN))
    officer.refresh_from_db()
    page = client.post(reverse(FACTOR), {"code": code_of(officer.totp_secret, clock)})
    assert page.status_code == 200
    return client, re.findall(r"<li>([A-Z0-9]{10})</li>", page.content.decode())


@pytest.fixture
def half(officer, clock):
    """A browser in which only the password was right, a while after the factor was set up."""
    _, spare_codes = enrol(officer, clock)
    clock.forward(300)
    client = Client()
    sign_in(client, officer)
    client.spare_codes = spare_codes
    return client


def test_set_up_at_the_first_sign_in(client, officer, clock):
    sign_in(client, officer)
    assert client.get("/").url == reverse(FACTOR)
    assert "开始设置" in client.get(reverse(FACTOR)).content.decode()
    client.post(reverse(BEGIN))
    officer.refresh_from_db()
    page = client.get(reverse(FACTOR)).content.decode()
    assert officer.totp_secret in page
    assert unquote(page).count("data:image/svg+xml") == 1
    assert client.get("/").url == reverse(FACTOR)

    done = client.post(reverse(FACTOR), {"code": code_of(officer.totp_secret, clock)})
    assert "备用码" in done.content.decode()
    assert client.get("/").status_code == 200
    assert officer.totp_secret not in client.get("/accounts/profile/").content.decode()


@pytest.mark.parametrize("is_set_up", [True, False])
def test_after_the_password_alone_every_page_leads_back(officer, clock, is_set_up):
    client = Client()
    if is_set_up:
        enrol(officer, clock)
    sign_in(client, officer)
    closed = [(name, arguments) for name, arguments in ADDRESSES if name in matrix.ALLOWED]
    for name, arguments in closed:
        if name.startswith(FACTOR) or name == "accounts:logout":
            continue
        url = reverse(name, kwargs={argument: VALUES.get(argument, 1) for argument in arguments})
        for answer in (client.get(url), client.post(url)):
            assert (name, answer.status_code, answer.url) == (name, 302, reverse(FACTOR))


def test_logout_is_open_without_the_factor(half):
    assert half.post(reverse("accounts:logout")).url == reverse("accounts:login")


def test_right_code_opens_with_a_new_session_id(half, officer, clock):
    before = half.cookies["session"].value
    assert half.post(reverse(FACTOR), {"code": code_of(officer.totp_secret, clock)}).url == "/"
    assert half.cookies["session"].value != before
    assert half.get("/").status_code == 200


def test_half_open_session_pushes_no_real_one_out_until_the_factor_is_shown(half, officer, clock, settings):
    settings.SESSIONS_PER_ACCOUNT = 1
    half.post(reverse(FACTOR), {"code": code_of(officer.totp_secret, clock)})
    thief = Client()
    sign_in(thief, officer)
    assert half.get(reverse("accounts:profile")).status_code == 200
    clock.forward(30)
    thief.post(reverse(FACTOR), {"code": code_of(officer.totp_secret, clock)})
    assert thief.get(reverse("accounts:profile")).status_code == 200
    assert half.get(reverse("accounts:profile")).status_code == 302


def test_same_code_twice_is_refused(half, officer, clock):
    code = code_of(officer.totp_secret, clock)
    half.post(reverse(FACTOR), {"code": code})
    again = Client()
    sign_in(again, officer)
    assert again.post(reverse(FACTOR), {"code": code}).status_code == 422
    assert again.post(reverse(FACTOR), {"code": code_of(officer.totp_secret, clock, -1)}).status_code == 422
    clock.forward(30)
    assert again.post(reverse(FACTOR), {"code": code_of(officer.totp_secret, clock)}).url == "/"


@pytest.mark.parametrize(("steps", "opens"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_neighbouring_half_minutes_count(half, officer, clock, steps, opens):
    answer = half.post(reverse(FACTOR), {"code": code_of(officer.totp_secret, clock, steps)})
    assert answer.status_code == (302 if opens else 422)


def test_guesses_are_limited(half, officer, clock):
    right = code_of(officer.totp_secret, clock)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    assert [half.post(reverse(FACTOR), {"code": wrong}).status_code for _ in range(5)] == [422] * 5
    assert half.post(reverse(FACTOR), {"code": right}).status_code == 429
    assert AuditRecord.objects.filter(action="account.second-factor", outcome=Outcome.REFUSED).count() == 5


def test_spare_code_opens_once(half, officer):
    assert len(half.spare_codes) == 10
    spare = half.spare_codes[0]
    assert half.post(reverse(FACTOR), {"code": spare.lower()}).url == "/"
    again = Client()
    sign_in(again, officer)
    assert again.post(reverse(FACTOR), {"code": spare}).status_code == 422
    officer.refresh_from_db()
    assert len(officer.spare_codes) == 9
    assert not [code for code in half.spare_codes if code in str(officer.spare_codes)]


def test_recovery_does_not_go_around_the_factor(half, officer, post, mailoutbox):
    browser = Client()
    post(browser, "accounts:recovery", {"username": officer.username, "channel": "MAIL"})
    browser.get(link_in(mailoutbox[0].body))
    new = "River-and-Stone-1907"
    post(browser, "accounts:recovery-password", {"password": new, "password_again": new})
    sign_in(browser, officer, new)
    assert browser.get("/").url == reverse(FACTOR)


def test_another_secret_cannot_be_begun_with_a_half_session(half, officer):
    before = User.objects.get(pk=officer.pk).totp_secret
    assert half.post(reverse(BEGIN)).status_code == 422
    assert User.objects.get(pk=officer.pk).totp_secret == before


def test_password_change_comes_after_the_factor(half, officer, clock):
    User.objects.update(must_change_password=True)
    assert half.get("/").url == reverse(FACTOR)
    half.post(reverse(FACTOR), {"code": code_of(officer.totp_secret, clock)})
    assert half.get("/").url == reverse("accounts:password-change")


@pytest.mark.parametrize("trait", ["county", "city", "province", "nation", "admin", "auditor"])
def test_officials_need_it(client, trait):
    sign_in(client, UserFactory(**{trait: True}))
    assert client.get("/").url == reverse(FACTOR)


@pytest.mark.parametrize("trait", [{}, {"operator": True}])
def test_enterprises_do_not(client, trait):
    sign_in(client, UserFactory(**trait))
    assert client.get("/").status_code == 200
    assert client.get(reverse(FACTOR)).url == "/"


def test_setting_switches_it_off(client, officer, settings):
    settings.MFA_REQUIRED = False
    sign_in(client, officer)
    assert client.get("/").status_code == 200


def test_operator_of_the_system_resets_it(half, officer, capsys):
    call_command("reset_second_factor", officer.username)
    officer.refresh_from_db()
    assert (officer.totp_secret, officer.totp_step, officer.spare_codes) == ("", None, [])
    assert "开始设置" in half.get(reverse(FACTOR)).content.decode()
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "nobody")
