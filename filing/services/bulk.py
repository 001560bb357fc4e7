"""Confirming many filings at once: each by itself, none hidden from the page of results."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404

from accounts.audit import record
from accounts.enums import Outcome, Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.errors import BusinessError
from filing.enums import AWAITING, BulkOutcome, FilingStatus
from filing.models import BulkConfirm, BulkConfirmItem, Enterprise, Filing
from filing.services.decisions import confirm_filing

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Ticked:
    """One filing as the officer saw it on the page where he confirmed the pile."""

    filing_id: int
    version: int
    content_hash: str


def confirm_many(*, items: Sequence[Ticked], key: uuid.UUID, by: User) -> BulkConfirm:
    """Confirm each ticked filing in a transaction of its own; an unknown one refuses the whole pile, one
    that was withdrawn meanwhile only itself.

    The same form sent twice finds the pile of the first time.
    """
    require(by, Permission.FILING_CONFIRM)
    _refuse_unknown(items, by)
    with transaction.atomic():
        bulk, is_new = BulkConfirm.objects.get_or_create(by=by, key=key)
        if not is_new:
            return bulk
        rows = [BulkConfirmItem(bulk=bulk, **vars(item)) for item in items]
        BulkConfirmItem.objects.bulk_create(rows)
        record("filing.bulk", bulk, by=by, count=len(rows))
    for row in bulk.items.all():
        row.outcome, row.note = _confirm(row, by)
        row.save(update_fields=["outcome", "note"])
    return bulk


def _refuse_unknown(items, by):
    wanted = {item.filing_id for item in items}
    wanted_rows = Filing.objects.filter(pk__in=wanted)
    withdrawn = Q(status=FilingStatus.DRAFT, enterprise__in=Enterprise.objects.visible_to(by))
    known = wanted_rows.filter(Q(pk__in=Filing.objects.visible_to(by)) | withdrawn).count()
    if not items or len(items) > MOST_AT_ONCE or len(wanted) != len(items):
        raise BusinessError(f"请选择 1–{MOST_AT_ONCE} 件备案，每件一次。")
    if known != len(wanted):
        message = "所选备案中有不存在或不属于本辖区的，整批没有办理。请回到列表重新选择。"
        record("filing.bulk", by=by, outcome=Outcome.REFUSED, summary=message)
        raise BusinessError(message)


def _confirm(item, by):
    """The outcome for one of the pile with the words of the refusal."""
    try:
        confirm_filing(filing_id=item.filing_id, content_hash=item.content_hash, by=by)
    except (BusinessError, PermissionDenied) as error:
        return _why_not(item), str(error)[:300]
    except Http404:
        return BulkOutcome.CHANGED, "企业已撤回或变更了这份备案。"
    return BulkOutcome.CONFIRMED, ""


def _why_not(item):
    """Decided meanwhile, changed meanwhile, or never this officer's to decide."""
    filing = Filing.objects.get(pk=item.filing_id)
    if filing.status == FilingStatus.DRAFT or filing.content_hash != item.content_hash:
        return BulkOutcome.CHANGED
    return BulkOutcome.DENIED if filing.status in AWAITING else BulkOutcome.HANDLED
