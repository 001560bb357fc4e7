"""A line of the monthly report as plain values, and the columns it has."""

import re
from decimal import Decimal

from autoflow.common.codes import field_specs

SPECS = field_specs("MONTHLY_LINE")
KEY = ("supplier_name", "brand_id", "producer_id", "model_id", "displacement")
QUANTITIES = (
    "opening_stock_qty",
    "purchase_qty",
    "sales_qty",
    "retail_person_qty",
    "retail_org_qty",
    "wholesale_qty",
    "stock_adjust_qty",
    "closing_stock_qty",
    "trade_in_qty",
    "financed_qty",
)
REQUIRED = tuple(name for name in QUANTITIES if SPECS[name].required == "R")
AMOUNT, NOTE = "sales_amount", "line_note"
CELLS = tuple(name for name in SPECS if name not in KEY)
LABELS = {name: spec.label for name, spec in SPECS.items()}
UNITS = {name: spec.unit for name, spec in SPECS.items()}
LARGEST_QTY = 1_000_000
USUAL_STOCK = (Decimal("0.1"), Decimal(3))  # 库存系数: months of sales in stock
SENT = ("brand_id", "producer_id", "model_id", "displacement", "supplier_name")
SENT_KEY = re.compile(
    r"(?P<brand_id>\d{1,18}):(?P<producer_id>\d{1,18}):(?P<model_id>\d{1,18})"
    r":(?P<displacement>[^:]*):(?P<supplier_name>.*)",
    re.ASCII | re.DOTALL,
)


def key_of(line: dict) -> tuple:
    """What makes a line: supplier, brand, producer, model, displacement."""
    return tuple(line[name] for name in KEY)


def heading(name: str) -> str:
    """A column with its unit."""
    return f"{LABELS[name]}（{UNITS[name]}）" if UNITS[name] else LABELS[name]


def key_text(line: dict) -> str:
    """The key as the page sends it back: the supplier, whose name may hold anything, comes last."""
    return ":".join(str(line[name]) for name in SENT)


def key_from(text: str) -> dict:
    """The key of a line from what the page sent; empty for what no page of ours sent."""
    found = SENT_KEY.fullmatch(text)
    if found is None:
        return {}
    return found.groupdict() | {name: int(found[name]) for name in SENT if name.endswith("_id")}


def money(text) -> Decimal:
    """万元 with two decimals, from the text content keeps it as."""
    return Decimal(text or 0)


def number(line: dict, name: str) -> int:
    """A quantity, nil where none was given."""
    return line.get(name) or 0


def expected_closing(line: dict) -> int:
    """期初＋购进－销售＋调整."""
    return (
        number(line, "opening_stock_qty")
        + number(line, "purchase_qty")
        - number(line, "sales_qty")
        + number(line, "stock_adjust_qty")
    )


def retail_difference(line: dict) -> int:
    """How far 零售个人＋零售单位＋批发 is from 本月销售量."""
    parts = sum(number(line, name) for name in ("retail_person_qty", "retail_org_qty", "wholesale_qty"))
    return number(line, "sales_qty") - parts


def stock_text(lines: list[dict]) -> str:
    """库存系数, 期末库存 to 本月销售, with a word where it is unusual: asks for no reason and stops nothing.

    Empty where nothing was sold or a figure is missing.
    """
    if any(line.get(name) is None for line in lines for name in ("sales_qty", "closing_stock_qty")):
        return ""
    sold, closing = (sum(number(line, name) for line in lines) for name in ("sales_qty", "closing_stock_qty"))
    if sold <= 0:
        return ""
    ratio, (low, high) = round(Decimal(closing) / sold, 2), USUAL_STOCK
    unusual = f"低于 {low}" if ratio < low else f"高于 {high}" if ratio > high else ""
    word = f"{unusual}，请核对期末库存和销售量" if unusual else ""
    shown = f"库存系数 {ratio}（期末库存 {closing:,} 辆 ÷ 本月销售 {sold:,} 辆）"
    return f"{'，'.join(filter(None, (shown, word)))}。"
