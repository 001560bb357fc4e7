"""One month of new cars consolidated, from the summary alone: figures, places, brands, the year behind it."""

from dataclasses import dataclass

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from accounts.scope import area_of
from newcar.models import MonthlySummary
from newcar.monthly import NewcarMonthly
from reviews.areas import Area
from reviews.consolidated import MonthChoice, completeness_of, months_shown, share_text

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


class NewcarChoice(MonthChoice):
    """The month and the place of the sellers of new cars."""

    form_key = NewcarMonthly.key
    subject = "新车销售"


@dataclass(frozen=True)
class Line:
    """One row of a table: its name and the figures of SUMS; a code where it can be opened, its share of the
    sales where that is shown.
    """

    name: str
    figures: dict
    code: str = ""
    share: str = ""

    @property
    def cells(self):
        return [(label, self.figures[name]) for label, name in COLUMNS]

    @property
    def nev_share(self):
        return share_text(self.figures["nev"], self.figures["sales"])


def statistics(user, chosen) -> dict:
    """Everything the page and the workbook show, in a constant number of statements."""
    rows = MonthlySummary.objects.filter(area_of(user)).filter(chosen.area.rows)
    months = _months(rows, chosen.period)
    figures, previous, last_year = (months[place].figures for place in (-1, -2, 0))
    of_month = rows.filter(period=chosen.period.start)
    return {
        "total": Line("合计", figures, share=share_text(figures["sales"], figures["sales"])),
        "against_previous": chosen.compared(figures["sales"], previous["sales"], chosen.period.previous),
        "against_last_year": chosen.compared(figures["sales"], last_year["sales"], chosen.period.year_before),
        "retail_text": f"占销售量 {share_text(figures['retail'], figures['sales'])}",
        "nev_text": f"新能源 {figures['nev']:,} 辆",
        **completeness_of(user, chosen),
        "months": months[1:],
        "places": _places(of_month, chosen.area),
        "brands": _brands(of_month, figures),
    }


def _months(rows, period) -> list[Line]:
    """The same month of last year, then the twelve that end with this one; nil where nothing was reported."""
    periods = months_shown(period)
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
    found = rows.order_by().values(**kept).annotate(**SUMS).order_by("-sales", "kept")[:BRANDS]
    named = [(row["kept_name"], _filled(row)) for row in found]
    rest = {name: total[name] - sum(figures[name] for _, figures in named) for name in SUMS}
    if any(rest.values()):
        named.append(("其他品牌", rest))
    return [Line(name, one, share=share_text(one["sales"], total["sales"])) for name, one in named]


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
