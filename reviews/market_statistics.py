"""Used-car markets of a month, quarter or year consolidated: the matrix, places, the months behind it."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum

from accounts.scope import area_of
from reporting.models import Report
from reporting.periods import Period
from reviews.consolidated import (
    SpanChoice,
    change_text,
    comparisons,
    completeness_of,
    month_sums,
    share_text,
)
from reviews.report_lists import last_submitted
from usedcar.market_models import MarketSummary
from usedcar.market_monthly import MarketMonthly
from usedcar.matrix import AMOUNT, COLUMNS, DIMENSIONS, KINDS, PARTS, QTY, TOTAL, column_label

IMPORTED, CROSS_PROVINCE = "origin-IMPORTED", "transfer_type-CROSS_PROVINCE"

MERCHANTS = Q(column="resident_merchant_count")
COMPARED = ("enterprise", "form", "period", "qty", "has_unsubmitted_changes")


def _sum_of(column):
    return Sum("value", filter=Q(column=column))


SUMS = {
    "qty": _sum_of(QTY),
    "amount": _sum_of(AMOUNT),
    "nev": _sum_of("nev_qty"),
    "imported": _sum_of(IMPORTED),
    "cross_province": _sum_of(CROSS_PROVINCE),
    "merchants": Sum("value", filter=MERCHANTS),
}
HEADERS = (
    ("交易量（辆）", "qty"),
    ("交易金额（万元）", "amount"),
    ("新能源（辆）", "nev"),
    ("进口（辆）", "imported"),
    ("跨省（辆）", "cross_province"),
    ("期末入驻主体（户）", "merchants"),
)
STOCKS = {"merchants"}


class MarketChoice(SpanChoice):
    """The period and the place of the markets."""

    form_key = MarketMonthly.key
    subject = "二手车市场交易"


@dataclass(frozen=True)
class Line:
    """One row of the tables of places and months."""

    name: str
    figures: dict
    code: str = ""

    @property
    def cells(self):
        return [(label, self.figures[name]) for label, name in HEADERS]

    @property
    def average(self):
        """万元 a vehicle."""
        qty = self.figures["qty"] or 0
        return f"{self.figures['amount'] / qty:.2f}" if qty else "–"


@dataclass(frozen=True)
class Comparison:
    """A change against another period: of everything reported, and 可比口径, of the markets that reported
    every month of both.
    """

    word: str
    change: str
    text: str
    market_count: int
    now: int
    before: int
    alike_change: str

    @property
    def summary(self):
        """The figure it was compared with, and the comparable change where there is one."""
        alike = f"可比口径 {self.alike_change}（{self.market_count:,} 家）"
        return self.text if self.alike_change == "–" else f"{self.text}；{alike}"


@dataclass(frozen=True)
class MatrixLine:
    """A kind of vehicle, or all of them, in every column of the matrix."""

    name: str
    amount: Decimal
    quantities: list[int]


def statistics(user, chosen) -> dict:
    """Everything the page and the workbook show, in a constant number of statements."""
    rows = MarketSummary.objects.filter(area_of(user)).filter(chosen.area.rows)
    of_period = rows.filter(period__gte=chosen.period.start, period__lte=chosen.period.last_day)
    by_month = month_sums(user, chosen, rows, SUMS, _whole)
    figures = by_month.whole(chosen, STOCKS)
    matrix = _matrix(of_period)
    sums = SUMS | {"merchants": Sum("value", filter=MERCHANTS & Q(period=chosen.closing.start))}
    return {
        "total": Line("合计", figures),
        "is_reported": by_month.is_reported(chosen.period),
        "comparisons": _comparisons(user, chosen, by_month),
        "nev_share": share_text(figures["nev"], figures["qty"]),
        "cross_share": share_text(figures["cross_province"], figures["qty"]),
        **completeness_of(user, chosen),
        "months": [Line(month.label, by_month.month(month)) for month in chosen.shown_months],
        "places": [
            Line(part["name"], _whole(part), part["code"]) for part in chosen.area.parts(of_period, sums)
        ],
        "dimensions": DIMENSIONS,
        "matrix": matrix[:-1],
        "matrix_total": matrix[-1],
    }


def _comparisons(user, chosen, by_month) -> list[Comparison]:
    """Each of all that was reported, and of the markets that reported every month of both periods."""
    found = comparisons(chosen, by_month, "qty")
    periods = [chosen.period, *(other for _, other, _ in found)]
    quantities = _quantities(user, chosen, periods)
    compared = []
    for word, other, (change, text) in found:
        both = [of for of in quantities.values() if of.keys() >= {*chosen.period.months, *other.months}]
        now, before = (
            sum(of[month] for of in both for month in one.months) for one in (chosen.period, other)
        )
        alike = "–" if change == "–" else change_text(now, before)
        compared.append(Comparison(word, change, text, len(both), now, before, alike))
    return compared


def _quantities(user, chosen, periods) -> dict[int, dict[Period, int]]:
    """What each market submitted last of each month, by market."""
    months = {month.start for period in periods for month in period.months}
    reports = Report.objects.visible_to(user).counting().of(chosen.form).filter(chosen.area.rows)
    found = defaultdict(dict)
    for report in last_submitted(list(reports.filter(period__in=months).only(*COMPARED))):
        found[report.enterprise_id][report.month] = report.qty
    return found


def _matrix(rows) -> list[MatrixLine]:
    """Every kind of vehicle, then their sum."""
    sums = {(row["row_code"], row["column"]): row["sum"] for row in _cells(rows)}
    lines = [
        MatrixLine(
            kind.label,
            sums.get((code, AMOUNT), Decimal(0)),
            [int(sums.get((code, column), 0)) for column in (QTY, *PARTS)],
        )
        for code, kind in KINDS.items()
    ]
    columns = zip(*(line.quantities for line in lines), strict=True)
    return [*lines, MatrixLine("合计", sum(line.amount for line in lines), [sum(one) for one in columns])]


def _cells(rows):
    cells = rows.filter(column__in=COLUMNS).exclude(row_code=TOTAL)
    return cells.order_by().values("row_code", "column").annotate(sum=Sum("value"))


def _whole(row) -> dict:
    """Quantities as whole numbers; only money has cents."""
    return {name: (row[name] or 0) if name == "amount" else int(row[name] or 0) for name in SUMS}


def chart_data(found) -> dict:
    """What the plots draw: the figures of the tables beside them."""

    def drawn(lines):
        return {
            "labels": [line.name for line in lines],
            "series": [{"name": "交易量（辆）", "values": [line.figures["qty"] for line in lines]}],
        }

    shown = [line for line in found["matrix"] if line.quantities[0]]
    return {
        "months": drawn(found["months"]),
        "places": drawn(found["places"]),
        "matrix": {
            "labels": [column_label(column) for column in PARTS],
            "rows": [line.name for line in reversed(shown)],
            "cells": [
                [x, y, quantity]
                for y, line in enumerate(reversed(shown))
                for x, quantity in enumerate(line.quantities[1:])
            ],
        }
        if shown
        else {"labels": []},
    }
