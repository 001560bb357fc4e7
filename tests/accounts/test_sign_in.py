"""Sign-in from outside: limits, sessions, and what an account has to do first."""

import time
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.conf import settings as project
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Outcome
from accounts.guessing import sign_in_key
from accounts.models import AuditRecord, SignInFailure, User
from tests.accounts.conftest import sign_in
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
WRONG = "Wrong-password-1"
LOGIN = "/accounts/login/"


@pytest.fixture
def user():
    return UserFactory()


def fail(user, times, address="127.0.0.1"):
    return [sign_in(Client(), user, WRONG, REMOTE_ADDR=address).status_code for _ in range(times)]


def test_sixth_try_is_refused_even_with_the_right_password(client, user):
    assert fail(user, 5) == [422] * 5
    assert sign_in(client, user).status_code == 429


def test_window_ends_after_a_quarter_of_an_hour(client, user):
    fail(user, 5)
    SignInFailure.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert sign_in(client, user).status_code == 302


def test_another_address_of_the_owner_still_gets_in(client, user):
    fail(user, 6)
    assert sign_in(client, user, REMOTE_ADDR="10.0.0.9").status_code == 302


def test_forged_header_changes_nothing(client, user):
    fail(user, 5)
    answer = sign_in(client, user, headers={"X-Forwarded-For": "10.9.9.9"})
    assert answer.status_code == 429
    assert set(AuditRecord.objects.values_list("address", flat=True)) == {"127.0.0.1"}


def test_right_password_forgets_the_wrong_ones(client, user):
    fail(user, 4)
    sign_in(client, user)
    assert fail(user, 5) == [422] * 5


def test_address_with_a_hundred_failures_waits(client, user):
    SignInFailure.objects.bulk_create(
        SignInFailure(name_key=bytes([number]), address="127.0.0.1") for number in range(100)
    )
    assert sign_in(client, user).status_code == 429
    assert sign_in(client, user, REMOTE_ADDR="10.0.0.9").status_code == 302


def test_name_under_attack_costs_a_pause_that_nobody_else_prolongs(client, user):
    for number in range(2):
        fail(user, 5, address=f"10.0.1.{number}")
    first = sign_in(client, user)
    assert first.status_code == 429
    assert "请 5 秒后再登录" in first.content.decode()
    assert sign_in(client, user).status_code == 429

    SignInFailure.objects.filter(is_wait=True).update(at=timezone.now() - timedelta(seconds=6))
    fail(user, 5, address="10.0.1.9")
    assert sign_in(client, user).status_code == 302


def test_pause_never_exceeds_a_minute(client, user):
    for number in range(12):
        SignInFailure.objects.bulk_create(
            SignInFailure(name_key=key, address=f"10.0.2.{number}")
            for key in [sign_in_key(user.username)] * 10
        )
    sign_in(client, user)
    SignInFailure.objects.filter(is_wait=True).update(at=timezone.now() - timedelta(seconds=61))
    assert sign_in(client, user).status_code == 302


@pytest.mark.parametrize("case", ["unknown", "wrong", "disabled", "unusable"])
def test_refusals_look_and_cost_the_same(client, queries_of, monkeypatch, case):
    """One hash each: a name nobody has costs what a wrong password costs."""
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(1) or encode(*args))
    user = UserFactory(username="known-name", is_active=case != "disabled")
    if case == "unusable":
        user.set_unusable_password()
        user.save()
    reference = _refusal(Client(), "nobody-has", WRONG, queries_of, hashed)
    name = "nobody-at1" if case == "unknown" else user.username
    assert (
        _refusal(Client(), name, PASSWORD if case == "disabled" else WRONG, queries_of, hashed) == reference
    )


def _refusal(client, name, password, queries_of, hashed):
    hashed.clear()
    with queries_of() as queries:
        answer = client.post(LOGIN, {"username": name, "password": password})
    length = len(answer.content.replace(name.encode(), b""))
    return answer.status_code, length, len(queries), len(hashed)


def test_refusal_is_audited_without_the_name(client, user):
    fail(user, 1)
    row = AuditRecord.objects.get()
    assert (row.action, row.outcome, row.username) == ("account.sign-in", Outcome.REFUSED, "")


def test_sign_in_gives_a_new_session_id(client, user):
    client.cookies[project.SESSION_COOKIE_NAME] = "chosen-by-a-stranger-0123456789ab"
    sign_in(client, user)
    assert client.cookies[project.SESSION_COOKIE_NAME].value != "chosen-by-a-stranger-0123456789ab"
    anonymous = Client()
    anonymous.get(reverse("accounts:recovery"))
    cookie = anonymous.cookies
    sign_in(anonymous, user)
    assert anonymous.get("/").status_code == 200
    assert cookie is anonymous.cookies


def test_old_cookie_is_dead_after_signing_out(client, user):
    sign_in(client, user)
    kept = Client()
    kept.cookies[project.SESSION_COOKIE_NAME] = client.cookies[project.SESSION_COOKIE_NAME].value
    assert kept.get("/").status_code == 200
    client.post(reverse("accounts:logout"))
    assert kept.get("/").url.startswith(LOGIN)


def test_password_change_ends_the_other_sessions(client, client_for, user):
    sign_in(client, user)
    elsewhere = client_for(user)
    form = {"old_password": PASSWORD, "password": "River-and-1907", "password_again": "River-and-1907"}
    assert client.post(reverse("accounts:password-change"), form).status_code == 302
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").url.startswith(LOGIN)


