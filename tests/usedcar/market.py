"""How tests of market reports make a confirmed market and stop the clock of deadlines."""

from datetime import datetime

from django.utils import timezone

from filing.enums import FilingAction
from filing.models import FilingEvent
from reporting import clock
from reporting.periods import Period
from reporting.services import save_report, start_report, submit_report
from tests.factories import EnterpriseFactory, FilingFactory

MONTH = Period.month(2026, 10)
OPEN = "2026-11-02 09:00"
NOTE = "国庆后集中处置租赁公司退役车辆，数量有波动"


def shanghai(text):
    return timezone.make_aware(datetime.fromisoformat(text))


def at(text=OPEN):
    """Stop the clock of deadlines: `with at("2026-11-05 23:59:59"): …`."""
    return clock.stopped_at(shanghai(text))


def market_of(**traits):
    """A market (B1) whose filing was confirmed in May 2024."""
    filing = FilingFactory(confirmed=True, enterprise=EnterpriseFactory(types=["B1"], **traits))
    step = {"action": FilingAction.CONFIRM, "to_status": "CONFIRMED", "by": filing.decided_by}
    event = FilingEvent.objects.create(filing=filing, **step)
    FilingEvent.objects.filter(pk=event.pk).update(at=shanghai("2024-05-20 10:00"))
    return filing.enterprise


def submit_month(enterprise, cells, month=MONTH, note=NOTE, **header):
    """A month submitted in time with these cells."""
    by, following = enterprise.staff.first(), month.next.start
    with at(f"{following:%Y-%m}-02 09:00"):
        report = start_report(form="market_monthly", period=month, by=by)
        content = {"nev_qty": 0, "nev_amount": "0.00", **header, "cells": cells, "filled_at": ""}
        kept = {"values": {"note": note}, "content": content, "reasons": {}}
        report = save_report(report_id=report.pk, revision=0, **kept, by=by)
        return submit_report(report_id=report.pk, revision=report.revision, by=by)
