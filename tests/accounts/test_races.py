"""Many at once: limits count right, and a code opens once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.delivery import link_key
from accounts.enums import Channel, CodePurpose
from accounts.models import RecoveryCode, SignInFailure, User
from accounts.onetime import open_code
from accounts.recovery import request_reset, set_new_password
from accounts.services import sign_in
from accounts.tasks import send_code
from autoflow.common.errors import BusinessError, TooManyRequests
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


def at_once(step):
    """What each of several callers got, started together."""

    def run(number):
        try:
            return step(number) or "done"
        except BusinessError as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def test_parallel_requests_get_two_codes():
    user = UserFactory()
    results = at_once(
        lambda number: request_reset(name=user.username, channel=Channel.MAIL, address="10.0.0.1")
    )
    assert results.count(TooManyRequests) == AT_ONCE - 2
    assert RecoveryCode.objects.count() == 2


def test_parallel_guesses_get_five_tries():
    user = UserFactory()
    guess = {"username": user.username, "password": "Wrong-password-1", "address": "10.0.0.1"}
    results = at_once(lambda number: sign_in(**guess))
    assert results.count(BusinessError) == 5
    assert results.count(TooManyRequests) == AT_ONCE - 5
    assert SignInFailure.objects.count() == 5


def test_parallel_passwords_have_one_winner():
    user = UserFactory()
    code = open_code(purpose=CodePurpose.RESET, channel=Channel.MAIL, user=user)
    send_code(code.pk)
    passwords = [f"River-and-Stone-{number}" for number in range(AT_ONCE)]
    results = at_once(
        lambda number: set_new_password(code_id=code.pk, password=passwords[number], address="10.0.0.1")
    )
    (winner,) = [number for number, result in enumerate(results) if result != BusinessError]
    assert User.objects.get().check_password(passwords[winner])


def test_parallel_deliveries_send_one_letter(mailoutbox):
    code = open_code(purpose=CodePurpose.RESET, channel=Channel.MAIL, user=UserFactory())
    at_once(lambda number: send_code(code.pk))
    sent = [letter.body for letter in mailoutbox]
    code.refresh_from_db()
    token = sent[-1].partition("/link/")[2].partition("/")[0]
    assert len(sent) == 1
    assert bytes(code.link_key) == link_key(token)
