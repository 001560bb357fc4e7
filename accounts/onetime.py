"""One-time codes and links: who may ask for how many, what is right, and that each opens once."""

import hmac
import unicodedata
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.delivery import code_key, link_key
from accounts.enums import Channel, CodePurpose
from accounts.models import RecoveryCode, User
from accounts.tasks import send_code
from autoflow.common.bell import ring
from autoflow.common.crypto import blind_index
from autoflow.common.errors import BusinessError, TooManyRequests

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PER_HOUR, PER_DAY, PER_ADDRESS = 2, 5, 30
MAX_TRIES = 5
CODE_LIFETIME = timedelta(minutes=10)
LINK_LIFETIMES = {
    CodePurpose.RESET: timedelta(minutes=20),
    CodePurpose.ISSUED: timedelta(minutes=20),
    CodePurpose.INVITE: timedelta(days=7),
}
TOO_MANY = "获取次数过多：每小时最多 2 次、每天最多 5 次。请稍后再试，或联系当地商务主管部门重置密码。"
WRONG_CODE = "验证码不正确或已失效，请核对后重试。"
TRIED_OUT = "验证码输错次数过多，已失效，请重新获取。"


def name_key(name: str) -> bytes:
    """The fingerprint of what was typed as an account."""
    return blind_index("recovery-name", name.strip().lower())


def target_key(target: str) -> bytes:
    """The fingerprint of a phone number or a mail address, or of a name that has none."""
    return blind_index("recovery-target", target.strip().lower())


def one_at_a_time(key: bytes) -> None:
    """Hold others with the same key off until the transaction ends, so that a limit counts right."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(key[:8], "big", signed=True)])


def is_flooded(**key) -> bool:
    """Whether this name or target had its share of the hour or of the day."""
    now = timezone.now()
    moments = list(
        RecoveryCode.objects.filter(**key, created_at__gt=now - DAY).values_list("created_at", flat=True)[:20]
    )
    return len(moments) >= PER_DAY or sum(at > now - HOUR for at in moments) >= PER_HOUR


def refuse_flood(**key) -> None:
    if is_flooded(**key):
        raise TooManyRequests(TOO_MANY)


def refuse_flood_from(address) -> None:
    """One address asks for many names."""
    recent = RecoveryCode.objects.filter(created_at__gt=timezone.now() - HOUR, address=address)
    if address and recent.count() >= PER_ADDRESS:
        raise TooManyRequests(TOO_MANY)


def open_code(*, purpose, channel, user: User | None, name="", target="", address=None, is_sent=True):
    """A row the worker makes the secrets of and sends; without an account, or silently, it sends nothing."""
    reached = target or (user.address_for(channel) if user else "")
    code = RecoveryCode.objects.create(
        purpose=purpose,
        channel=channel,
        user=user if reached and is_sent else None,
        name_key=name_key(name or user.username),
        target_key=target_key(reached or f"?{name}"),
        target=target,
        address=address,
    )
    ring(send_code, code.pk)
    return code


def send_to(*, purpose, user: User, channel: Channel, target=""):
    """A code or link somebody signed in, or an authority, asks for: at its limit it is refused openly."""
    key = target_key(target or user.address_for(channel))
    one_at_a_time(key)
    refuse_flood(target_key=key)
    return open_code(purpose=purpose, channel=channel, user=user, target=target)


def verify_code(*, code_id: int, purposes, typed: str) -> RecoveryCode:
    """The row whose code this is; every try counts, and the code is spent by the right one."""
    with transaction.atomic():
        asked = RecoveryCode.objects.select_for_update(of=("self",)).filter(pk=code_id, purpose__in=purposes)
        code = asked.first()
        tried_out = code is not None and code.tries >= MAX_TRIES
        right = code is not None and not tried_out and _is_right(code, typed)
        if code is not None and not tried_out:
            code.tries += 1
            code.code_key = None if right else code.code_key
            code.save(update_fields=["tries", "code_key"])
    if tried_out:
        raise TooManyRequests(TRIED_OUT)
    if not right:
        raise BusinessError(WRONG_CODE)
    return code


def _is_right(code, typed):
    digits = "".join(unicodedata.normalize("NFKC", typed).split())
    alive = code.closed_at is None and code.sent_at and code.sent_at > timezone.now() - CODE_LIFETIME
    stored = bytes(code.code_key or b"") if alive else b""
    return hmac.compare_digest(stored, code_key(code, digits))


def find_link(token: str) -> RecoveryCode | None:
    """The row of a link that still opens something; opening it does not use it up."""
    code = RecoveryCode.objects.open().select_related("user").filter(link_key=link_key(token)).first()
    return code if code is not None and opens(code) else None


def opens(code: RecoveryCode) -> bool:
    """Whether a proven code or a link still lets its owner set a password."""
    lifetime = LINK_LIFETIMES.get(code.purpose)
    return bool(
        lifetime
        and code.closed_at is None
        and code.sent_at
        and code.sent_at > timezone.now() - lifetime
        and code.user
        and code.user.is_active
    )


def close_codes(user: User) -> None:
    """Every code and link of an account ends: a password or an address changed."""
    RecoveryCode.objects.open().filter(user=user).update(closed_at=timezone.now())
