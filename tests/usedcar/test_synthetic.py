"""Made-up trades keep every rule, belong to nobody and come out the same again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import uscc_of
from usedcar.checks import check_trade
from usedcar.synthetic import Reporter, trade_rows


def rows_of(kind="B1", count=300, seed=5, first=0):
    today = timezone.localdate()
    days = [today - timedelta(days=number) for number in range(600)]
    reporter = Reporter(uscc_of(1), "测试企业", "330106", kind)
    return list(trade_rows(count, seed, days=days, reporter=reporter, first=first))


@pytest.mark.parametrize("kind", ["B1", "B2", "B4"])
def test_rows_break_no_rule(kind):
    today = timezone.localdate()
    assert [found for row in rows_of(kind) for found in check_trade(row, today, uscc_of(1))] == []


def test_equal_seeds_give_equal_rows():
    assert rows_of() == rows_of()


def test_no_invoice_and_no_vehicle_comes_twice():
    rows = rows_of(count=200) + rows_of(count=200, first=200) + rows_of(count=200, seed=6)
    assert len({(row["invoice_code"], row["invoice_number"]) for row in rows}) == 600
    assert len({row["vin"] for row in rows[:400]}) == 400


def test_persons_were_born_before_anybody_alive():
    numbers = [row["buyer_id_number"] for row in rows_of("B4")]
    assert {number[6:10] for number in numbers} <= {str(year) for year in range(1900, 1908)}
