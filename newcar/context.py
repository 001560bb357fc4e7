"""What the checks of a month need besides its lines, read in a constant number of queries."""

from django.db.models import Exists, OuterRef

from catalog.enums import CatalogStatus
from catalog.models import Displacement, VehicleModel
from filing.enums import LineStatus
from filing.models import BrandLine
from newcar.checks import Context
from newcar.kept import kept_lines, united
from newcar.lines import key_of, number
from reporting.models import ReportVersion
from reporting.periods import Period

RECENT_MONTHS = 3
SUPPLIERS = {"A1", "A2"}


def brand_lines_of(report) -> list[BrandLine]:
    """The brand lines in force whose authorization covers at least a day of the period, under the entries
    that were kept: a filing keeps what it was confirmed with, models move when theirs are merged.
    """
    lines = BrandLine.objects.filter(
        filing__enterprise=report.enterprise_id, filing__is_in_force=True, line_status=LineStatus.ACTIVE
    ).select_related("brand__merged_into", "producer__merged_into")
    found = {}
    for line in lines.order_by("brand__name", "producer__name", "pk"):
        line.brand, line.producer = line.brand.kept, line.producer.kept
        if _covers(line, report.month):
            found.setdefault((line.supplier_name, line.brand_id, line.producer_id), line)
    return list(found.values())


def _covers(line, period: Period) -> bool:
    begun = line.authorized_from is None or line.authorized_from <= period.last_day
    return begun and (line.authorized_to is None or line.authorized_to >= period.start)


def submitted_lines(report, periods: list[Period]) -> dict[Period, list[dict]]:
    """What counts of other months of the enterprise, by month, in the terms of today's catalogue; months
    without a report are missing.
    """
    versions = ReportVersion.objects.filter(
        report__enterprise=report.enterprise_id,
        report__form=report.form,
        report__deleted_at=None,
        report__period__in=[period.start for period in periods],
    )
    latest = versions.order_by("report", "-number").distinct("report")
    found = {
        Period(start): content.get("lines") or []
        for start, content in latest.values_list("report__period", "content")
    }
    kept = iter(kept_lines(line for lines in found.values() for line in lines))
    return {month: united(next(kept) for _ in lines) for month, lines in found.items()}


def latest_month(report, history: dict[Period, list[dict]]) -> Period | None:
    """Last month or, where that was not reported, the latest of the months before it."""
    recent = (report.month.plus(-count) for count in range(1, RECENT_MONTHS + 1))
    return next((month for month in recent if month in history), None)


def lines_before(report) -> list[dict]:
    """The lines of the latest month before this one."""
    history = submitted_lines(report, [report.month.plus(-count) for count in range(1, RECENT_MONTHS + 1)])
    return history.get(latest_month(report, history), [])


def refused_of(enterprise) -> dict[tuple, str]:
    """Reasons for the models and displacements this enterprise asked for in vain, by model and displacement;
    what was asked for again and stands by now is none of them.
    """
    standing = Displacement.objects.live().filter(model=OuterRef("model"), value=OuterRef("value"))
    asked = {"status": CatalogStatus.REJECTED, "requests__uscc": enterprise.uscc}
    models = VehicleModel.objects.filter(**asked).values_list("pk", "reason")
    displacements = Displacement.objects.filter(~Exists(standing), **asked)
    found = {(pk, ""): reason for pk, reason in models}
    for model, value, reason in displacements.values_list("model", "value", "reason"):
        found[model, str(value)] = reason
    return found


def context_of(report) -> Context:
    """Seven questions to the database, however many lines there are."""
    month = report.month
    wanted = [*(month.plus(-count) for count in range(1, RECENT_MONTHS + 1)), month.year_before]
    history = submitted_lines(report, wanted)
    offers = {(line.supplier_name, line.brand_id, line.producer_id) for line in brand_lines_of(report)}
    latest = latest_month(report, history)
    return Context(
        offered=frozenset(offers),
        previous=None if latest is None else _by_key(history[latest]),
        previous_month="" if latest in (None, month.previous) else latest.label,
        recent=_recent(history, month),
        year_before={
            key: number(line, "sales_qty")
            for key, line in _by_key(history.get(month.year_before, [])).items()
        },
        refused=refused_of(report.enterprise),
        is_dealer=SUPPLIERS.isdisjoint(report.enterprise.types),
    )


def _by_key(lines):
    return {key_of(line): line for line in lines}


def _recent(history, month):
    sales = {}
    for count in range(1, RECENT_MONTHS + 1):
        for key, line in _by_key(history.get(month.plus(-count), [])).items():
            sales.setdefault(key, []).append(number(line, "sales_qty"))
    return sales
