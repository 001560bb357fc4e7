"""The matrix of the monthly market report as data: its rows, its columns, and what must add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from autoflow.common.codes import read_json
from reporting.figures import Figure, decimal_of

AMOUNT, QTY = "amount", "qty"
TOTAL = "TOTAL"
Cells = Mapping[str, Mapping[str, Figure]]


@dataclass(frozen=True)
class Dimension:
    """One way to break a row down; `columns` are its categories by the name of their column."""

    key: str
    label: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """A row: a kind of vehicle with the average prices (万元) that are believable for it."""

    code: str
    label: str
    lowest_price: Decimal
    highest_price: Decimal


def _dimensions():
    for row in read_json("market_monthly_matrix")["dimensions"]:
        columns = {f"{row['key']}-{one['code']}": one["label_zh"] for one in row["categories"]}
        yield Dimension(row["key"], row["label_zh"], columns)


def _kinds():
    for row in read_json("market_monthly_matrix")["rows"]:
        if not row.get("computed"):
            low, high = row["avg_price_warn_wan"]
            yield Kind(row["code"], row["label_zh"], Decimal(str(low)), Decimal(str(high)))


DIMENSIONS = tuple(_dimensions())
KINDS = {kind.code: kind for kind in _kinds()}
PARTS = tuple(column for dimension in DIMENSIONS for column in dimension.columns)
COLUMNS = (AMOUNT, QTY, *PARTS)
LABELS = {AMOUNT: "交易金额", QTY: "交易量"} | {
    column: label for dimension in DIMENSIONS for column, label in dimension.columns.items()
}


def control(row: str, column: str) -> str:
    """The name of the control of a cell, and the field of a finding about it."""
    return f"matrix-{row}-{column}"


def column_label(column: str) -> str:
    """The category with its dimension, since 其他 and 营运 say little alone."""
    for dimension in DIMENSIONS:
        if column in dimension.columns:
            return f"{dimension.label}·{dimension.columns[column]}"
    return LABELS[column]


def heading(column: str) -> str:
    """The category with its dimension and its unit."""
    return f"{column_label(column)}（{'万元' if column == AMOUNT else '辆'}）"


def number(cells: Cells, row: str, column: str) -> int:
    """A quantity; an empty cell is nil."""
    return cells.get(row, {}).get(column) or 0


def amount(cells: Cells, row: str) -> Decimal:
    return decimal_of(cells.get(row, {}).get(AMOUNT))


def sum_of_parts(cells: Cells, row: str, dimension: Dimension) -> int:
    return sum(number(cells, row, column) for column in dimension.columns)


def difference(cells: Cells, row: str, dimension: Dimension) -> int:
    """How far the categories of a dimension are from the quantity of the row."""
    return number(cells, row, QTY) - sum_of_parts(cells, row, dimension)


def total(cells: Cells, column: str) -> Decimal | int:
    """A cell of the last row, always reckoned and never typed."""
    if column == AMOUNT:
        return sum((amount(cells, row) for row in KINDS), Decimal(0))
    return sum(number(cells, row, column) for row in KINDS)


def is_empty(cells: Cells) -> bool:
    return not any(decimal_of(figure) for row in cells.values() for figure in row.values())
