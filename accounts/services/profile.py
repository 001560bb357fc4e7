"""What a person keeps about himself: name, phone, mail and how the pages look."""

from django.db import transaction

from accounts.audit import record
from accounts.enums import Channel, CodePurpose
from accounts.guessing import own_password
from accounts.models import RecoveryCode, User
from accounts.onetime import WRONG_CODE, close_codes, open_code, send_to, verify_code
from accounts.recovery import offered_channels
from autoflow.common.errors import BusinessError


@transaction.atomic
def save_profile(*, by: User, display_name: str):
    """Keep one's name."""
    User.objects.filter(pk=by.pk).update(display_name=display_name)
    record("account.profile", by, by=by, fields=["display_name"])


@transaction.atomic
def save_preferences(*, by: User, has_large_type: bool, wants_mail: bool):
    """Keep how the person wants to read the pages and hear of news."""
    User.objects.filter(pk=by.pk).update(has_large_type=has_large_type, wants_mail=wants_mail)
    record("account.preferences", by, by=by, has_large_type=has_large_type, wants_mail=wants_mail)


def request_contact(*, by: User, channel: Channel, target: str, password: str, address: str) -> RecoveryCode:
    """Send a code to a new phone or mail; nothing changes before it comes back."""
    if target == by.address_for(channel):
        raise BusinessError("与已登记的相同，没有变化。")
    with own_password(by, password, address), transaction.atomic():
        code = send_to(purpose=CodePurpose.CONTACT, user=by, channel=channel, target=target)
        record("account.contact-request", by, by=by, channel=channel)
    return code


def confirm_contact(*, by: User, code_id: int, typed: str) -> None:
    """Register the phone or mail the code was sent to, and tell the one it replaces."""
    if not RecoveryCode.objects.open().filter(pk=code_id, user=by).exists():
        raise BusinessError(WRONG_CODE)
    code = verify_code(code_id=code_id, purposes=[CodePurpose.CONTACT], typed=typed)
    with transaction.atomic():
        user = User.objects.select_for_update(of=("self",)).get(pk=by.pk)
        former, channel = user.address_for(code.channel), code.channel
        field = "email" if channel == Channel.MAIL else "phone"
        setattr(user, field, code.target)
        user.save(update_fields=[field])
        close_codes(user)
        if former and channel in offered_channels():
            open_code(purpose=CodePurpose.CHANGED, channel=channel, user=user, target=former)
        record("account.contact", user, by=by, channel=channel)
