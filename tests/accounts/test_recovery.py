"""Recovery from outside: codes and links by mail and message, their limits, and answers that tell nothing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.enums import CodePurpose, Outcome
from accounts.models import AuditRecord, Notice, RecoveryCode, SignInFailure, User
from accounts.onetime import MAX_TRIES
from accounts.recovery import issue_reset_code, request_reset
from autoflow.common.errors import BusinessError, TooManyRequests
from tests.accounts.conftest import code_in, link_in, sign_in
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "River-and-Stone-1907"
START, CODE, NEW = "accounts:recovery", "accounts:recovery-code", "accounts:recovery-password"


@pytest.fixture
def user():
    return UserFactory()


def ask(post, client, name, channel="MAIL", **options):
    return post(client, START, {"username": name, "channel": channel}, **options)


def choose(post, client, password=NEW_PASSWORD):
    return post(client, NEW, {"password": password, "password_again": password})


def later(**ago):
    """Every code was asked for and sent that long ago."""
    RecoveryCode.objects.update(
        created_at=timezone.now() - timedelta(**ago), sent_at=timezone.now() - timedelta(**ago)
    )


def test_code_by_mail_sets_a_new_password_and_ends_other_sessions(client, client_for, post, user, mailoutbox):
    elsewhere = client_for(user)
    sign_in(client, user, "Wrong-password-1")

    assert ask(post, client, user.username).url == reverse(CODE)
    letter = mailoutbox[0]
    assert letter.to == [user.email]
    assert "【全国汽车流通信息管理】找回密码" in letter.subject
    assert post(client, CODE, {"code": code_in(letter.body)}).url == reverse(NEW)
    assert user.organisation in client.get(reverse(NEW)).content.decode()
    assert choose(post, client).url == reverse("accounts:login")

    assert elsewhere.get("/").url.startswith(reverse("accounts:login"))
    assert sign_in(client, user).status_code == 422
    assert sign_in(client, user, NEW_PASSWORD).status_code == 302
    assert "登录密码已设置" in mailoutbox[-1].subject
    assert Notice.objects.get(recipient=user).title == "登录密码已设置"


def test_code_by_message_reaches_the_registered_phone(client, post, user, texts):
    ask(post, client, user.username, "SMS")

    (phone, text), *more = texts
    assert (phone, more) == (user.phone, [])
    assert "http" not in text
    assert post(client, CODE, {"code": code_in(text)}).url == reverse(NEW)


def test_manager_is_found_by_the_credit_code(client, post, user, mailoutbox):
    ask(post, client, user.uscc.lower())
    assert mailoutbox[0].to == [user.email]


def test_code_typed_in_full_width_and_with_blanks_is_right(client, post, user, mailoutbox):
    ask(post, client, user.username)
    wide = code_in(mailoutbox[0].body).translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    assert post(client, CODE, {"code": f"{wide[:3]} {wide[3:]}"}).url == reverse(NEW)


def test_link_by_mail_works_in_another_browser_and_once(client, post, user, mailoutbox):
    ask(post, client, user.username)
    link, other = link_in(mailoutbox[0].body), Client()

    answer = other.get(link)
    assert answer.url == reverse(NEW)
    assert link.split("/")[-2] not in other.get(reverse(NEW)).content.decode()
    assert choose(post, other).status_code == 302

    assert Client().get(link).url == reverse(START)
    assert post(client, CODE, {"code": code_in(mailoutbox[0].body)}).status_code == 422
    assert sign_in(client, user, NEW_PASSWORD).status_code == 302


def test_reading_a_link_uses_nothing_up(client, post, user, mailoutbox):
    ask(post, client, user.username)
    link = link_in(mailoutbox[0].body)
    assert [Client().get(link).url, Client().get(link).url] == [reverse(NEW)] * 2


def test_proven_session_sets_one_password_only(client, post, user, mailoutbox):
    ask(post, client, user.username)
    post(client, CODE, {"code": code_in(mailoutbox[0].body)})
    kept = Client(cookies=client.cookies)
    choose(post, client)
    for browser in (client, kept):
        assert choose(post, browser, "Another-word-1908").url == reverse(START)


def test_code_is_bound_to_the_session_that_asked(client, post, user, mailoutbox):
    ask(post, client, user.username)
    stranger = Client()
    assert post(stranger, CODE, {"code": code_in(mailoutbox[0].body)}).url == reverse(START)
    ask(post, stranger, "nobody")
    assert post(stranger, CODE, {"code": code_in(mailoutbox[0].body)}).status_code == 422


def test_sixth_guess_is_refused_even_if_right(client, post, user, mailoutbox):
    ask(post, client, user.username)
    right = code_in(mailoutbox[0].body)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    answers = [post(client, CODE, {"code": wrong}).status_code for _ in range(MAX_TRIES)]
    assert answers == [422] * MAX_TRIES
    assert post(client, CODE, {"code": right}).status_code == 429
    assert choose(post, client).url == reverse(START)


@pytest.mark.parametrize(("minutes", "opens"), [(9, True), (11, False)])
def test_code_lives_ten_minutes(client, post, user, mailoutbox, minutes, opens):
    ask(post, client, user.username)
    later(minutes=minutes)
    answer = post(client, CODE, {"code": code_in(mailoutbox[0].body)})
    assert answer.status_code == (302 if opens else 422)


@pytest.mark.parametrize(("minutes", "opens"), [(19, True), (21, False)])
def test_link_lives_twenty_minutes(client, post, user, mailoutbox, minutes, opens):
    ask(post, client, user.username)
    later(minutes=minutes)
    answer = client.get(link_in(mailoutbox[0].body))
    assert answer.url == reverse(NEW if opens else START)


def test_two_an_hour_and_five_a_day_for_one_account(client, post, user, mailoutbox):
    asked = []
    for hours in (0, 0, 0, 2, 2, 2, 4, 4):
        RecoveryCode.objects.update(created_at=timezone.now() - timedelta(hours=hours))
        asked.append(ask(post, client, user.username).status_code)
    assert asked[:3] == [302, 302, 429]
    assert asked.count(302) == 5
    assert asked[-1] == 429
    assert len(mailoutbox) == 5


def test_target_of_several_accounts_is_limited_in_silence(client, post, mailoutbox):
    shared = [UserFactory(email="shared@example.com") for _ in range(3)]
    answers = [ask(post, client, user.username).status_code for user in shared]
    assert answers == [302, 302, 302]
    assert len(mailoutbox) == 2


def test_one_address_cannot_ask_for_everybody(client, post):
    answers = [ask(post, client, f"nobody{number}").status_code for number in range(31)]
    assert answers[:30] == [302] * 30
    assert answers[30] == 429
    assert ask(post, client, "nobody", REMOTE_ADDR="10.1.1.1").status_code == 302


def traced(post, client, name, channel, queries_of):
    """What a stranger can see of a request, and what it cost."""
    with queries_of() as queries:
        answer = ask(post, client, name, channel)
    page = client.get(answer.url)
    wrong = post(client, CODE, {"code": "000000"})
    seen = (answer.status_code, answer.url, len(page.content), wrong.status_code, len(wrong.content))
    return seen, [statement["sql"].split(" ")[0] for statement in queries]


@pytest.mark.parametrize("channel", ["MAIL", "SMS"])
@pytest.mark.parametrize("case", ["known", "without address", "disabled"])
def test_known_and_unknown_names_look_and_cost_the_same(queries_of, client, post, channel, case, monkeypatch):
    """The worker's part aside: it runs elsewhere, after the answer."""
    monkeypatch.setattr("accounts.onetime.ring", lambda task, ids: None)
    empty = {"phone": "", "email": ""} if case == "without address" else {}
    user = UserFactory(username="known-name", is_active=case != "disabled", **empty)

    known = traced(post, Client(), user.username, channel, queries_of)
    unknown = traced(post, Client(), "other-name", channel, queries_of)

    assert known == unknown
    assert RecoveryCode.objects.count() == 2


