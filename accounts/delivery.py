"""What the worker does for codes and notices: makes the secret, sends it, and sweeps up what was not sent."""

import logging
import secrets
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from accounts.enums import Channel
from accounts.letters import letter_for, sms_for
from accounts.models import Notice, RecoveryCode, SignInFailure
from accounts.sms import send_sms
from autoflow.common.crypto import blind_index

STILL_WANTED = timedelta(minutes=10)
NOTICE_STILL_NEWS = timedelta(days=1)
KEEP_FAILURES = timedelta(days=1)
KEEP_CODES = timedelta(days=30)
logger = logging.getLogger(__name__)


def code_key(code, digits):
    """The fingerprint of six digits, worth nothing for any other row."""
    return blind_index("recovery-code", f"{code.pk}|{digits}")


def link_key(token):
    return blind_index("recovery-link", token)


def send_mail(subject, text, address):
    EmailMessage(subject, text, to=[address]).send()


@transaction.atomic
def send_code(*, code_id: int) -> None:
    """Make the secrets of a code and send them; a code that was not sent is made anew by the next try."""
    waiting = RecoveryCode.objects.unsent().filter(created_at__gt=timezone.now() - STILL_WANTED)
    locked = waiting.select_related("user").select_for_update(of=("self",), skip_locked=True)
    code = locked.filter(pk=code_id).first()
    if code is None:
        return
    if code.user is not None:
        digits, token = f"{secrets.randbelow(1_000_000):06d}", secrets.token_urlsafe(32)
        code.code_key, code.link_key = code_key(code, digits), link_key(token)
        if not _handed_over(code, digits, token):
            return
    code.sent_at = timezone.now()
    code.save(update_fields=["code_key", "link_key", "sent_at"])


def _handed_over(code, digits, token):
    """Whether the message left; errors of mail servers name addresses, so only their kind is logged."""
    target = code.target or code.user.address_for(code.channel)
    try:
        if code.channel == Channel.SMS:
            send_sms(target, sms_for(code, digits, token))
        else:
            send_mail(*letter_for(code, digits, token), target)
    except OSError as error:
        logger.warning("code not sent", extra={"code": code.pk, "error": type(error).__name__})
        return False
    return True


def mail_notices(*, notice_ids: list[int]) -> None:
    """Mail each notice to its recipient, once."""
    for notice_id in notice_ids:
        _mail_notice(notice_id)


@transaction.atomic
def _mail_notice(notice_id):
    due = Notice.objects.filter(pk=notice_id, is_mail_due=True).select_related("recipient")
    notice = due.select_for_update(of=("self",), skip_locked=True).first()
    if notice is None:
        return
    link = f"\n\n办理页面：{settings.SITE_URL}{notice.url}" if notice.url else ""
    subject = f"【{settings.PRODUCT_NAME}】{notice.title}"
    try:
        send_mail(subject, f"{notice.text or notice.title}{link}\n", notice.recipient.email)
    except OSError as error:
        logger.warning("notice not mailed", extra={"notice": notice.pk, "error": type(error).__name__})
        return
    notice.is_mail_due = False
    notice.save(update_fields=["is_mail_due"])


def sweep() -> tuple[list[int], list[int]]:
    """What the worker must be told of again: codes not sent, notices not mailed; old traces go."""
    now = timezone.now()
    SignInFailure.objects.filter(at__lt=now - KEEP_FAILURES).delete()
    RecoveryCode.objects.filter(created_at__lt=now - KEEP_CODES).delete()
    codes = RecoveryCode.objects.unsent().filter(created_at__gt=now - STILL_WANTED)
    notices = Notice.objects.filter(is_mail_due=True, created_at__gt=now - NOTICE_STILL_NEWS)
    return list(codes.values_list("pk", flat=True)), list(notices.values_list("pk", flat=True)[:1000])
