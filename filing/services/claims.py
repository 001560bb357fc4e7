"""Taking a waiting filing in hand, so that two officers do not read the same one."""

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.errors import ConflictError
from filing.enums import AWAITING
from filing.models import Filing, ReviewClaim
from filing.services.handling import mark_opened
from filing.steps import lock_filing


@transaction.atomic
def claim_filing(*, filing_id: int, by: User) -> Filing:
    """Take a filing in hand; what a colleague holds stays his until he is done or his half hour is over."""
    filing = lock_filing(filing_id, by)
    require(by, Permission.FILING_CONFIRM, filing)
    held = _claim_of_colleague(filing, by)
    if held is not None:
        started = timezone.localtime(held.at)
        raise ConflictError(f"{held.by.short_name}已于 {started:%H:%M} 开始办理这一件，请先与其联系。")
    _take_in_hand(filing, by)
    return filing


def _claim_of_colleague(filing, by):
    """Somebody else's claim that still counts; asked under the lock of the filing."""
    return ReviewClaim.objects.live().select_related("by").filter(filing=filing).exclude(by=by).first()


def claim_next(*, after_id: int, by: User) -> Filing | None:
    """Take the next one of the queue that no colleague has in hand, longest waiting first; each is looked at
    under its own lock.
    """
    require(by, Permission.FILING_CONFIRM)
    visible = Filing.objects.visible_to(by)
    queue = visible.awaiting().held_by(by).free_for(by)
    following = queue.next_after(visible.get(pk=after_id))
    while following is not None:
        with transaction.atomic():
            filing = lock_filing(following.pk, by)
            if filing.status in AWAITING and _claim_of_colleague(filing, by) is None:
                _take_in_hand(filing, by)
                return filing
        following = queue.next_after(following)
    return None


def _take_in_hand(filing, by):
    """The one place where an authority opens a filing: from here on the enterprise cannot take it back."""
    ReviewClaim.objects.update_or_create(filing=filing, defaults={"by": by, "at": timezone.now()})
    mark_opened(filing, by)
    record("filing.claim", filing, by=by, version=filing.version)


@transaction.atomic
def release_claim(*, filing_id: int, by: User) -> Filing:
    """Put a filing back on the pile; a colleague's claim is not touched."""
    filing = lock_filing(filing_id, by)
    require(by, Permission.FILING_CONFIRM)
    if ReviewClaim.objects.filter(filing=filing, by=by).delete()[0]:
        record("filing.release", filing, by=by, version=filing.version)
    return filing
