"""One month of used-car markets consolidated, the matrix, places, the year behind it."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum

from accounts.scope import area_of
from reviews.consolidated import MonthChoice, completeness_of, months_shown, share_text
from usedcar.market_models import MarketSummary
from usedcar.market_monthly import MarketMonthly
from usedcar.matrix import AMOUNT, COLUMNS, DIMENSIONS, KINDS, PARTS, QTY, TOTAL, column_label

IMPORTED, CROSS_PROVINCE = "origin-IMPORTED", "transfer_type-CROSS_PROVINCE"


def _sum_of(column):
    return Sum("value", filter=Q(column=column))


SUMS = {
    "qty": _sum_of(QTY),
    "amount": _sum_of(AMOUNT),
    "nev": _sum_of("nev_qty"),
    "imported": _sum_of(IMPORTED),
    "cross_province": _sum_of(CROSS_PROVINCE),
    "merchants": _sum_of("resident_merchant_count"),
}
HEADERS = (
    ("交易量（辆）", "qty"),
    ("交易金额（万元）", "amount"),
    ("新能源（辆）", "nev"),
    ("进口（辆）", "imported"),
    ("跨省（辆）", "cross_province"),
    ("期末入驻主体（户）", "merchants"),
)
NOTHING = dict.fromkeys(SUMS, 0)


class MarketChoice(MonthChoice):
    """The month and the place of the markets."""

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
        qty = self.figures["qty"]
        return f"{self.figures['amount'] / qty:.2f}" if qty else "–"


@dataclass(frozen=True)
class MatrixLine:
    """A kind of vehicle, or all of them, in every column of the matrix."""

    name: str
    amount: Decimal
    quantities: list[int]


def statistics(user, chosen) -> dict:
    """Everything the page and the workbook show, in a constant number of statements."""
    rows = MarketSummary.objects.filter(area_of(user)).filter(chosen.area.rows)
    of_month = rows.filter(period=chosen.period.start)
    months = _months(rows, chosen.period)
    figures = months[-1].figures
    matrix = _matrix(of_month)
    return {
        "total": Line("合计", figures),
        "against_previous": chosen.compared(
            figures["qty"], months[-2].figures["qty"], chosen.period.previous
        ),
        "against_last_year": chosen.compared(
            figures["qty"], months[0].figures["qty"], chosen.period.year_before
        ),
        "nev_share": share_text(figures["nev"], figures["qty"]),
        "cross_share": share_text(figures["cross_province"], figures["qty"]),
        **completeness_of(user, chosen),
        "months": months[1:],
        "places": [
            Line(part["name"], _whole(part), part["code"]) for part in chosen.area.parts(of_month, SUMS)
        ],
        "dimensions": DIMENSIONS,
        "matrix": matrix[:-1],
        "matrix_total": matrix[-1],
    }


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


def _months(rows, period) -> list[Line]:
    periods = months_shown(period)
    found = rows.filter(period__gte=periods[0].start, period__lte=period.start)
    sums = {row["period"]: _whole(row) for row in found.order_by().values("period").annotate(**SUMS)}
    return [Line(one.label, sums.get(one.start, NOTHING)) for one in periods]


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
