"""Months of new-car reports for the demonstration, in bulk: stock carried over, a season, a few oddities."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from random import Random

from catalog.models import VehicleModel
from filing.enums import FilingStatus, LineStatus
from filing.models import BrandLine, Enterprise, Filing
from newcar.lines import CELLS, expected_closing
from newcar.monthly import NewcarMonthly
from reporting.enums import ReportStatus
from reporting.models import Obligation, Report, ReportEvent, ReportVersion, WindowRule
from reporting.periods import Period, midnight_after
from reporting.registry import report_form
from reporting.steps import digest

SEASONS = (95, 70, 100, 92, 96, 98, 88, 96, 108, 104, 112, 128)
MOST_MODELS = 12
MISSING_EVERY = 9
LATE_EVERY = 13
OLDEST_PRICE, PRICE_RANGE = 8, 22


@dataclass
class Dealer:
    """An enterprise in force with what it sells."""

    enterprise: Enterprise
    clerk: object
    offers: list


def load_reports(plan):
    """The months before the present one; the last of them is still open for who is late."""
    form = report_form(NewcarMonthly.key)
    this_month = Period.of_day(plan.today)
    months = [this_month.plus(-count) for count in range(plan.months, 0, -1)]
    keep_late_period_open(form, months[-1], plan.today)
    for dealer in dealers():
        random = Random(f"{plan.seed} months {dealer.enterprise.uscc}")
        write_months(form, dealer, months, random)
        owe_present(form, dealer.enterprise, this_month)


def keep_late_period_open(form, period, today):
    """Whatever the day, one month is late and not yet locked."""
    window = form.default_window(period)
    later = today + timedelta(days=20)
    locks_at = max(window.locks_at, midnight_after(later.year, later.month, later.day))
    officer = Filing.objects.filter(decided_by__role="PROVINCE").first()
    setter = officer.decided_by if officer else Filing.objects.exclude(decided_by=None).first().decided_by
    WindowRule.objects.create(
        form=form.key,
        period=period.start,
        opens_at=window.opens_at,
        due_at=window.due_at,
        locks_at=locks_at,
        reason="系统升级，补报期顺延",
        set_by=setter,
    )


def dealers():
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
            yield Dealer(filing.enterprise, filing.submitted_by, offers[:MOST_MODELS])


def write_months(form, dealer, months, random):
    """One report a month; some are missing, some late."""
    stock = {index: random.randrange(5, 40) for index in range(len(dealer.offers))}
    scale = random.uniform(0.5, 3)
    is_demo = dealer.clerk.username == "dealer"
    for position, period in enumerate(months):
        last = position == len(months) - 1
        skipped = last if is_demo else random.randrange(MISSING_EVERY) == 0
        if is_demo and position < len(months) - 15:
            continue
        if skipped:
            owe_present(form, dealer.enterprise, period)
            continue
        lines = [
            month_line(offer, stock, index, period, scale, random)
            for index, offer in enumerate(dealer.offers)
        ]
        is_late = random.randrange(LATE_EVERY) == 0
        write_report(form, dealer.enterprise, dealer.clerk, period, {"lines": lines}, is_late=is_late)


def month_line(offer, stock, index, period, scale, random):
    """A month of one model: what was sold follows the season, what is bought refills the stock."""
    brand_line, model = offer
    displacement = model.displacements.all()[0]
    sold = min(stock[index] + 30, int(random.gauss(8, 3) * scale * SEASONS[period.start.month - 1] / 100))
    sold = max(0, sold)
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


def write_report(form, enterprise, clerk, period, content, *, is_late=False):
    """A report as it stands after one submission, counted in the summaries."""
    window = form.default_window(period)
    at = window.due_at + timedelta(days=2) if is_late else window.due_at - timedelta(days=2, hours=5)
    place = (enterprise.jurisdiction_code, enterprise.division_code)
    handed_in = {"submitted_at": at, "submitted_by": clerk, "is_late": is_late}
    report = Report.objects.create(
        enterprise=enterprise,
        form=form.key,
        period=period.start,
        status=ReportStatus.SUBMITTED,
        version=1,
        preparer_name=clerk.display_name or "经办人",
        preparer_phone="0571-00000000",
        jurisdiction_code=place[0],
        division_code=place[1],
        created_by=clerk,
        **handed_in,
        **form.figures(content),
    )
    form.write(report, content)
    ReportVersion.objects.create(
        report=report, number=1, content=content, sha256=digest(content), **handed_in
    )
    ReportEvent.objects.bulk_create(
        [ReportEvent(report=report, action=action, at=at, by=clerk) for action in ("START", "SUBMIT")]
    )
    owe_present(form, enterprise, period, report)
    form.counted(report, None, content, place=(place, place))
    return report


def owe_present(form, enterprise, period, report=None):
    Obligation.objects.get_or_create(
        enterprise=enterprise,
        form=form.key,
        period=period.start,
        defaults={
            "report": report,
            "jurisdiction_code": enterprise.jurisdiction_code,
            "division_code": enterprise.division_code,
        },
    )
