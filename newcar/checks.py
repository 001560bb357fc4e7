"""The rules of the monthly report as pure functions; form, paste, workbook and submission ask them alike."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from autoflow.common.checks import Finding, Severity, finding, invalid
from newcar.lines import (
    AMOUNT,
    LABELS,
    LARGEST_QTY,
    NOTE,
    QUANTITIES,
    REQUIRED,
    expected_closing,
    key_of,
    money,
    number,
    retail_difference,
)

PASSENGER = {"SEDAN", "SUV", "MPV", "CROSSOVER"}
PRICE_ERROR = (Decimal("0.3"), Decimal(5000))
PRICE_WARN = {True: (Decimal(2), Decimal(200)), False: (Decimal(3), Decimal(150))}
JUMP_QTY, JUMP_OF_MEAN, JUMP_OF_YEAR = 20, Decimal("0.5"), Decimal(1)
WHOLESALE_SHARE = Decimal("0.8")
SLIP = 10_000  # 元 in a 万元
FEWEST_MONTHS = 2
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Context:
    """What the lines alone do not tell; keys as `key_of` gives them, after merging of models.

    `offered`: (supplier, brand, producer) of the brand lines in force during the period. `previous`: last
    month's lines or, where that month is missing, those of the latest before it, named `previous_month`.
    `recent`: sales of up to three months before. `year_before`: sales. `refused`: reasons by model and
    displacement the administrator did not approve, displacement "" for the whole model.
    """

    offered: frozenset = frozenset()
    previous: Mapping[tuple, dict] | None = None
    previous_month: str = ""
    recent: Mapping[tuple, list] = field(default_factory=dict)
    year_before: Mapping[tuple, int] = field(default_factory=dict)
    is_dealer: bool = True
    refused: Mapping[tuple, str] = field(default_factory=dict)


def check_month(content: dict, *, is_nil: bool, context: Context) -> Iterator[Finding]:
    """Every rule on the content of one month; `field` of a finding is the control, `lines-0-sales_qty`."""
    lines = content.get("lines") or []
    if not lines and not is_nil:
        yield finding("N-005", "")
    yield from check_duplicates(lines)
    for index, line in enumerate(lines):
        yield from check_shape(index, line)
        yield from check_offer(index, line, context)
        yield from check_refused(index, line, context)
        yield from check_balance(index, line)
        yield from check_price(index, line)
        yield from check_history(index, line, context)
    yield from check_wholesale(lines, context)


def control(index: int, name: str) -> str:
    return f"lines-{index}-{name}"


def check_duplicates(lines) -> Iterator[Finding]:
    seen = {}
    for index, line in enumerate(lines):
        first = seen.setdefault(key_of(line), index)
        if first != index:
            yield finding("N-011", control(index, "model_id"), a=first + 1, b=index + 1)


def check_shape(index, line) -> Iterator[Finding]:
    """Figures that are missing, negative or out of range, and parts that are more than their whole."""
    place = f"第{index + 1}行"
    missing = [name for name in (*REQUIRED, AMOUNT) if line.get(name) in (None, "")]
    if missing:
        names = "、".join(LABELS[name].removeprefix("其中：") for name in missing)
        yield invalid(control(index, missing[0]), f"{place}还没有填写：{names}；没有的填 0。")
    if money(line.get(AMOUNT)) < 0:
        yield invalid(control(index, AMOUNT), f"{place}“{LABELS[AMOUNT]}”不能为负。")
    for name in QUANTITIES:
        if name != "stock_adjust_qty" and not 0 <= number(line, name) <= LARGEST_QTY:
            yield invalid(control(index, name), f"{place}“{LABELS[name]}”须为 0–{LARGEST_QTY:,} 的整数。")
    if number(line, "stock_adjust_qty") and not line.get(NOTE):
        yield invalid(control(index, NOTE), f"{place}库存调整量不为 0 时须填写行备注，说明原因。")
    retail = number(line, "retail_person_qty") + number(line, "retail_org_qty")
    if number(line, "trade_in_qty") > retail:
        yield invalid(control(index, "trade_in_qty"), f"{place}置换销售量不能大于零售量（{retail}辆）。")
    if number(line, "financed_qty") > number(line, "sales_qty"):
        yield invalid(control(index, "financed_qty"), f"{place}信贷销售量不能大于本月销售量。")


def check_offer(index, line, context) -> Iterator[Finding]:
    if (line["supplier_name"], line["brand_id"], line["producer_id"]) not in context.offered:
        yield finding("N-010", control(index, "supplier_name"))


def check_refused(index, line, context) -> Iterator[Finding]:
    if reason := refusal_of(line, context.refused):
        yield invalid(control(index, "model_id"), f"第{index + 1}行{reason}")


def refusal_of(line: dict, refused: Mapping[tuple, str]) -> str:
    """Why a line cannot stay: its model or its displacement was asked for and not approved."""
    model, displacement = line["model_id"], str(line["displacement"])
    what, reason = f"车型“{line['model']}”", refused.get((model, ""))
    if reason is None:
        what, reason = f"{what}的排量 {displacement} 升", refused.get((model, displacement))
    if reason is None:
        return ""
    return f"{what}审核不通过（{reason}），请移除本行或改选其他车型、排量。"


def check_balance(index, line) -> Iterator[Finding]:
    """N-012 and N-013, as far as the figures are there."""
    difference = retail_difference(line)
    if difference and line.get("sales_qty") is not None:
        yield finding("N-012", control(index, "sales_qty"), row=index + 1, diff=difference)
    expected, closing = expected_closing(line), line.get("closing_stock_qty")
    if closing is not None and (expected != closing or closing < 0):
        yield finding("N-013", control(index, "closing_stock_qty"), row=index + 1, expected=expected)


def check_price(index, line) -> Iterator[Finding]:
    """Quantity and amount go together, and what one vehicle cost is believable in 万元."""
    quantity, amount = number(line, "sales_qty"), money(line.get(AMOUNT))
    if bool(quantity) != bool(amount):
        yield finding("N-015", control(index, AMOUNT), row=index + 1)
    if not quantity or not amount:
        return
    average = (amount / quantity).quantize(CENT, ROUND_HALF_UP)
    low, high = PRICE_WARN[line["report_category"] in PASSENGER]
    severity = None
    if not PRICE_ERROR[0] <= amount / quantity <= PRICE_ERROR[1]:
        severity = Severity.ERROR
    elif not low <= amount / quantity <= high:
        severity = Severity.WARN
    if severity:
        found = finding("N-016", control(index, AMOUNT), row=index + 1, avg=average, severity=severity)
        yield replace(found, message=found.message + _slip(amount, quantity, low, high))


def _slip(amount, quantity, low, high):
    """The hint where the figure would be believable had it been meant in 元."""
    meant = amount / SLIP
    return (
        f"是否按“元”填写了？按元换算应为{meant.quantize(CENT, ROUND_HALF_UP)}万元。"
        if low <= meant / quantity <= high
        else ""
    )


def check_history(index, line, context) -> Iterator[Finding]:
    """Against last month's closing stock, the mean of up to three months, and the same month last year."""
    key, quantity = key_of(line), number(line, "sales_qty")
    before = context.previous.get(key) if context.previous is not None else None
    if context.previous is not None and line.get("opening_stock_qty") is not None:
        closing = number(before, "closing_stock_qty") if before else 0
        if closing != line["opening_stock_qty"]:
            found = finding("N-014", control(index, "opening_stock_qty"), row=index + 1, prev=closing)
            told = f"最近上报的{context.previous_month}期末" if context.previous_month else "上月期末"
            yield replace(found, message=found.message.replace("上月期末", told))
    recent = context.recent.get(key, [])
    if len(recent) >= FEWEST_MONTHS:
        mean = Decimal(sum(recent)) / len(recent)
        if _jumps(quantity, mean, JUMP_OF_MEAN):
            percent = _percent(quantity, mean)
            yield finding("N-017", control(index, "sales_qty"), model=line["model"], pct=percent)
    last_year = context.year_before.get(key)
    if last_year and _jumps(quantity, Decimal(last_year), JUMP_OF_YEAR):
        yield finding("N-018", control(index, "sales_qty"), pct=_percent(quantity, Decimal(last_year)))


def _jumps(quantity, base, share):
    change = abs(quantity - base)
    return change > JUMP_QTY and change > base * share


def _percent(quantity, base):
    """The change in percent with its sign; from nothing it is called 100 a vehicle sold."""
    change = (quantity - base) / base * 100 if base else Decimal(100)
    return f"{change.quantize(Decimal(1), ROUND_HALF_UP):+f}"


def check_wholesale(lines, context) -> Iterator[Finding]:
    sold = sum(number(line, "sales_qty") for line in lines)
    wholesale = sum(number(line, "wholesale_qty") for line in lines)
    if context.is_dealer and sold and Decimal(wholesale) / sold > WHOLESALE_SHARE:
        yield finding("N-019", "lines")
