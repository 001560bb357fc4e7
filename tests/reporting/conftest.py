"""A confirmed appraiser, the form it owes, and a clock that stands still."""

from datetime import datetime

import pytest
from django.utils import timezone

from filing.enums import FilingAction
from filing.models import FilingEvent
from reporting import clock, registry
from tests.factories import EnterpriseFactory, FilingFactory
from tests.reporting.appraisal.form import QuarterlyAppraisal


def shanghai(text):
    """A moment in Shanghai time: `shanghai("2026-10-05 23:59:59")`."""
    return timezone.make_aware(datetime.fromisoformat(text))


@pytest.fixture
def form(monkeypatch):
    """The form only tests know, registered for one test."""
    known = {**registry._FORMS, QuarterlyAppraisal.key: QuarterlyAppraisal()}
    monkeypatch.setattr(registry, "_FORMS", known)
    return known[QuarterlyAppraisal.key]


@pytest.fixture
def enterprise(db, form):
    """An appraiser whose filing was confirmed in May 2026."""
    filing = FilingFactory(confirmed=True, enterprise=EnterpriseFactory(types=["B5"]))
    event = FilingEvent.objects.create(
        filing=filing, action=FilingAction.CONFIRM, to_status="CONFIRMED", by=filing.decided_by
    )
    FilingEvent.objects.filter(pk=event.pk).update(at=shanghai("2026-05-20 10:00"))
    return filing.enterprise


@pytest.fixture
def clerk(enterprise):
    return enterprise.staff.first()


@pytest.fixture
def at():
    """Stop the clock of deadlines: `with at("2026-10-05 23:59:59"): …`."""

    def stop(text):
        return clock.stopped_at(shanghai(text))

    return stop
