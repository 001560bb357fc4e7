"""Months of new-car reports for the demonstration, in bulk: stock carried over, a season, a few oddities."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from random import Random

from django.db import connection

from accounts.enums import Role
from accounts.models import User
from catalog.models import VehicleModel
from filing.enums import FilingStatus, LineStatus
from filing.models import BrandLine, Enterprise, Filing
from newcar.lines import CELLS, expected_closing
from newcar.models import MonthlyLine
from newcar.monthly import NewcarMonthly
from newcar.summaries import recount_month
from reporting import clock, owing
from reporting.enums import ReportAction, ReportStatus
from reporting.models import Obligation, Report, ReportEvent, ReportVersion, WindowRule
from reporting.periods import Period, midnight_after
from reporting.registry import report_form
from reporting.steps import digest

SEASONS = (95, 70, 100, 92, 96, 98, 88, 96, 108, 104, 112, 128)
MOST_MODELS = 12
MISSING_EVERY = 9
LATE_EVERY = 13
OLDEST_PRICE, PRICE_RANGE = 8, 22
SHOWN_MONTHS = 14  # of the account of the demonstration
REPORTS_AT_ONCE = 500
LINE_COLUMNS = ", ".join(
    field.column for field in MonthlyLine._meta.fields if field.name not in ("id", "report", "number")
)
LINES = f"""
    INSERT INTO newcar_monthlyline (report_id, number, {LINE_COLUMNS})
    SELECT version.report_id, item.number, {LINE_COLUMNS}
    FROM reporting_reportversion AS version
    CROSS JOIN jsonb_array_elements(version.content -> 'lines') WITH ORDINALITY AS item (value, number)
    CROSS JOIN LATERAL (
        SELECT {LINE_COLUMNS} FROM jsonb_populate_record(NULL::newcar_monthlyline, item.value)
    ) AS line
    WHERE version.report_id = ANY(%s)