def test_unknown_name_sends_nothing_and_is_not_asked_again(client, post, mailoutbox, texts):
    ask(post, client, "nobody")
    ask(post, client, "nobody", "SMS")
    assert (len(mailoutbox), texts) == (0, [])
    assert RecoveryCode.objects.unsent().count() == 0


def test_codes_are_kept_as_keyed_fingerprints_only(client, post, user, mailoutbox):
    ask(post, client, user.username)
    body = mailoutbox[0].body
    secrets = [code_in(body), link_in(body).split("/")[-2], user.email, user.phone]
    row = RecoveryCode.objects.values().get()
    stored = "".join(str(bytes(value) if isinstance(value, memoryview) else value) for value in row.values())
    assert not [secret for secret in secrets if secret in stored.replace(f"'id': {row['id']}", "")]
    trail = str(list(AuditRecord.objects.values()))
    assert not [secret for secret in secrets if secret in trail]


def test_session_keeps_no_secret(client, post, user, mailoutbox):
    ask(post, client, user.username)
    client.get(link_in(mailoutbox[0].body))
    assert user.email not in str(dict(client.session))
    assert link_in(mailoutbox[0].body).split("/")[-2] not in str(dict(client.session))


def test_foreign_host_is_refused_and_never_in_the_letter(client, post, user, mailoutbox):
    assert ask(post, client, user.username, headers={"Host": "evil.example"}).status_code == 400
    assert mailoutbox == []
    ask(post, client, user.username, headers={"X-Forwarded-Host": "evil.example"})
    assert "evil" not in mailoutbox[0].body


def test_link_after_the_mail_changed_is_refused(client, client_for, post, user, mailoutbox):
    ask(post, client, user.username)
    link = link_in(mailoutbox[0].body)
    own = client_for(user)
    post(own, "accounts:email-change", {"target": "new@example.com", "password": PASSWORD})
    post(own, "accounts:contact-confirm", {"code": code_in(mailoutbox[1].body)})
    assert Client().get(link).url == reverse(START)


