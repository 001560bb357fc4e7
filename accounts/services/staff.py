"""The operators of an enterprise: its manager invites, disables, enables and resets them, nobody else's."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404

from accounts.audit import record
from accounts.enums import Channel, CodePurpose, Permission, Role
from accounts.models import User
from accounts.onetime import close_codes, send_to
from accounts.permissions import require
from accounts.recovery import issue_reset_code, offered_channels
from autoflow.common.errors import BusinessError

MOST_STAFF = 50


@transaction.atomic
def invite_staff(*, display_name: str, phone: str, email: str, by: User) -> User:
    """An operator's account without a password, and a link to whom it belongs, who chooses one."""
    require(by, Permission.STAFF_MANAGE)
    manager = User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    channel = _channel_to(phone, email)
    staff = User.objects.staff_of(manager)
    if not manager.uscc or staff.count() >= MOST_STAFF:
        raise BusinessError(f"每家企业最多 {MOST_STAFF} 个操作员，请先停用不再需要的账号并联系技术支持。")
    user = User(
        username=_next_name(manager),
        display_name=display_name,
        role=Role.OPERATOR,
        organisation=manager.organisation,
        uscc=manager.uscc,
        division=manager.division,
        jurisdiction=manager.jurisdiction,
        phone=phone,
        email=email,
    )
    user.set_unusable_password()
    try:
        user.full_clean()
    except ValidationError as error:
        raise BusinessError("".join(error.messages)) from error
    user.save()
    user.enterprises.set(manager.enterprises.all())
    send_to(purpose=CodePurpose.INVITE, user=user, channel=channel)
    record("account.staff-invite", user, by=by, account=user.username, channel=channel)
    return user


def _channel_to(phone, email):
    """By mail where there is one; a phone alone needs a gateway."""
    if email:
        return Channel.MAIL
    if phone and Channel.SMS in offered_channels():
        return Channel.SMS
    raise BusinessError("请填写电子邮箱，邀请链接将发到该邮箱。")


def _next_name(manager):
    """The credit code and a number that never was another operator's."""
    names = User.objects.staff_of(manager).values_list("username", flat=True)
    numbers = [int(tail) for name in names if (tail := name.rpartition("-")[2]).isdigit()]
    return f"{manager.uscc}-{max(numbers, default=0) + 1:02d}"


def _locked_staff(staff_id, by):
    require(by, Permission.STAFF_MANAGE)
    return get_object_or_404(User.objects.staff_of(by).select_for_update(of=("self",)), pk=staff_id)


@transaction.atomic
def disable_staff(*, staff_id: int, by: User) -> User:
    """From the next request on the account is out; what it filed stays."""
    user = _locked_staff(staff_id, by)
    user.is_active = False
    user.save(update_fields=["is_active"])
    close_codes(user)
    record("account.staff-disable", user, by=by, account=user.username)
    return user


@transaction.atomic
def enable_staff(*, staff_id: int, by: User) -> User:
    """The account may sign in again, with the password it had."""
    user = _locked_staff(staff_id, by)
    user.is_active = True
    user.save(update_fields=["is_active"])
    record("account.staff-enable", user, by=by, account=user.username)
    return user


@transaction.atomic
def reset_staff(*, staff_id: int, by: User) -> User:
    """A new link: the invitation again for who never signed in, else the old password ends by it."""
    user = _locked_staff(staff_id, by)
    if not user.is_active:
        raise BusinessError("该账号已停用，请先启用。")
    if user.is_invited:
        close_codes(user)
        send_to(purpose=CodePurpose.INVITE, user=user, channel=_channel_to(user.phone, user.email))
        record("account.staff-invite", user, by=by, account=user.username)
    else:
        issue_reset_code(user=user, by=by)
    return user
