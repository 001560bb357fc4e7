"""The rules of 交易市场年报 as pure functions. Money is 万元; a rule is silent while a figure is absent."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from autoflow.common.checks import Finding, finding, invalid
from autoflow.common.codes import field_specs
from reporting import annual_checks as shared
from reporting.annual import NOTE, Months
from reporting.annual_checks import are_given, differing, differs, sum_of
from reporting.figures import decimal_of

TABLE = "MARKET_ANNUAL"
SPECS = [spec for name, spec in field_specs(TABLE).items() if name not in ("year", NOTE)]
LABELS = {spec.identifier: spec.label for spec in SPECS}
REVENUE_SHARE, PARKING_SHARE = Decimal("0.2"), Decimal("1.2")
PARTS = (
    ("nev_qty", "used_car_qty"),
    ("cross_province_qty", "used_car_qty"),
    ("market_profit", "market_revenue"),
    ("operator_employee_count", "in_market_employee_count"),
)


@dataclass(frozen=True)
class Context:
    """What the figures alone do not tell: the months of the year, the year before, and how many vehicles the
    market can park by its filing.
    """

    months: Months = field(default_factory=Months)
    previous: dict | None = None
    parking_capacity: int | None = None


def check_year(figures: dict, context: Context) -> Iterator[Finding]:
    yield from shared.check_required(figures, SPECS)
    yield from check_trades(figures, context.months)
    yield from check_market(figures)
    yield from check_places(figures, context)
    yield from shared.check_year_on_year(figures, context.previous, SPECS)


def check_trades(figures, months) -> Iterator[Finding]:
    """K-020 against the months, K-021 on quantity and amount."""
    for name, share in (
        ("used_car_qty", Decimal(0)),
        ("used_car_amount", shared.AMOUNT_SHARE),
        ("cross_province_qty", Decimal(0)),
    ):
        known = months.figures.get(name, 0)
        if are_given(figures, name) and differs(figures[name], known, share=share):
            found, label = finding("K-020", name), LABELS[name].removeprefix("其中：")
            sums = f"“{label}”月报合计{known}，年报{figures[name]}。"
            yield replace(found, message=found.message + sums)
    yield from shared.check_both_or_neither(figures, "K-021", "used_car_qty", "used_car_amount")
    for part, whole in PARTS:
        yield from shared.check_part(figures, part, whole, LABELS)


def check_market(figures) -> Iterator[Finding]:
    """K-022 on assets, K-023 on revenue that holds the price of cars, parts of the revenue."""
    yield from shared.check_balance(figures, "K-022")
    if not are_given(figures, "market_revenue"):
        return
    revenue = decimal_of(figures["market_revenue"])
    most = decimal_of(figures.get("used_car_amount")) * REVENUE_SHARE
    if are_given(figures, "used_car_amount") and revenue > most:
        yield finding("K-023", "market_revenue")
    if sum_of(figures, "service_fee_revenue", "rent_revenue") > revenue:
        yield invalid("market_revenue", "交易服务费收入与场地租金收入之和不能大于市场营业收入。")


def check_places(figures, context) -> Iterator[Finding]:
    """K-024 on the residents, and the places of the market."""
    parts = ("resident_dealer_count", "resident_broker_count", "resident_other_count")
    yield from shared.check_sum(figures, "K-024", "resident_merchant_count", *parts)
    if are_given(figures, "land_area") and not decimal_of(figures["land_area"]):
        yield invalid("land_area", "占地面积须大于 0。")
    parked, capacity = figures.get("year_end_vehicle_count"), context.parking_capacity
    if parked and capacity is not None and parked > capacity * PARKING_SHARE:
        message = f"年末在场待售车辆数超过备案可停放车辆数（{capacity}辆）的1.2倍，请核对。"
        yield differing("year_end_vehicle_count", message)
