"""Registration: what it opens, and how little it tells about codes that are taken."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Outcome
from accounts.models import AuditRecord, Notice, User
from tests.factories import UserFactory, uscc_of

pytestmark = pytest.mark.django_db
PASSWORD = "River-and-Stone-1907"
FORM = {
    "enterprise_name": "杭州测试注册有限公司",
    "uscc": uscc_of(880_001),
    "division_code": "330106",
    "phone": "13800000001",
    "email": "clerk@example.com",
    "password": PASSWORD,
    "password_again": PASSWORD,
    "privacy_read": "on",
}


def register(post, client=None, **changes):
    return post(client or Client(), "accounts:register", FORM | changes)


def test_registered_enterprise_is_signed_in_and_adds_the_service(client, post):
    assert register(post, client).url == reverse("filing:open-service")
    user = User.objects.get()
    assert (user.username, user.jurisdiction_id) == (FORM["uscc"], "330000")
    assert user.password_changed_at is not None
    assert client.get(reverse("filing:open-service")).status_code == 200


def test_taken_code_is_refused_and_its_manager_is_told_once_a_day(post, mailoutbox):
    owner = UserFactory(phone="13900000077")
    answer = register(post, uscc=owner.uscc)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "已注册账号，请直接登录" in page
    assert not [word for word in (owner.organisation, owner.email, owner.phone) if word in page]
    register(post, uscc=owner.uscc)
    assert [letter.to for letter in mailoutbox] == [[owner.email]]
    assert Notice.objects.get().recipient == owner
    assert User.objects.count() == 1


def test_address_hears_five_times_an_hour_that_codes_are_taken(post):
    taken = [UserFactory().uscc for _ in range(6)]
    answers = [register(post, uscc=uscc).status_code for uscc in taken]
    assert answers == [422] * 5 + [429]
    assert register(post, uscc=uscc_of(880_002)).status_code == 429


def test_probing_is_counted_by_address_and_hour(post, monkeypatch):
    for _ in range(5):
        register(post, uscc=UserFactory().uscc)
    other = post(Client(), "accounts:register", FORM, REMOTE_ADDR="10.0.0.9")
    assert other.status_code == 302
    now = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr("accounts.services.registration.timezone.now", lambda: now)
    assert register(post, uscc=uscc_of(880_003)).status_code == 302


def test_taken_code_costs_a_hash_like_a_free_one(post, queries_of):
    """The password is hashed before the code is looked at."""
    owner = UserFactory()
    register(post, uscc=owner.uscc)
    row = AuditRecord.objects.get()
    assert (row.action, row.outcome, row.object_id) == ("account.register", Outcome.REFUSED, str(owner.pk))
    assert owner.uscc not in row.summary + str(row.detail)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("enterprise_name", "杭州\u200b测试有限公司"),
        ("enterprise_name", "杭"),
        ("uscc", "123"),
        ("phone", "12345"),
        ("email", "clerk@example.com\r\nBcc: evil@example.com"),
        ("password", "Password-2026!"),
        ("password_again", "another"),
        ("privacy_read", ""),
    ],
)
def test_faulty_field_is_named(post, name, value):
    answer = register(post, **{name: value})
    assert answer.status_code == 422
    assert name in answer.context["form"].errors or "password" in answer.context["form"].errors
    assert User.objects.count() == 0


def test_line_breaks_in_a_name_become_blanks(post):
    register(post, enterprise_name="杭州测试\r\n注册有限公司")
    assert User.objects.get().organisation == "杭州测试 注册有限公司"
