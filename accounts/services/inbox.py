"""Reading notices."""

from django.db import transaction
from django.shortcuts import get_object_or_404

from accounts.audit import record
from accounts.models import Notice, User


@transaction.atomic
def open_notice(*, notice_id: int, by: User) -> Notice:
    """Mark a notice as read; the caller leads on to its page."""
    notice = get_object_or_404(Notice.objects.visible_to(by), pk=notice_id)
    if notice.is_unread:
        notice.is_unread = False
        notice.save(update_fields=["is_unread"])
        record("account.notice-read", notice, by=by)
    return notice


@transaction.atomic
def read_all_notices(*, by: User) -> int:
    """Mark all as read."""
    count = Notice.objects.visible_to(by).unread().update(is_unread=False)
    record("account.notice-read", by, by=by, count=count)
    return count