def test_link_after_the_password_changed_is_refused(client, client_for, post, user, mailoutbox):
    ask(post, client, user.username)
    form = {"old_password": PASSWORD, "password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
    assert post(client_for(user), "accounts:password-change", form).status_code == 302
    assert Client().get(link_in(mailoutbox[0].body)).url == reverse(START)


def test_token_is_absent_from_the_log(client, post, user, mailoutbox, caplog):
    ask(post, client, user.username)
    token = link_in(mailoutbox[0].body).split("/")[-2]
    with caplog.at_level("INFO"):
        client.get(link_in(mailoutbox[0].body))
        client.get(link_in(mailoutbox[0].body), headers={"Host": "evil.example"})
    lines = [str(record.__dict__) for record in caplog.records if record.name.startswith("autoflow")]
    assert lines
    assert not [line for line in lines if token in line]


def test_recovery_pages_keep_the_address_to_themselves(client, post, user, mailoutbox):
    ask(post, client, user.username)
    for url in (link_in(mailoutbox[0].body), reverse(NEW), reverse(START)):
        answer = client.get(url)
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_weak_new_password_is_refused_with_the_reason(client, post, user, mailoutbox):
    ask(post, client, user.username)
    client.get(link_in(mailoutbox[0].body))
    for weak in ("short-1A", "alllowercaseletters", f"{user.username}-Abc-1", "Password-2026!"):
        assert choose(post, client, weak).status_code == 422
    assert choose(post, client).status_code == 302


def test_disabled_account_cannot_use_an_open_link(client, post, user, mailoutbox):
    ask(post, client, user.username)
    User.objects.update(is_active=False)
    assert client.get(link_in(mailoutbox[0].body)).url == reverse(START)


def test_success_forgets_the_failures_of_this_address(client, post, user, mailoutbox):
    for _ in range(5):
        sign_in(client, user, "Wrong-password-1")
    assert sign_in(client, user).status_code == 429
    ask(post, client, user.username)
    client.get(link_in(mailoutbox[0].body))
    choose(post, client)
    assert SignInFailure.objects.count() == 0
    assert sign_in(client, user, NEW_PASSWORD).status_code == 302


def test_recovery_leaves_a_trace_without_the_secret(client, post, user, mailoutbox):
    ask(post, client, user.username)
    post(client, CODE, {"code": "12345"})
    client.get(link_in(mailoutbox[0].body))
    choose(post, client)
    rows = AuditRecord.objects.values_list("action", "outcome", "object_id")
    assert list(rows) == [
        ("account.recovery-request", Outcome.DONE, str(user.pk)),
        ("account.recovery-code", Outcome.REFUSED, ""),
        ("account.recovery", Outcome.DONE, str(user.pk)),
    ]


def test_without_a_gateway_messages_are_not_offered(client, post, user, settings):
    settings.SMS_URL = ""
    assert 'value="SMS"' not in client.get(reverse(START)).content.decode()
    assert ask(post, client, user.username, "SMS").status_code == 422


@pytest.fixture
def issue(django_capture_on_commit_callbacks):
    def run(**options):
        with django_capture_on_commit_callbacks(execute=True):
            return issue_reset_code(**options)

    return run


def test_issued_reset_kills_the_old_password_and_sends_a_link(
    client, client_for, user, issue, mailoutbox, texts
):
    elsewhere, officer = client_for(user), UserFactory(county=True)

    issue(user=user, by=officer)

    assert elsewhere.get("/").url.startswith(reverse("accounts:login"))
    assert sign_in(client, user).status_code == 422
    assert mailoutbox[0].to == [user.email]
    assert [phone for phone, _ in texts] == [user.phone]
    trail = AuditRecord.objects.get(action="account.reset")
    assert (trail.username, trail.object_id) == (officer.username, str(user.pk))


def test_issued_links_open_once_for_both_ways(client, post, user, issue, mailoutbox, texts):
    issue(user=user)
    by_mail, by_message = link_in(mailoutbox[0].body), link_in(texts[0][1] + " ")
    client.get(by_message)
    assert choose(post, client).status_code == 302
    assert Client().get(by_mail).url == reverse(START)


def test_issued_reset_needs_something_registered(user, issue):
    User.objects.update(phone="", email="")
    user.refresh_from_db()
    with pytest.raises(BusinessError, match="没有登记"):
        issue(user=user)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_issued_reset_at_its_limit_leaves_the_password(user, issue):
    issue(user=user)
    issue(user=user)
    user.set_password(PASSWORD)
    user.save()
    with pytest.raises(TooManyRequests):
        issue(user=user)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_issued_code_is_no_code_of_the_recovery_page(user, issue):
    issue(user=user)
    assert set(RecoveryCode.objects.values_list("purpose", flat=True)) == {CodePurpose.ISSUED}


def test_request_survives_a_queue_that_is_away(user, monkeypatch, django_capture_on_commit_callbacks):
    def refuse(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr("accounts.tasks.send_code.delay", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        request_reset(name=user.username, channel="MAIL", address="10.0.0.1")
    assert RecoveryCode.objects.unsent().count() == 1
