"""Limits on guessing a password or a code: they slow a stranger down and never lock the owner out."""

from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import SignInFailure, User
from accounts.onetime import one_at_a_time
from autoflow.common.crypto import blind_index
from autoflow.common.errors import BusinessError, TooManyRequests

WINDOW = timedelta(minutes=15)
TRIES_PER_NAME_AND_ADDRESS = 5
ADDRESS_WINDOW = timedelta(hours=1)
TRIES_PER_ADDRESS = 100
TRIES_BEFORE_PAUSE = 10
SHORTEST_PAUSE, LONGEST_PAUSE = 5, 60
TOO_MANY = "失败次数过多，请 15 分钟后再试；也可以找回密码，或联系当地商务主管部门重置。"


def sign_in_key(name: str) -> bytes:
    """The fingerprint under which failed sign-ins of a name are counted."""
    return blind_index("sign-in", name.strip().lower())


def claim_try(key: bytes, address: str) -> None:
    """Count a try before it is made, so that many at once do not slip under the limit, or refuse it."""
    reason = _count_try(key, address)
    if reason:
        raise TooManyRequests(reason)


def forget_tries(key: bytes, address: str) -> None:
    """The owner proved to be one: his tries from here no longer count."""
    SignInFailure.objects.filter(name_key=key, address=address).delete()


@transaction.atomic
def _count_try(key, address):
    one_at_a_time(key)
    now = timezone.now()
    of_address = SignInFailure.objects.filter(address=address, is_wait=False, at__gt=now - ADDRESS_WINDOW)
    of_name = SignInFailure.objects.filter(name_key=key, at__gt=now - WINDOW)
    own = of_name.filter(address=address)
    if own.filter(is_wait=False).count() >= TRIES_PER_NAME_AND_ADDRESS:
        return TOO_MANY
    if of_address.count() >= TRIES_PER_ADDRESS:
        return TOO_MANY
    seconds = _pause_after(of_name.filter(is_wait=False).exclude(address=address).count())
    latest = own.order_by("-at").values_list("at", flat=True).first()
    if seconds and (latest is None or latest > now - timedelta(seconds=seconds)):
        if latest is None:
            SignInFailure.objects.create(name_key=key, address=address, is_wait=True)
        return f"该账号最近登录失败较多。为防止他人猜密码，请 {seconds} 秒后再登录。"
    SignInFailure.objects.create(name_key=key, address=address)
    return ""


def _pause_after(failures):
    """What every address waits, from its own last try, while others keep failing at the same name: nobody can
    prolong the pause of somebody else beyond a minute.
    """
    doublings = failures // TRIES_BEFORE_PAUSE - 1
    return min(SHORTEST_PAUSE * 2**doublings, LONGEST_PAUSE) if doublings >= 0 else 0


@contextmanager
def own_password(user: User, password: str, address: str):
    """A step that asks for the password again; a borrowed session cannot guess it there either."""
    key = blind_index("own-password", str(user.pk))
    claim_try(key, address)
    if not user.check_password(password):
        raise BusinessError("登录密码不正确，请重新输入。")
    forget_tries(key, address)
    yield
