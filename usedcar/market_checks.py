"""The rules of the monthly market report as pure functions; the page, pasted cells and submission ask alike.

Absent cells are nil. Money is 万元.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from autoflow.common.checks import Finding, finding, invalid
from reporting.figures import decimal_of
from usedcar.matrix import (
    AMOUNT,
    COLUMNS,
    DIMENSIONS,
    KINDS,
    QTY,
    TOTAL,
    Cells,
    amount,
    column_label,
    control,
    difference,
    is_empty,
    number,
    sum_of_parts,
    total,
)

JUMP_QTY, JUMP_SHARE = 50, Decimal("0.5")
TRADES_QTY, TRADES_SHARE = 5, Decimal("0.02")
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Context:
    """What the matrix alone does not tell: last month's as it was submitted (None when there is none), how
    many trades of the month the market has reported, and their sums by cell.
    """

    previous: Cells | None = None
    trade_count: int = 0
    trade_cells: Cells = field(default_factory=dict)


def check_month(content: dict, *, is_nil: bool, context: Context) -> Iterator[Finding]:
    """Every rule on the content of one month; `field` of a finding is the control, `matrix-SEDAN-qty`."""
    cells = content.get("cells") or {}
    if is_empty(cells) and not is_nil:
        yield invalid("matrix", "矩阵还没有填写；本月没有交易的，请勾选“本月无业务”。")
    yield from check_header(content)
    for row in KINDS:
        yield from check_shape(cells, row)
        yield from check_sums(cells, row)
        yield from check_price(cells, row)
        yield from check_jump(cells, row, context)
    yield from check_trades(cells, context)
    if content.get("filled_at"):
        yield from check_cells(cells, context)


def check_header(content) -> Iterator[Finding]:
    """The new-energy vehicles are part of the whole."""
    cells = content.get("cells") or {}
    nev_qty, nev_amount = content.get("nev_qty"), content.get("nev_amount")
    if (nev_qty or 0) > total(cells, QTY):
        yield invalid("nev_qty", f"新能源汽车交易量不能大于交易量合计（{total(cells, QTY)}辆）。")
    if decimal_of(nev_amount) > total(cells, AMOUNT):
        yield invalid("nev_amount", f"新能源汽车交易金额不能大于交易金额合计（{total(cells, AMOUNT)}万元）。")
    if bool(nev_qty) != bool(decimal_of(nev_amount)):
        yield invalid("nev_amount", "新能源汽车的交易量与交易金额须同时为0或同时大于0。")


def check_shape(cells, row) -> Iterator[Finding]:
    """K-007, and amounts that are not negative."""
    for column in COLUMNS:
        figure = cells.get(row, {}).get(column)
        if column == AMOUNT:
            if decimal_of(figure) < 0:
                yield invalid(control(row, column), f"“{KINDS[row].label}”交易金额不能为负。")
        elif figure is not None and (type(figure) is not int or figure < 0):
            yield finding("K-007", control(row, column))


def check_sums(cells, row) -> Iterator[Finding]:
    for dimension in DIMENSIONS:
        if difference(cells, row, dimension):
            yield finding(
                "K-002",
                control(row, dimension.key),
                row=KINDS[row].label,
                dim=dimension.label,
                sum=sum_of_parts(cells, row, dimension),
                qty=number(cells, row, QTY),
            )


def check_price(cells, row) -> Iterator[Finding]:
    """Quantity and amount go together, and what one vehicle cost is believable in 万元."""
    kind, quantity, money = KINDS[row], number(cells, row, QTY), amount(cells, row)
    if bool(quantity) != bool(money):
        yield finding("K-003", control(row, AMOUNT), row=kind.label)
    elif quantity and not kind.lowest_price <= money / quantity <= kind.highest_price:
        average = (money / quantity).quantize(CENT, ROUND_HALF_UP)
        yield finding("K-004", control(row, AMOUNT), row=kind.label, avg=average)


def check_jump(cells, row, context) -> Iterator[Finding]:
    if context.previous is None:
        return
    now, before = number(cells, row, QTY), number(context.previous, row, QTY)
    change = abs(now - before)
    if change > JUMP_QTY and change > before * JUMP_SHARE:
        percent = Decimal(now - before) / before * 100 if before else Decimal(100)
        shown = f"{percent.quantize(Decimal(1), ROUND_HALF_UP):+f}"
        yield finding("K-005", control(row, QTY), row=KINDS[row].label, pct=shown)


def check_trades(cells, context) -> Iterator[Finding]:
    reported, known = total(cells, QTY), context.trade_count
    if abs(reported - known) > min(TRADES_QTY, known * TRADES_SHARE):
        yield finding("K-006", control(TOTAL, QTY), m=reported, n=known)


def check_cells(cells, context) -> Iterator[Finding]:
    """Once the matrix was filled from the trades, each cell that says something else asks why."""
    for row in KINDS:
        for column in COLUMNS:
            reported, known = (
                decimal_of(one.get(row, {}).get(column)) for one in (cells, context.trade_cells)
            )
            if reported != known:
                found = finding("K-006", control(row, column), m=reported, n=known)
                where = f"“{KINDS[row].label}”{column_label(column)}"
                yield replace(
                    found, message=f"{where}：填报 {reported:,}，交易信息 {known:,}，请核对并说明。"
                )
