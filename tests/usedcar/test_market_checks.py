"""Every K-rule of the monthly market report fires where it should and is silent where it should be."""

import pytest

from autoflow.common.checks import rules
from usedcar.market_checks import Context, check_month
from usedcar.matrix import COLUMNS, DIMENSIONS, KINDS, PARTS, difference, total

FIRST = {next(iter(dimension.columns)) for dimension in DIMENSIONS}


def row(count, money, **changes):
    """A row that adds up: everything in the first category of each dimension."""
    return {"amount": money, "qty": count} | {part: count for part in PARTS if part in FIRST} | changes


SEDANS = {"SEDAN": row(100, "800.00")}
FULL = Context(trade_count=100)
CASES = {  # rule: (cells, context) that fire it, then the same that do not
    "K-002": (
        ({"SEDAN": row(100, "800.00", **{"origin-DOMESTIC": 99})}, FULL),
        ({"SEDAN": row(100, "800.00", **{"origin-DOMESTIC": 99, "origin-IMPORTED": 1})}, FULL),
    ),
    "K-003": (({"SEDAN": row(100, None)}, FULL), (SEDANS, FULL)),
    "K-004": (({"SEDAN": row(100, "10000.01")}, FULL), ({"SEDAN": row(100, "10000.00")}, FULL)),
    "K-005": (
        (SEDANS, Context(previous={"SEDAN": {"qty": 49}}, trade_count=100)),
        (SEDANS, Context(previous={"SEDAN": {"qty": 50}}, trade_count=100)),
    ),
    "K-006": ((SEDANS, Context(trade_count=103)), (SEDANS, Context(trade_count=102))),
    "K-007": (({"SEDAN": row(100, "800.00", qty=-1)}, FULL), (SEDANS, FULL)),
}
OF_PERIOD = {"K-001"}  # tests/usedcar/test_market_monthly.py


def found(cells, context, **header):
    content = {**header, "cells": cells}
    return {item.rule: item for item in check_month(content, is_nil=False, context=context)}


def test_every_rule_of_the_table_has_a_case():
    known = {number for number, rule in rules().items() if rule.form == "MARKET"}
    assert known == {*CASES, *OF_PERIOD}


@pytest.mark.parametrize("rule", CASES)
def test_rule_fires(rule):
    item = found(*CASES[rule][0])[rule]
    assert item.severity in rules()[rule].severities
    assert "{" not in item.message


@pytest.mark.parametrize("rule", CASES)
def test_rule_is_silent(rule):
    assert found(*CASES[rule][1]) == {}


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=lambda dimension: dimension.key)
@pytest.mark.parametrize("kind", KINDS)
def test_every_row_and_dimension_must_add_up(kind, dimension):
    money = (KINDS[kind].lowest_price + KINDS[kind].highest_price) * 5
    cells = {kind: row(10, str(money))}
    context = Context(trade_count=10)
    assert found(cells, context) == {}
    cells[kind][next(iter(dimension.columns))] = 7
    (item,) = found(cells, context).values()
    label = KINDS[kind].label
    assert item.message == f"“{label}”：{dimension.label}各项之和为7，应等于交易量10。"
    assert difference(cells, kind, dimension) == 3


@pytest.mark.parametrize(
    ("known", "fires"), [(0, True), (95, True), (98, True), (99, False), (100, False), (102, False)]
)
def test_trades_may_differ_by_two_percent_and_five_vehicles(known, fires):
    assert ("K-006" in found(SEDANS, Context(trade_count=known))) is fires


def test_more_than_five_vehicles_are_asked_for_however_many_there_are():
    assert "K-006" in found({"SEDAN": row(1000, "8000.00")}, Context(trade_count=1006))
    assert "K-006" not in found({"SEDAN": row(1000, "8000.00")}, Context(trade_count=1005))


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ({"nev_qty": 101, "nev_amount": "1.00"}, "nev_qty"),
        ({"nev_qty": 1, "nev_amount": "800.01"}, "nev_amount"),
        ({"nev_qty": 0, "nev_amount": "1.00"}, "nev_amount"),
    ],
)
def test_new_energy_vehicles_are_part_of_the_whole(header, name):
    assert [item.field for item in found(SEDANS, FULL, **header).values()] == [name]


def test_an_empty_matrix_needs_a_word():
    assert [item.field for item in found({}, Context()).values()] == ["matrix"]
    assert list(check_month({}, is_nil=True, context=Context())) == []


def test_totals_are_the_sums_of_the_rows():
    cells = {"SEDAN": row(3, "10.50"), "BUS": row(2, "9.25")}
    assert [str(total(cells, column)) for column in COLUMNS[:3]] == ["19.75", "5", "5"]


def test_each_cell_that_left_the_trades_asks_once_it_was_filled_from_them():
    context = Context(trade_count=100, trade_cells=SEDANS)
    changed = {"SEDAN": SEDANS["SEDAN"] | {"origin-DOMESTIC": 99, "origin-IMPORTED": 1, "amount": "900.00"}}
    asked = {
        item.field: item.message
        for item in check_month({"cells": changed, "filled_at": "x"}, is_nil=False, context=context)
        if item.rule == "K-006"
    }
    sedan = "“轿车（基本型乘用车）”"
    assert asked == {
        "matrix-SEDAN-amount": f"{sedan}交易金额：填报 900.00，交易信息 800.00，请核对并说明。",
        "matrix-SEDAN-origin-DOMESTIC": f"{sedan}产地·国产：填报 99，交易信息 100，请核对并说明。",
        "matrix-SEDAN-origin-IMPORTED": f"{sedan}产地·进口：填报 1，交易信息 0，请核对并说明。",
    }
    assert "K-006" not in found(changed, context)
    assert "K-006" not in found(SEDANS, context, filled_at="x")
