"""The rules of 汽车销售年报 as pure functions. Money is 万元; a rule is silent while a figure is absent."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from autoflow.common.checks import Finding, finding, invalid
from autoflow.common.codes import field_specs
from reporting import annual_checks as shared
from reporting.annual import NOTE, Months
from reporting.annual_checks import are_given, differing, differs, sum_of
from reporting.figures import CENT, decimal_of

TABLE = "ANNUAL_NEWCAR"
SPECS = [spec for name, spec in field_specs(TABLE).items() if name not in ("year", NOTE)]
LABELS = {spec.identifier: spec.label for spec in SPECS}
TAX, TAX_SHARE = Decimal("1.13"), Decimal("0.2")
OF_SALES = ("nev_qty", "import_qty", "wholesale_qty")


@dataclass(frozen=True)
class Context:
    """What the figures alone do not tell: the months of the year and the year before."""

    months: Months = field(default_factory=Months)
    previous: dict | None = None


def check_year(figures: dict, context: Context) -> Iterator[Finding]:
    yield from shared.check_required(figures, SPECS)
    yield from check_parts(figures)
    yield from check_sales(figures)
    yield from check_money(figures)
    yield from check_months(figures, context.months)
    yield from shared.check_year_on_year(figures, context.previous, SPECS)


def check_parts(figures) -> Iterator[Finding]:
    """Y-004 on staff and areas, and parts of the sales that are more than the whole."""
    for whole, *parts in (
        ("employee_count", "sales_staff_count", "service_staff_count"),
        ("business_area", "showroom_area", "workshop_area"),
    ):
        if are_given(figures, whole) and sum_of(figures, *parts) > decimal_of(figures[whole]):
            yield finding("Y-004", whole)
    for part in OF_SALES:
        yield from shared.check_part(figures, part, "new_car_qty", LABELS)
    yield from shared.check_part(figures, "nev_amount", "new_car_amount", LABELS)


def check_sales(figures) -> Iterator[Finding]:
    yield from shared.check_sum(figures, "Y-005", "new_car_qty", "passenger_qty", "commercial_qty")
    yield from shared.check_both_or_neither(figures, "Y-006", "new_car_qty", "new_car_amount")
    for quantity, amount, name in (
        ("nev_qty", "nev_amount", "新能源汽车"),
        ("used_car_qty", "used_car_amount", "二手车"),
    ):
        if shared.are_at_odds(figures, quantity, amount):
            yield invalid(amount, f"{name}销售量与销售额须同时为0或同时大于0。")


def check_money(figures) -> Iterator[Finding]:
    parts = ("vehicle_revenue", "service_revenue", "other_revenue")
    yield from shared.check_sum(figures, "Y-007", "revenue", *parts, tolerance=CENT)
    if are_given(figures, "operating_profit", "revenue", "operating_cost"):
        most = decimal_of(figures["revenue"]) - decimal_of(figures["operating_cost"]) + CENT
        if decimal_of(figures["operating_profit"]) > most:
            yield finding("Y-008", "operating_profit")
    yield from shared.check_balance(figures, "Y-009")
    if are_given(figures, "vehicle_revenue", "new_car_amount", "used_car_amount"):
        with_tax = decimal_of(figures["vehicle_revenue"]) * TAX
        if differs(with_tax, sum_of(figures, "new_car_amount", "used_car_amount"), share=TAX_SHARE):
            yield finding("Y-012", "vehicle_revenue")


def check_months(figures, months) -> Iterator[Finding]:
    """Y-010, and the stock at the end of the year against December's."""
    for name, share in (("new_car_qty", Decimal(0)), ("new_car_amount", shared.AMOUNT_SHARE)):
        known = months.figures.get(name, 0)
        if are_given(figures, name) and differs(figures[name], known, share=share):
            yield finding("Y-010", name, m=known, y=figures[name])
    stock = months.figures.get("year_end_stock_qty")
    if stock is not None and figures.get("year_end_stock_qty") not in (None, stock):
        message = f"年末库存量与12月月报的期末库存合计（{stock}辆）不一致，请修正或说明。"
        yield differing("year_end_stock_qty", message)
