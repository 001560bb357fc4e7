"""The way back in: a code or link to what is registered, a new password, and every other session ended."""

from django.db import transaction
from django.utils import timezone

from accounts import sms
from accounts.audit import record
from accounts.enums import Channel, CodePurpose, Outcome
from accounts.guessing import forget_tries, sign_in_key
from accounts.models import RecoveryCode, User
from accounts.notices import notify
from accounts.onetime import (
    close_codes,
    is_flooded,
    name_key,
    one_at_a_time,
    open_code,
    opens,
    refuse_flood,
    refuse_flood_from,
    send_to,
    target_key,
    verify_code,
)
from autoflow.common.errors import BusinessError

EXPIRED = "链接或验证码已失效，请重新获取。"


def offered_channels():
    """The ways this installation can send a code."""
    return [Channel.MAIL, Channel.SMS] if sms.is_offered() else [Channel.MAIL]


@transaction.atomic
def request_reset(*, name: str, channel: Channel, address: str) -> RecoveryCode:
    """Ask for a code: the same work and the same answer whether the name, the phone or the mail exists.

    What was typed is limited openly; a target that several names share is limited in silence.
    """
    key = name_key(name)
    one_at_a_time(key)
    refuse_flood(name_key=key)
    refuse_flood_from(address)
    user = User.objects.named(name)
    target = user.address_for(channel) if user is not None and user.is_active else ""
    one_at_a_time(target_key(target or f"?{name}"))
    is_sent = not is_flooded(target_key=target_key(target or f"?{name}"))
    known = user if target else None
    code = open_code(
        purpose=CodePurpose.RESET, channel=channel, user=known, name=name, address=address, is_sent=is_sent
    )
    outcome = Outcome.DONE if known and is_sent else Outcome.REFUSED
    record("account.recovery-request", known, outcome=outcome, address=address, channel=channel)
    return code


def prove_code(*, code_id: int, typed: str, address: str) -> RecoveryCode:
    """The code from the mail or message, typed where it was asked for."""
    try:
        return verify_code(code_id=code_id, purposes=[CodePurpose.RESET], typed=typed)
    except BusinessError:
        record("account.recovery-code", outcome=Outcome.REFUSED, address=address)
        raise


def proven_user(code_id) -> User | None:
    """Whose password a proven code or link may set now."""
    code = RecoveryCode.objects.open().select_related("user").filter(pk=code_id).first()
    return code.user if code is not None and opens(code) else None


@transaction.atomic
def set_new_password(*, code_id: int, password: str, address: str) -> User:
    """The new password; the code, all others and every session end, and the owner is told."""
    code = RecoveryCode.objects.select_for_update(of=("self",)).filter(pk=code_id).first()
    if code is None or not opens(code):
        raise BusinessError(EXPIRED)
    user = User.objects.select_for_update(of=("self",)).get(pk=code.user_id)
    replace_password(user, password)
    for name in (user.username, user.uscc):
        forget_tries(sign_in_key(name), address)
    notify(
        [user],
        title="登录密码已设置",
        text="您的登录密码刚刚通过验证码或链接设置。如非本人操作，请立即联系当地商务主管部门。",
        url="/accounts/profile/",
        always_mail=True,
    )
    record("account.recovery", user, by=user, address=address, purpose=code.purpose)
    return user


def replace_password(user: User, password: str | None, *, must_change=False) -> None:
    """Set a password, or none, on a locked account; its sessions and codes end by it."""
    user.set_password(password)
    user.password_changed_at, user.must_change_password = timezone.now(), must_change
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    close_codes(user)


@transaction.atomic
def issue_reset_code(*, user: User, by: User | None = None, **detail) -> list[Channel]:
    """Reset for somebody else: the old password is dead at once, and a one-time link goes to the registered
    phone and mail, seen by nobody else. The caller has decided that `by` may do it.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    channels = channels_to(user)
    replace_password(user, None)
    for channel in channels:
        send_to(purpose=CodePurpose.ISSUED, user=user, channel=channel)
    summary = f"为账号 {user.username}（{user.organisation}）重置密码"
    record("account.reset", user, by=by, summary=summary, channels=channels, **detail)
    return channels


def invite(*, user: User) -> None:
    """A new account has no password yet: the link by which its owner chooses one goes to phone and mail."""
    for channel in channels_to(user):
        send_to(purpose=CodePurpose.INVITE, user=user, channel=channel)


def channels_to(user) -> list[Channel]:
    """The ways a link reaches this account; without any it could never be opened."""
    channels = [channel for channel in offered_channels() if user.address_for(channel)]
    if not channels:
        raise BusinessError("该账号没有登记可用的手机号或电子邮箱，无法发送设置密码的链接。")
    return channels
