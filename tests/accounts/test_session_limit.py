"""How many sessions an account has at once (DB-02)."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.middleware import PUSHED_OUT
from accounts.models import AuditRecord
from tests.accounts.conftest import sign_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def browsers(user, settings):
    """Sign in so many times, each in a browser of its own, where an account may have two sessions."""
    settings.SESSIONS_PER_ACCOUNT = 2

    def signed_in(count):
        found = [Client() for _ in range(count)]
        assert [sign_in(one, user).status_code for one in found] == [302] * count
        return found

    return signed_in


def is_in(browser):
    return browser.get(reverse("accounts:profile")).status_code == 200


def test_oldest_session_ends_and_is_told_why_at_its_next_page(browsers, user):
    first, second, third = browsers(3)
    page = first.get(reverse("accounts:profile"), follow=True)
    assert page.redirect_chain[0][0].startswith(reverse("accounts:login"))
    assert PUSHED_OUT in page.content.decode()
    assert (is_in(second), is_in(third)) == (True, True)
    ended = AuditRecord.objects.get(action="account.session-end")
    assert (ended.user_id, ended.detail) == (user.pk, {"ended": 1})


def test_ended_session_writes_nothing_and_says_so_only_once(browsers):
    first, *_ = browsers(3)
    assert first.post(reverse("accounts:logout")).status_code == 302
    assert not AuditRecord.objects.filter(action="account.sign-out").exists()
    assert PUSHED_OUT in first.get(reverse("accounts:login")).content.decode()
    assert PUSHED_OUT not in first.get(reverse("accounts:login")).content.decode()


def test_answer_to_a_script_leaves_the_message_to_the_next_page(browsers):
    first, *_ = browsers(3)
    asked = first.get(reverse("accounts:profile"), headers={"sec-fetch-dest": "empty"})
    assert (asked.status_code, asked.url.startswith(reverse("accounts:login"))) == (302, True)
    first.get(asked.url, headers={"sec-fetch-dest": "empty"})
    assert PUSHED_OUT in first.get(reverse("accounts:profile"), follow=True).content.decode()


def test_signing_out_makes_room(browsers, user):
    first, second = browsers(2)
    second.post(reverse("accounts:logout"))
    assert sign_in(Client(), user).status_code == 302
    assert is_in(first)


def test_other_accounts_are_left_alone(browsers):
    other = Client()
    sign_in(other, UserFactory())
    browsers(3)
    assert is_in(other)


def test_zero_means_any_number(browsers, user, settings):
    first, second = browsers(2)
    settings.SESSIONS_PER_ACCOUNT = 0
    assert sign_in(Client(), user).status_code == 302
    assert (is_in(first), is_in(second)) == (True, True)
