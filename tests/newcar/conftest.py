"""A confirmed dealer with one authorised brand and two models, its month, and a clock that stands still."""

import itertools
from datetime import datetime

import pytest
from django.utils import timezone

from filing.enums import FilingAction
from filing.models import FilingEvent
from newcar.lines import CELLS
from reporting import clock
from reporting.models import Report
from reporting.periods import Period
from reporting.services import save_report, start_report, submit_report
from tests.factories import FilingFactory, VehicleModelFactory

OPEN = "2026-11-02 09:00"
MONTH = Period.month(2026, 10)


def shanghai(text):
    return timezone.make_aware(datetime.fromisoformat(text))


@pytest.fixture
def at():
    """Stop the clock of deadlines: `with at("2026-11-05 23:59:59"): …`."""
    return lambda text=OPEN: clock.stopped_at(shanghai(text))


@pytest.fixture
def filing(db):
    filing = FilingFactory(confirmed=True)
    step = {"action": FilingAction.CONFIRM, "to_status": "CONFIRMED", "by": filing.decided_by}
    event = FilingEvent.objects.create(filing=filing, **step)
    FilingEvent.objects.filter(pk=event.pk).update(at=shanghai("2024-05-20 10:00"))
    filing.brand_lines.update(authorized_from="2024-01-01", authorized_to="2030-12-31")
    return filing


@pytest.fixture
def clerk(filing):
    return filing.enterprise.staff.first()


@pytest.fixture
def models(filing):
    brand = filing.brand_lines.get().brand
    return [VehicleModelFactory(brand=brand, name=f"测试车{number}") for number in "甲乙"]


@pytest.fixture
def line_of(filing):
    """A line that keeps every rule, of the model given: sold 8 for 120 万元, 7 in stock at the end."""
    offer = filing.brand_lines.get()
    figures = (5, 10, 8, 6, 1, 1, 0, 7, "120.00", 1, 2, "")

    def line(model, **changes):
        key = {"supplier_name": offer.supplier_name, "brand_id": offer.brand_id, "model_id": model.pk}
        return {
            **key,
            "producer_id": offer.producer_id,
            "displacement": "1.5",
            **dict(zip(CELLS, figures, strict=True)),
            **changes,
        }

    return line


@pytest.fixture
def month_of(clerk, at):
    """Submit a month with these lines, in time."""
    numbers = itertools.count()

    def month(period, lines, submit=True):
        next(numbers)
        following = period.next.start
        with at(f"{following:%Y-%m}-02 09:00"):
            report = start_report(form="newcar_monthly", period=period, by=clerk)
            values = {"preparer_name": "测试填表人", "note": "试营业期间销量波动较大，属正常经营安排"}
            kept = {"values": values, "content": {"lines": lines}, "reasons": {}}
            report = save_report(report_id=report.pk, revision=0, **kept, by=clerk)
            if submit:
                report = submit_report(report_id=report.pk, revision=report.revision, by=clerk)
        return Report.objects.get(pk=report.pk)

    return month
