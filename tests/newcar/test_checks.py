"""Every N-rule of the lines fires where it should and is silent where it should be."""

from dataclasses import replace

import pytest

from autoflow.common.checks import rules
from newcar.checks import Context, check_month
from newcar.lines import key_of, stock_text

LINE = {
    "supplier_name": "测试总公司",
    "brand_id": 1,
    "producer_id": 2,
    "model_id": 3,
    "displacement": "1.5",
    "model": "测试车",
    "report_category": "SEDAN",
    "energy_type": "ICE",
    "opening_stock_qty": 5,
    "purchase_qty": 10,
    "sales_qty": 8,
    "retail_person_qty": 6,
    "retail_org_qty": 1,
    "wholesale_qty": 1,
    "stock_adjust_qty": 0,
    "closing_stock_qty": 7,
    "sales_amount": "120.00",
    "trade_in_qty": 1,
    "financed_qty": 2,
    "line_note": "",
}
KEY = key_of(LINE)
CONTEXT = Context(offered=frozenset({("测试总公司", 1, 2)}))
SOLD = {
    "purchase_qty": 100,
    "sales_qty": 60,
    "retail_person_qty": 60,
    "retail_org_qty": 0,
    "wholesale_qty": 0,
}
SOLD |= {"closing_stock_qty": 45, "sales_amount": "900"}
CASES = {  # rule: (changes of the line, changes of the context) that fire it, then the same that do not
    "N-010": (({"supplier_name": "别家公司"}, {}), ({}, {})),
    "N-012": (({"retail_org_qty": 2}, {}), ({"retail_org_qty": 0, "wholesale_qty": 2}, {})),
    "N-013": (
        ({"closing_stock_qty": 8}, {}),
        ({"stock_adjust_qty": 1, "closing_stock_qty": 8, "line_note": "退车"}, {}),
    ),
    "N-014": (
        ({}, {"previous": {KEY: {"closing_stock_qty": 4}}}),
        ({}, {"previous": {KEY: {"closing_stock_qty": 5}}}),
    ),
    "N-015": (({"sales_amount": "0"}, {}), ({}, {})),
    "N-016": (({"sales_amount": "1200000"}, {}), ({"sales_amount": "16.00"}, {})),
    "N-017": ((SOLD, {"recent": {KEY: [30, 30, 33]}}), (SOLD, {"recent": {KEY: [30]}})),
    "N-018": ((SOLD, {"year_before": {KEY: 29}}), (SOLD, {"year_before": {KEY: 30}})),
    "N-019": (
        ({"retail_person_qty": 1, "retail_org_qty": 0, "wholesale_qty": 7, "trade_in_qty": 0}, {}),
        (
            {"retail_person_qty": 1, "retail_org_qty": 0, "wholesale_qty": 7, "trade_in_qty": 0},
            {"is_dealer": False},
        ),
    ),
}
OF_PERIOD = {"N-001", "N-002", "N-003", "N-004"}  # tests/newcar/test_month.py
OF_WHOLE = {"N-005", "N-011"}  # below


def found(changes, more):
    content = {"lines": [{**LINE, **changes}]}
    return {item.rule: item for item in check_month(content, is_nil=False, context=replace(CONTEXT, **more))}


def test_every_rule_of_the_table_has_a_case():
    assert {number for number in rules() if number.startswith("N-")} == {*CASES, *OF_PERIOD, *OF_WHOLE}


def test_a_good_line_is_silent():
    assert found({}, {}) == {}


@pytest.mark.parametrize("rule", CASES)
def test_rule_fires(rule):
    item = found(*CASES[rule][0])[rule]
    assert item.severity in rules()[rule].severities
    assert "{" not in item.message


@pytest.mark.parametrize("rule", CASES)
def test_rule_is_silent(rule):
    assert rule not in found(*CASES[rule][1])


def test_a_month_is_never_empty_without_a_word():
    assert [item.rule for item in check_month({"lines": []}, is_nil=False, context=CONTEXT)] == ["N-005"]
    assert list(check_month({"lines": []}, is_nil=True, context=CONTEXT)) == []


def test_the_same_line_twice_names_both():
    doubled = check_month({"lines": [LINE, LINE]}, is_nil=False, context=CONTEXT)
    assert "第1行与第2行重复" in next(item.message for item in doubled if item.rule == "N-011")


def test_yuan_for_wan_yuan_is_suspected():
    assert (
        "是否按“元”填写了？按元换算应为120.00万元" in found({"sales_amount": "1200000"}, {})["N-016"].message
    )


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"sales_qty": None}, "sales_qty"),
        ({"sales_amount": None}, "sales_amount"),
        ({"purchase_qty": -1}, "purchase_qty"),
        ({"purchase_qty": 1_000_001}, "purchase_qty"),
        ({"stock_adjust_qty": 1, "closing_stock_qty": 8}, "line_note"),
        ({"trade_in_qty": 8}, "trade_in_qty"),
        ({"financed_qty": 9}, "financed_qty"),
    ],
)
def test_shape_of_figures(changes, name):
    content = {"lines": [{**LINE, **changes}]}
    fields = [item.field for item in check_month(content, is_nil=False, context=CONTEXT) if item.stops]
    assert f"lines-0-{name}" in fields


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        ([(8, 12)], "库存系数 1.50（期末库存 12 辆 ÷ 本月销售 8 辆）。"),
        ([(8, 20), (2, 10)], "库存系数 3.00（期末库存 30 辆 ÷ 本月销售 10 辆）。"),
        ([(10, 31)], "库存系数 3.10（期末库存 31 辆 ÷ 本月销售 10 辆），高于 3，请核对期末库存和销售量。"),
        (
            [(1000, 90)],
            "库存系数 0.09（期末库存 90 辆 ÷ 本月销售 1,000 辆），低于 0.1，请核对期末库存和销售量。",
        ),
        ([(0, 5)], ""),
        ([(-5, 12), (2, 3)], ""),
        ([(8, 12), (3, None)], ""),
        ([], ""),
    ],
)
def test_stock_is_compared_with_the_sales_of_the_month(figures, text):
    lines = [{"sales_qty": sold, "closing_stock_qty": closing} for sold, closing in figures]
    assert stock_text(lines) == text
