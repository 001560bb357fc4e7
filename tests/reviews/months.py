"""Months of new-car reports anywhere, as submission leaves them: report, version, what is owed."""

from datetime import date, datetime

from django.utils import timezone

from newcar.lines import CELLS
from newcar.summaries import count_month
from reporting import clock
from reporting.models import Obligation, Report, ReportVersion
from reporting.periods import Period
from reporting.registry import report_form
from tests.factories import EnterpriseFactory, VehicleModelFactory

FORM = "newcar_monthly"
OCTOBER = "2026-10-01"
OPEN = "2026-11-02 09:00:00"
LOCKED = "2026-11-20 09:00:00"


def shanghai(text):
    return timezone.make_aware(datetime.fromisoformat(text))


def stopped(text=OPEN):
    """The clock of deadlines stands still."""
    return clock.stopped_at(shanghai(text))


def dealer(division_code="330106", **more):
    return EnterpriseFactory(division_code=division_code, confirmed=True, **more)


def owe(enterprise, period=OCTOBER, report=None):
    place = {"jurisdiction_code": enterprise.jurisdiction_code, "division_code": enterprise.division_code}
    return Obligation.objects.create(enterprise=enterprise, form=FORM, period=period, report=report, **place)


def line(model, sold=8, retail=7, **more):
    """A line of a submitted month: what it sold, the rest wholesale."""
    figures = dict.fromkeys(CELLS, 0) | {
        "sales_qty": sold,
        "retail_person_qty": retail,
        "wholesale_qty": sold - retail,
        "purchase_qty": sold,
        "sales_amount": f"{sold * 10}.00",
        "line_note": "",
    }
    return {
        "supplier_name": "测试汽车销售总公司",
        "brand_id": model.brand_id,
        "producer_id": model.producer_id,
        "model_id": model.pk,
        "displacement": "1.5",
        "brand": model.brand.name,
        "producer": model.producer.name,
        "model": model.name,
        "report_category": model.report_category,
        "energy_type": model.energy_type,
        **figures,
        **more,
    }


def month(enterprise, *, period=OCTOBER, lines=None, is_late=False, at="2026-11-03 10:00", **more):
    """A submitted month with what belongs to it, counted in the summary."""
    form, clerk = report_form(FORM), enterprise.staff.first()
    content = {"lines": [line(VehicleModelFactory())] if lines is None else lines}
    moment = shanghai(at)
    fields = {"status": "SUBMITTED", "version": 1, "is_late": is_late, **form.figures(content), **more}
    since = Period(date.fromisoformat(period))
    clock.tell_database(form.default_window(since).opens_at)
    report = Report.objects.create(
        usual_locks_at=form.default_window(since).locks_at,
        enterprise=enterprise,
        form=FORM,
        period=period,
        jurisdiction_code=enterprise.jurisdiction_code,
        division_code=enterprise.division_code,
        created_by=clerk,
        submitted_at=moment,
        submitted_by=clerk,
        **fields,
    )
    form.write(report, content)
    submitted = {"submitted_at": moment, "submitted_by": clerk, "is_late": is_late}
    submitted["preparer_name"] = report.preparer_name
    ReportVersion.objects.create(report=report, number=1, content=content, sha256="0" * 64, **submitted)
    owe(enterprise, period, report)
    report.refresh_from_db()
    if report.is_submitted:
        place = (enterprise.jurisdiction_code, enterprise.division_code)
        count_month(report, None, content, place=(place, place))
    return report
