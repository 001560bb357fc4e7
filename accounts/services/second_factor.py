"""The second factor: set up once, shown at each sign-in, never twice with the same code."""

import unicodedata
from contextlib import contextmanager

from django.db import transaction

from accounts.audit import record
from accounts.enums import Outcome
from accounts.guessing import claim_try, forget_tries
from accounts.models import User
from accounts.totp import matching_step, new_secret, new_spare_codes, spare_key
from autoflow.common.crypto import blind_index
from autoflow.common.errors import BusinessError

WRONG = "动态码不正确或已用过，请等待下一个动态码再输入；并请确认手机时间准确。"


@transaction.atomic
def begin_second_factor(*, by: User) -> None:
    """A secret of one's own; it counts once a code made with it was shown."""
    user = User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    if user.has_second_factor:
        raise BusinessError("两步验证已设置。")
    user.totp_secret = new_secret()
    user.save(update_fields=["totp_secret"])
    record("account.second-factor-begin", user, by=by)


def confirm_second_factor(*, by: User, typed: str, address: str) -> list[str]:
    """The first right code switches it on; the spare codes are shown this once."""
    with _guarded(by, address) as user:
        step = matching_step(user.totp_secret, _plain(typed)) if user.totp_secret else None
        if user.has_second_factor or step is None:
            raise BusinessError(WRONG)
        codes = new_spare_codes()
        user.totp_step, user.spare_codes = step, [spare_key(user, code) for code in codes]
        user.save(update_fields=["totp_step", "spare_codes"])
        record("account.second-factor", user, by=by)
    return codes


def pass_second_factor(*, by: User, typed: str, address: str) -> None:
    """A code newer than the last one, or a spare code, which is spent by it."""
    with _guarded(by, address) as user:
        typed = _plain(typed)
        step, key = matching_step(user.totp_secret, typed), spare_key(user, typed)
        if key in user.spare_codes:
            user.spare_codes.remove(key)
        elif user.has_second_factor and step is not None and step > user.totp_step:
            user.totp_step = step
        else:
            raise BusinessError(WRONG)
        user.save(update_fields=["totp_step", "spare_codes"])
        record("account.second-factor-pass", user, by=by, spare_codes_left=len(user.spare_codes))


@transaction.atomic
def reset_second_factor(*, user: User, by: User | None = None) -> None:
    """Phone and spare codes are lost: it is set up anew at the next sign-in. The caller knows the person."""
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    user.totp_secret, user.totp_step, user.spare_codes = "", None, []
    user.save(update_fields=["totp_secret", "totp_step", "spare_codes"])
    record("account.second-factor-reset", user, by=by, account=user.username)


@contextmanager
def _guarded(by, address):
    """One try on the locked account, counted before it is made; a wrong one is audited."""
    key = blind_index("second-factor", str(by.pk))
    claim_try(key, address)
    try:
        with transaction.atomic():
            yield User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    except BusinessError:
        record("account.second-factor", by, by=by, outcome=Outcome.REFUSED, address=address)
        raise
    forget_tries(key, address)


def _plain(typed):
    return "".join(unicodedata.normalize("NFKC", typed).split()).upper()
