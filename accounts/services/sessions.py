"""Signing in, within limits that slow guessing down and that no stranger can turn into a lock, and out."""

import secrets

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction

from accounts.audit import record
from accounts.enums import Outcome, Role
from accounts.guessing import claim_try, forget_tries, sign_in_key
from accounts.models import User
from autoflow.common.errors import BusinessError

MOST_MARKS = 50


def sign_in(*, username: str, password: str, address: str) -> User:
    """The account of this name and password, or a refusal that does not tell which of the two was wrong."""
    key = sign_in_key(username)
    try:
        claim_try(key, address)
        user = authenticate(username=username, password=password)
        if user is None:
            raise BusinessError("账号或密码不正确，请核对后重试。连续输错 5 次需等待 15 分钟。")
    except BusinessError:
        record("account.sign-in", outcome=Outcome.REFUSED, address=address)
        raise
    with transaction.atomic():
        forget_tries(key, address)
        record("account.sign-in", user, by=user, address=address)
    return user


@transaction.atomic
def sign_in_from_platform(*, uscc: str, address: str) -> User | None:
    """The manager's account of a credit code the unified platform vouches for, None when it has none yet."""
    user = (
        User.objects.filter(role=Role.MANAGER, uscc=uscc).select_related("division", "jurisdiction").first()
    )
    if user is None:
        return None
    if not user.is_active:
        record("account.sign-in", user, outcome=Outcome.REFUSED, address=address, through="platform")
        return None
    record("account.sign-in", user, by=user, address=address, through="platform")
    return user


@transaction.atomic
def begin_session(*, by: User, address=None) -> str:
    """The mark a new session carries; of more sessions than an account may have at once the oldest end
    (DB-02). A session left without signing out counts until newer ones push it out.
    """
    mark, most = secrets.token_hex(8), settings.SESSIONS_PER_ACCOUNT
    marks = [*_marks_of(by), mark]
    kept = marks[-most:] if most else marks[-MOST_MARKS:]
    User.objects.filter(pk=by.pk).update(session_marks=kept)
    if most and len(kept) < len(marks):
        record("account.session-end", by, by=by, address=address, ended=len(marks) - len(kept))
    return mark


@transaction.atomic
def sign_out(*, by: User, mark="", address=None):
    """Leave a trace of the sign-out and make room for another session; the caller ends this one."""
    User.objects.filter(pk=by.pk).update(session_marks=[each for each in _marks_of(by) if each != mark])
    record("account.sign-out", by, by=by, address=address)


def _marks_of(user):
    """The marks of the sessions an account has, held until the transaction ends."""
    return User.objects.select_for_update().values_list("session_marks", flat=True).get(pk=user.pk)
