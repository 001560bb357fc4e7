"""Moves the moments of the demonstration to where its filings say; rows made now would all be of today."""

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from filing.enums import FilingAction
from filing.models import Enterprise, Filing, FilingEvent

SUBMITTED = (FilingAction.SUBMIT, FilingAction.SUBMIT_CHANGE)
DECIDED = (FilingAction.CONFIRM, FilingAction.RETURN)


def backdate():
    """Steps happened when the filing was handed in or decided, and it was begun the day it was handed in."""
    filing = Filing.objects.filter(pk=OuterRef("filing"))
    for actions, moment in ((SUBMITTED, "submitted_at"), (DECIDED, "decided_at")):
        FilingEvent.objects.filter(action__in=actions).update(at=Subquery(filing.values(moment)))
    handed_in = Filing.objects.exclude(submitted_at=None)
    handed_in.update(created_at=F("submitted_at"), saved_at=F("submitted_at"))
    FilingEvent.objects.filter(action__in=[FilingAction.START, FilingAction.CHANGE]).update(
        at=Subquery(filing.values("created_at"))
    )
    first = Filing.objects.filter(enterprise=OuterRef("pk"), version=1).values("created_at")
    Enterprise.objects.update(opened_at=Coalesce(Subquery(first), F("opened_at")))
