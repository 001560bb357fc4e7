"""Rules that every annual report shares, as pure functions; silent while a figure is absent."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

from autoflow.common.checks import Finding, Severity, finding, invalid, required
from reporting.figures import CENT, Figure, decimal_of

Figures = Mapping[str, Figure]
JUMP_SHARE, JUMP_AMOUNT = Decimal("0.5"), Decimal(100)
AMOUNT_SHARE = Decimal("0.01")
MONEY = "万元"


def are_given(figures: Figures, *names: str) -> bool:
    return all(figures.get(name) is not None for name in names)


def sum_of(figures: Figures, *names: str) -> Decimal:
    return sum((decimal_of(figures.get(name)) for name in names), Decimal(0))


def check_required(figures: Figures, specs: Iterable) -> Iterator[Finding]:
    for spec in specs:
        if spec.required == "R" and figures.get(spec.identifier) is None:
            yield required(spec.identifier, spec.label.removeprefix("其中："))


def check_sum(
    figures: Figures, rule: str, whole: str, *parts: str, tolerance=Decimal(0)
) -> Iterator[Finding]:
    """The parts make up the whole."""
    if not are_given(figures, whole, *parts):
        return
    if abs(sum_of(figures, *parts) - decimal_of(figures[whole])) > tolerance:
        yield finding(rule, whole)


def check_balance(figures: Figures, rule: str) -> Iterator[Finding]:
    """资产总额＝负债总额＋所有者权益, to the cent."""
    yield from check_sum(figures, rule, "total_assets", "total_liabilities", "owner_equity", tolerance=CENT)


def are_at_odds(figures: Figures, quantity: str, amount: str) -> bool:
    """One of the two is nil, the other is not."""
    if not are_given(figures, quantity, amount):
        return False
    return bool(decimal_of(figures[quantity])) != bool(decimal_of(figures[amount]))


def check_both_or_neither(figures: Figures, rule: str, quantity: str, amount: str) -> Iterator[Finding]:
    if are_at_odds(figures, quantity, amount):
        yield finding(rule, amount)


def check_part(figures: Figures, part: str, whole: str, labels: Mapping[str, str]) -> Iterator[Finding]:
    """A part is not more than its whole, where no numbered rule says so."""
    if are_given(figures, part, whole) and decimal_of(figures[part]) > decimal_of(figures[whole]):
        name = labels[part].removeprefix("其中：")
        yield invalid(part, f"“{name}”不能大于“{labels[whole]}”。")


def check_year_on_year(figures: Figures, previous: Figures | None, specs: Iterable) -> Iterator[Finding]:
    """Y-011 on every amount of money, against the year before."""
    for spec in specs:
        name = spec.identifier
        if spec.unit != MONEY or previous is None or not are_given(figures, name):
            continue
        before = decimal_of(previous.get(name))
        change = decimal_of(figures[name]) - before
        if abs(change) > JUMP_AMOUNT and abs(change) > abs(before) * JUMP_SHARE:
            percent = change / abs(before) * 100 if before else Decimal(100)
            shown = f"{percent.quantize(Decimal(1), ROUND_HALF_UP):+f}"
            yield finding("Y-011", name, field=spec.label.removeprefix("其中："), pct=shown)


def differs(figure: Figure, months: Figure, *, share=Decimal(0)) -> bool:
    """Whether a figure of the year is further from the sum of the months than this share of it."""
    return abs(decimal_of(figure) - decimal_of(months)) > abs(decimal_of(months)) * share


def differing(field: str, message: str) -> Finding:
    """A doubt no numbered rule has: it asks for a reason."""
    return invalid(field, message, Severity.WARN)
