"""What the tests of accounts share: posts whose tasks run, and the messages they sent."""

import re

import pytest
from django.urls import reverse

from accounts import sms
from tests.factories import PASSWORD


@pytest.fixture
def texts():
    """The text messages of this test."""
    sms.outbox.clear()
    yield sms.outbox
    sms.outbox.clear()


@pytest.fixture
def post(django_capture_on_commit_callbacks):
    """`post(client, "accounts:login", data)`: the answer, after the worker did what it was told."""

    def send(browser, name, data=None, *, args=(), **options):
        with django_capture_on_commit_callbacks(execute=True):
            return browser.post(reverse(name, args=args), data or {}, **options)

    return send


def code_in(text):
    return re.search(r"(?<!\d)\d{6}(?!\d)", text)[0]


def link_in(text):
    return re.search(r"http://testserver(/\S+/)", text)[1]


def sign_in(client, user, password=PASSWORD, **options):
    data = {"username": user.username, "password": password}
    return client.post(reverse("accounts:login"), data, **options)
