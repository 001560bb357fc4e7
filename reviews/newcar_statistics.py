"""New cars of a month, quarter or year consolidated: figures, places, brands, the months behind it."""

from dataclasses import dataclass

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from accounts.scope import area_of
from newcar.models import MonthlySummary
from newcar.monthly import NewcarMonthly
from reviews.areas import Area
from reviews.consolidated import SpanChoice, comparisons, completeness_of, month_sums, share_text

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
STOCKS = {"closing"}
COLUMNS = (
    ("销售量（辆）", "sales"),
    ("零售（辆）", "retail"),
    ("批发（辆）", "wholesale"),
    ("新能源（辆）", "nev"),
    ("期末库存（辆）", "closing"),
    ("销售额（万元）", "amount"),
)


class NewcarChoice(SpanChoice):
    """The period and the place of the sellers of new cars."""

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
    by_month = month_sums(user, chosen, rows, SUMS, _filled)
    figures = by_month.whole(chosen, STOCKS)
    of_period = rows.filter(period__gte=chosen.period.start, period__lte=chosen.period.last_day)
    sums = _sums(chosen)
    return {
        "total": Line("合计", figures, share=share_text(figures["sales"], figures["sales"])),
        "is_reported": by_month.is_reported(chosen.period),
        "comparisons": comparisons(chosen, by_month, "sales"),
        "retail_text": f"占销售量 {share_text(figures['retail'], figures['sales'])}",
        "nev_text": f"新能源 {figures['nev']:,} 辆",
        **completeness_of(user, chosen),
        "months": [Line(month.label, by_month.month(month)) for month in chosen.shown_months],
        "places": _places(of_period, chosen.area, sums),
        "brands": _brands(of_period, figures, sums),
    }


def _sums(chosen):
    """The sums of a whole period: stocks are those at its end."""
    at_end = Q(period=chosen.closing.start)
    return SUMS | {"closing": Sum("closing_stock_qty", filter=at_end)}


def _places(rows, area: Area, sums) -> list[Line]:
    return [Line(part["name"], _filled(part), part["code"]) for part in area.parts(rows, sums)]


def _brands(rows, total, sums) -> list[Line]:
    """The brands that sold most, and all others together, so that they add up; what was reported under a
    brand merged since counts with the one kept.
    """
    kept = {
        "kept": Coalesce("brand__merged_into", "brand"),
        "kept_name": Coalesce("brand__merged_into__name", "brand__name"),
    }
    found = rows.order_by().values(**kept).annotate(**sums).order_by("-sales", "kept")[:BRANDS]
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
        series = [{"name": labels[name], "values": [line.figures[name] for line in lines]} for name in names]
        return {"labels": [line.name for line in lines], "series": series}

    return {
        "months": drawn(found["months"], "sales", "nev"),
        "places": drawn(found["places"], "sales"),
        "brands": drawn(found["brands"], "sales"),
    }