def test_disabled_account_is_out_at_its_next_request(client_for, user):
    client = client_for(user)
    assert client.get("/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/").url.startswith(LOGIN)


def test_moved_account_has_its_new_role_at_its_next_request(client_for, user):
    client = client_for(user)
    assert client.get("/filing/").status_code in (200, 302)
    User.objects.update(role="AUDITOR", uscc="")
    assert client.get("/filing/").status_code == 403
    assert client.get("/reviews/audit/").status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        *(
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "javascript:alert(1)",
            "https:evil.example",
        ),
        *("https://evil.example/", "///evil.example", "http:///evil.example", " //evil.example", "ftp://x"),
        "https://testserver@evil.example/",
    ],
)
def test_next_never_leaves_the_site(client, user, target):
    data = {"username": user.username, "password": PASSWORD, "next": target}
    assert client.post(LOGIN, data).url == "/"
    assert client.get(LOGIN, {"next": target}).url == "/"


def test_next_leads_back_to_a_page_of_ours(client, user):
    data = {"username": user.username, "password": PASSWORD, "next": "/filing/?tab=1"}
    assert client.post(LOGIN, data).url == "/filing/?tab=1"


def test_guessing_with_a_borrowed_session_is_limited_too(client_for, user):
    client = client_for(user)
    form = {"old_password": WRONG, "password": "River-and-1907", "password_again": "River-and-1907"}
    url = reverse("accounts:password-change")
    assert [client.post(url, form).status_code for _ in range(5)] == [422] * 5
    assert client.post(url, form | {"old_password": PASSWORD}).status_code == 429
    contact = {"target": "new@example.com", "password": WRONG}
    assert client.post(reverse("accounts:email-change"), contact).status_code == 429


def aged(days, **options):
    user = UserFactory(**options)
    User.objects.filter(pk=user.pk).update(password_changed_at=timezone.now() - timedelta(days=days))
    return user


@pytest.mark.parametrize("trait", ["county", "nation", "admin", "auditor"])
def test_official_changes_the_password_after_ninety_days(client_for, trait):
    client = client_for(aged(91, **{trait: True}))
    change = reverse("accounts:password-change")
    assert client.get("/").url == change
    assert "超过 90 天" in client.get(change).content.decode()
    form = {"old_password": PASSWORD, "password": "River-and-1907", "password_again": "River-and-1907"}
    assert client.post(change, form).status_code == 302
    assert client.get("/").status_code == 200


def test_password_age_binds_officials_only_and_can_be_switched_off(client_for, settings):
    assert client_for(aged(89, county=True)).get("/").status_code == 200
    assert client_for(aged(300)).get("/").status_code == 200
    settings.PASSWORD_MAX_DAYS = 0
    assert client_for(aged(300, county=True)).get("/").status_code == 200


def test_first_sign_in_asks_for_another_password(client_for, user):
    User.objects.update(must_change_password=True)
    client = client_for(user)
    change = reverse("accounts:password-change")
    assert {client.get(url).url for url in ("/", "/filing/", "/accounts/inbox/")} == {change}
    assert client.post(reverse("accounts:inbox-read")).url == change
    assert client.get(reverse("accounts:privacy")).status_code == 200
    same = {"old_password": PASSWORD, "password": PASSWORD, "password_again": PASSWORD}
    assert client.post(change, same).status_code == 422
    assert client.post(reverse("accounts:logout")).url == LOGIN


def test_session_ends_after_half_an_hour_and_says_so_beforehand(client_for, user):
    page = client_for(user).get("/").content.decode()
    assert f'data-session-seconds="{29 * 60}"' in page
    assert (project.SESSION_COOKIE_AGE, project.SESSION_RENEWED_SECONDS) == (30 * 60, 60)


def test_session_is_put_off_once_a_minute_and_else_only_read(client_for, user, monkeypatch, queries_of):
    client, now = client_for(user), time.time()
    written = []
    for seconds in (0, 58, 62, 63, 130):
        monkeypatch.setattr("accounts.middleware.time.time", lambda late=seconds: now + late)
        with queries_of() as queries:
            answer = client.get(reverse("accounts:profile"))
        is_written = any("UPDATE" in query["sql"] for query in queries)
        assert is_written == (project.SESSION_COOKIE_NAME in answer.cookies)
        written.append(is_written)
    assert written == [False, False, True, False, True]


@pytest.mark.parametrize(
    ("page", "back"),
    [("/usedcar/trades/?q=1", "/usedcar/trades/?q=1"), ("http://elsewhere.example/x", "/"), ("", "/")],
)
def test_after_a_button_pressed_too_late_one_is_back_on_its_page(client, page, back):
    origin = "" if not page or page.startswith("http") else "http://testserver"
    answer = client.post(reverse("filing:withdraw"), headers={"Referer": f"{origin}{page}"})
    assert answer.status_code == 302
    assert answer.url == f"{LOGIN}?{urlencode({'next': back}, safe='/')}"


def test_a_sign_in_is_remembered_with_the_account(client, user):
    assert user.last_login is None
    sign_in(client, user, WRONG)
    user.refresh_from_db()
    assert user.last_login is None
    sign_in(client, user)
    user.refresh_from_db()
    assert timezone.now() - user.last_login < timedelta(minutes=1)