"""  # noqa: S608 -- every word of it is ours


@dataclass
class Dealer:
    """An enterprise in force with what it sells, and its stock from month to month."""

    enterprise: Enterprise
    clerk: object
    offers: list
    random: Random

    def __post_init__(self):
        self.stock = {index: self.random.randrange(5, 40) for index in range(len(self.offers))}
        self.scale = self.random.uniform(0.5, 3)
        self.is_demo = self.clerk.username == "dealer"


@dataclass
class HandedIn:
    """What one enterprise submits for a period."""

    enterprise: Enterprise
    clerk: object
    content: dict
    is_late: bool = False

    def report(self, form, period):
        """The row of the report, in time or two days late."""
        window = form.default_window(period)
        late, early = timedelta(days=2), timedelta(days=2, hours=5)
        return Report(
            enterprise=self.enterprise,
            form=form.key,
            period=period.start,
            usual_locks_at=window.locks_at,
            status=ReportStatus.SUBMITTED,
            version=1,
            preparer_name=self.clerk.display_name or "经办人",
            preparer_phone="0571-00000000",
            jurisdiction_code=self.enterprise.jurisdiction_code,
            division_code=self.enterprise.division_code,
            created_by=self.clerk,
            submitted_at=window.due_at + late if self.is_late else window.due_at - early,
            submitted_by=self.clerk,
            is_late=self.is_late,
            **form.figures(self.content),
        )


def load_reports(plan):
    """The months before the present one, each written at once; the last is still open for who is late."""
    form = report_form(NewcarMonthly.key)
    this_month = Period.of_day(plan.today)
    months = [this_month.plus(-count) for count in range(plan.months, 0, -1)]
    keep_late_period_open(form, months[-1], plan.today)
    selling = list(dealers(plan.seed))
    for age, period in zip(range(len(months) - 1, -1, -1), months, strict=True):
        shown = [dealer for dealer in selling if not (dealer.is_demo and age > SHOWN_MONTHS)]
        reports = (month_of(dealer, period, is_last=not age) for dealer in shown)
        write_reports(form, period, filter(None, reports))
        recount_month(form, period)
        owe_present(form, period, [dealer.enterprise for dealer in shown])
    owe_present(form, this_month, [dealer.enterprise for dealer in selling])


def keep_late_period_open(form, period, today):
    """Whatever the day, one month is late and not yet locked."""
    window = form.default_window(period)
    later = today + timedelta(days=20)
    locks_at = max(window.locks_at, midnight_after(later.year, later.month, later.day))
    WindowRule.objects.create(
        form=form.key,
        period=period.start,
        opens_at=window.opens_at,
        due_at=window.due_at,
        locks_at=locks_at,
        reason="系统升级，补报期顺延",
        set_by=User.objects.filter(role=Role.NATION).earliest("pk"),
    )


def dealers(seed):
    """Enterprises in force that sell new cars, each with models of its brands."""
    models = defaultdict(list)
    for model in (
        VehicleModel.objects.approved().select_related("brand", "producer").prefetch_related("displacements")
    ):
        models[model.brand_id, model.producer_id].append(model)
    in_force = Filing.objects.filter(is_in_force=True, enterprise__status=FilingStatus.CONFIRMED)
    lines = defaultdict(list)
    for line in BrandLine.objects.filter(filing__in=in_force, line_status=LineStatus.ACTIVE):
        lines[line.filing_id].append(line)
    for filing in in_force.select_related("enterprise", "submitted_by").order_by("id"):
        offers = [
            (line, model)
            for line in lines[filing.pk]
            for model in models[line.brand_id, line.producer_id][:MOST_MODELS]
            if model.displacements.all()
        ]
        if offers:
            random = Random(f"{seed} months {filing.enterprise.uscc}")
            yield Dealer(filing.enterprise, filing.submitted_by, offers[:MOST_MODELS], random)


def month_of(dealer, period, *, is_last):
    """What a dealer hands in for a month; some months are missing, some late."""
    random = dealer.random
    if is_last if dealer.is_demo else random.randrange(MISSING_EVERY) == 0:
        return None
    lines = [month_line(dealer, index, period) for index in range(len(dealer.offers))]
    is_late = random.randrange(LATE_EVERY) == 0
    return HandedIn(dealer.enterprise, dealer.clerk, {"lines": lines}, is_late)


def month_line(dealer, index, period):
    """A month of one model: what was sold follows the season, what is bought refills the stock."""
    (brand_line, model), stock, random = dealer.offers[index], dealer.stock, dealer.random
    displacement = model.displacements.all()[0]
    wanted = random.gauss(8, 3) * dealer.scale * SEASONS[period.start.month - 1] / 100
    sold = max(0, min(stock[index] + 30, int(wanted)))
    bought = max(0, sold - stock[index] + random.randrange(3, 15))
    organisations = sold // 8
    price = Decimal(OLDEST_PRICE + model.pk % PRICE_RANGE)
    figures = dict.fromkeys(CELLS, 0) | {
        "opening_stock_qty": stock[index],
        "purchase_qty": bought,
        "sales_qty": sold,
        "retail_person_qty": sold - organisations,
        "retail_org_qty": organisations,
        "sales_amount": str((price * sold).quantize(Decimal("0.01"))),
        "trade_in_qty": sold // 5,
        "financed_qty": sold // 3,
        "line_note": "",
    }
    figures["closing_stock_qty"] = stock[index] = expected_closing(figures)
    return {
        "supplier_name": brand_line.supplier_name,
        "brand_id": brand_line.brand_id,
        "producer_id": brand_line.producer_id,
        "model_id": model.pk,
        "displacement": str(displacement.value),
        **figures,
        "brand": model.brand.name,
        "producer": model.producer.name,
        "model": model.name,
        "report_category": model.report_category,
        "energy_type": model.energy_type,
    }


def write_reports(form, period, handed_in):
    """Reports of one period as they stand after one submission, some hundred at a time; the caller counts
    them in the summaries.
    """
    clock.tell_database(form.default_window(period).opens_at)
    while part := list(islice(handed_in, REPORTS_AT_ONCE)):
        reports = [one.report(form, period) for one in part]
        Report.objects.bulk_create(reports)
        contents = [one.content for one in part]
        ReportVersion.objects.bulk_create(map(version_of, reports, contents))
        write_contents(form, reports, contents)
        ReportEvent.objects.bulk_create(
            ReportEvent(report=report, action=action, at=report.submitted_at, by=report.submitted_by)
            for report in reports
            for action in (ReportAction.START, ReportAction.SUBMIT)
        )
        Obligation.objects.bulk_create(
            map(obligation_of, reports),
            update_conflicts=True,
            unique_fields=["enterprise", "form", "period"],
            update_fields=["report"],
        )


def write_contents(form, reports, contents):
    """The lines of new-car months at once, from the versions; other forms, with a row a report, write it."""
    if form.key != NewcarMonthly.key:
        for report, content in zip(reports, contents, strict=True):
            form.write(report, content)
        return
    with connection.cursor() as cursor:
        cursor.execute(LINES, [[report.pk for report in reports]])


def version_of(report, content):
    return ReportVersion(
        report=report,
        number=1,
        content=content,
        sha256=digest(content),
        preparer_name=report.preparer_name,
        preparer_phone=report.preparer_phone,
        submitted_at=report.submitted_at,
        submitted_by=report.submitted_by,
        is_late=report.is_late,
    )


def obligation_of(report):
    place = {"jurisdiction_code": report.jurisdiction_code, "division_code": report.division_code}
    named = {"enterprise": report.enterprise, "form": report.form, "period": report.period}
    return Obligation(report=report, **named, **place)


def owe_present(form, period, enterprises):
    """What these enterprises owe, unless it is written down already."""
    Obligation.objects.bulk_create(
        (owing.obligation_of(enterprise, form, period) for enterprise in enterprises),
        ignore_conflicts=True,
    )
