"""One month of new cars consolidated, from the summary alone: figures, places, brands, the year behind it."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.scope import area_of
from newcar.models import MonthlySummary
from newcar.monthly import NewcarMonthly
from reporting.models import Obligation
from reporting.periods import MONTHS, Period
from reporting.registry import report_form
from reviews.areas import Area, area_at, area_choices
from reviews.completeness import completeness
from reviews.filters import Filter
from reviews.report_filters import periods_of, present_period

NEW_ENERGY = ("PHEV", "EREV", "BEV", "FCEV")
BRANDS = 20
SUMS = {
    "sales": Sum("sales_qty"),
    "retail": Sum("retail_qty"),
    "wholesale": Sum("wholesale_qty"),
    "nev": Sum("sales_qty", filter=Q(energy_type__in=NEW_ENERGY)),
    "closing": Sum("closing_stock_qty"),
    "amount": Sum("sales_amount"),
}
NOTHING = dict.fromkeys(SUMS, 0)
COLUMNS = (
    ("销售量（辆）", "sales"),
    ("零售（辆）", "retail"),
    ("批发（辆）", "wholesale"),
    ("新能源（辆）", "nev"),
    ("期末库存（辆）", "closing"),
    ("销售额（万元）", "amount"),
)


class MonthChoice(Filter):
    """The month and the place of a consolidated view."""

    def __init__(self, query, user, at):
        super().__init__(query)
        form = report_form(NewcarMonthly.key)
        self.period_choices = [(str(period), period.label) for period in periods_of(form, at)]
        named = self._one_of("period", dict(self.period_choices))
        found = Period.parse(named, form.period_kind) if named else None
        self.period = found or present_period(form, at)
        self.period_key = str(self.period)
        self.area = area_at(user, query.get("place", ""))
        self.place_choices = area_choices(user, self.area)

    @property
    def title(self):
        return f"{self.area.name}{self.period.label}新车销售"

    def labels(self):
        return {"place": f"地区：{self.area.name}"} if self.area.code else {}


@dataclass(frozen=True)
class Line:
    """One row of a table: its name and the figures of SUMS; a code where it can be opened."""

    name: str
    figures: dict
    code: str = ""

    @property
    def cells(self):
        return [(label, self.figures[name]) for label, name in COLUMNS]

    @property
    def nev_share(self):
        return share_text(self.figures["nev"], self.figures["sales"])


def share_text(part, whole) -> str:
    """A share with one decimal; a dash where there is no whole."""
    return f"{Decimal(part) * 100 / whole:.1f}%" if whole else "–"


def change_of(now, before, label) -> tuple[str, str]:
    """A change, and the figure of the month it is against."""
    if not before:
        return "–", f"{label}没有数据"
    percent = Decimal(now - before) * 100 / before
    return f"{percent:+.1f}%", f"{label}为 {before:,} 辆"


def statistics(user, chosen) -> dict:
    """Everything the page and the workbook show, in a constant number of statements."""
    rows = MonthlySummary.objects.filter(area_of(user)).filter(chosen.area.rows)
    months = _months(rows, chosen.period)
    total, previous, last_year = months[-1], months[-2], months[0]
    figures = total.figures
    of_month = rows.filter(period=chosen.period.start)
    owed = Obligation.objects.visible_to(user).of(report_form(NewcarMonthly.key), chosen.period)
    return {
        "total": Line("合计", figures),
        "against_previous": change_of(figures["sales"], previous.figures["sales"], previous.name),
        "against_last_year": change_of(figures["sales"], last_year.figures["sales"], last_year.name),
        "retail_text": f"占销售量 {share_text(figures['retail'], figures['sales'])}",
        "nev_text": f"新能源 {figures['nev']:,} 辆",
        **_completeness(owed.filter(chosen.area.rows), chosen),
        "months": months[1:],
        "places": _places(of_month, chosen.area),
        "brands": _brands(of_month, figures),
    }


def _completeness(owed, chosen):
    """How much of the month is in, and where it is looked at."""
    found = completeness(owed)
    where = {"form": NewcarMonthly.key, "period": chosen.period_key, "place": chosen.area.code}
    return {
        "completeness": found,
        "completeness_text": f"应报 {found.owed:,} 家，已报 {found.submitted:,} 家",
        "reports_url": f"{reverse('reviews:report-list')}?{urlencode(where)}",
    }


def _months(rows, period) -> list[Line]:
    """The same month of last year, then the twelve that end with this one; nil where nothing was reported."""
    periods = [period.plus(-count) for count in range(MONTHS, -1, -1)]
    found = rows.filter(period__gte=periods[0].start, period__lte=period.start)
    sums = {row["period"]: _filled(row) for row in found.order_by().values("period").annotate(**SUMS)}
    return [Line(one.label, sums.get(one.start, NOTHING)) for one in periods]


def _places(rows, area: Area) -> list[Line]:
    return [Line(part["name"], _filled(part), part["code"]) for part in area.parts(rows, SUMS)]


def _brands(rows, total) -> list[Line]:
    """The brands that sold most, and all others together, so that they add up; what was reported under a
    brand merged since counts with the one kept.
    """
    kept = {
        "kept": Coalesce("brand__merged_into", "brand"),
        "kept_name": Coalesce("brand__merged_into__name", "brand__name"),
    }
    grouped = rows.order_by().values(**kept).annotate(**SUMS)
    found = grouped.order_by("-sales", "kept")[:BRANDS]
    lines = [Line(row["kept_name"], _filled(row)) for row in found]
    rest = {name: total[name] - sum(line.figures[name] for line in lines) for name in SUMS}
    return [*lines, Line("其他品牌", rest)] if any(rest.values()) else lines


def _filled(row) -> dict:
    return {name: row[name] or 0 for name in SUMS}


def chart_data(found) -> dict:
    """What the plots draw: the same figures as the tables beside them."""

    def drawn(lines, *names):
        labels = {name: label for label, name in COLUMNS}
        series = [
            {"name": labels[name], "values": [int(line.figures[name]) for line in lines]} for name in names
        ]
        return {"labels": [line.name for line in lines], "series": series}

    return {
        "months": drawn(found["months"], "sales", "nev"),
        "places": drawn(found["places"], "sales"),
        "brands": drawn(found["brands"], "sales"),
    }
