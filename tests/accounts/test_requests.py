"""Every write needs its token and its own site; headers hold on every answer; texts stay texts."""

import json
import logging

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pythonjsonlogger.json import JsonFormatter

from accounts.enums import Role
from accounts.models import Contact, User
from autoflow.common.logs import PersonalDataMask, RequestIdentity, mask_personal
from tests.factories import NoticeFactory, UserFactory
from tests.guards.test_authorization_matrix import ADDRESSES

pytestmark = pytest.mark.django_db
ACCOUNTS = [(name, kwargs) for name, kwargs in ADDRESSES if name.startswith("accounts:")]
VALUES = {"token": "A" * 43}
FRAMES = "frame-ancestors 'none'"


@pytest.fixture
def manager():
    return UserFactory()


def url_of(name, arguments, manager):
    rows = {
        "staff_id": UserFactory(operator=True, uscc=manager.uscc).pk,
        "notice_id": NoticeFactory(recipient=manager).pk,
        "contact_id": Contact.objects.get_or_create(name="咨询", phone="0571-00000000")[0].pk,
    }
    return reverse(name, kwargs={argument: {**rows, **VALUES}[argument] for argument in arguments})


@pytest.mark.parametrize(("name", "arguments"), ACCOUNTS)
def test_post_without_token_or_from_another_site_is_refused(client_for, manager, name, arguments):
    client = client_for(manager, enforce_csrf_checks=True)
    url = url_of(name, arguments, manager)
    before = list(User.objects.order_by("pk").values())
    answers = [
        client.post(url),
        client.post(url, headers={"X-CSRFToken": "A" * 64}),
        client.post(url, headers={"Sec-Fetch-Site": "cross-site"}),
        Client().post(url, headers={"Sec-Fetch-Site": "cross-site"}),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert list(User.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(("name", "arguments"), ACCOUNTS)
def test_every_answer_refuses_to_be_framed(client_for, manager, name, arguments):
    for client in (Client(), client_for(manager)):
        answer = client.get(url_of(name, arguments, manager))
        assert FRAMES in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_errors_refuse_to_be_framed_too(client_for, manager):
    auditor = UserFactory(auditor=True)
    answers = [
        Client().get("/nowhere/"),
        client_for(auditor).get(reverse("accounts:staff-list")),
        client_for(manager).get("/nowhere/"),
        Client().get("/", headers={"Host": "evil.example"}),
        client_for(manager).get(reverse("accounts:inbox-read")),
    ]
    assert [answer.status_code for answer in answers] == [404, 403, 404, 400, 405]
    for answer in answers:
        assert FRAMES in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("name", "arguments"), ACCOUNTS)
def test_reading_changes_nothing(client_for, manager, name, arguments):
    client, url = client_for(manager), url_of(name, arguments, manager)
    before = list(User.objects.order_by("pk").values())
    client.get(url)
    client.get(url)
    assert list(User.objects.order_by("pk").values()) == before
    assert manager.notices.unread().count() == 1


@pytest.mark.parametrize("text", ["{{7*7}}", "%s %(x)s", "${7*7}", "<script>alert(1)</script>"])
def test_texts_are_shown_as_typed(client_for, manager, text):
    User.objects.filter(pk=manager.pk).update(display_name=text[:50], organisation=text)
    NoticeFactory(recipient=manager, title=text, text=text)
    client = client_for(manager)
    for name in ("home", "accounts:profile", "accounts:inbox", "accounts:staff-list"):
        page = client.get(reverse(name)).content.decode()
        assert escape(text) in page
        assert "<script>alert" not in page


def test_log_lines_hold_no_break_and_no_token():
    token = "A" * 43
    assert mask_personal(f"Not Found: /accounts/password/reset/link/{token}/") == (
        "Not Found: /accounts/password/reset/link/****/"
    )
    line = logging.LogRecord("x", logging.INFO, "", 0, "name %s", ("a\r\nb 13800000001",), None)
    for step in (RequestIdentity(), PersonalDataMask()):
        step.filter(line)
    written = JsonFormatter("%(message)s").format(line)
    assert "\n" not in written
    assert json.loads(written)["message"] == "name a\r\nb 138****01"


@pytest.mark.parametrize("role", sorted(Role))
def test_menu_names_the_staff_page_to_managers_only(client_for, role):
    trait = {
        Role.OPERATOR: "operator",
        Role.COUNTY: "county",
        Role.CITY: "city",
        Role.PROVINCE: "province",
        Role.NATION: "nation",
        Role.ADMIN: "admin",
        Role.AUDITOR: "auditor",
    }.get(role)
    user = UserFactory(**({trait: True} if trait else {}))
    page = client_for(user).get("/accounts/profile/").content.decode()
    assert ("经办人员" in page) == (role == Role.MANAGER)
