"""Periods as values, and the windows that follow from them."""

from datetime import date

import pytest

from reporting.enums import PeriodKind, Phase
from reporting.periods import Period
from reporting.registry import AnnualForm, ReportForm
from reporting.windows import limit_text
from tests.reporting.conftest import shanghai


@pytest.mark.parametrize(
    ("text", "kind", "start", "label"),
    [
        ("2026-10", PeriodKind.MONTH, date(2026, 10, 1), "2026年10月"),
        ("2026-Q4", PeriodKind.QUARTER, date(2026, 10, 1), "2026年第4季度"),
        ("2026", PeriodKind.YEAR, date(2026, 1, 1), "2026年度"),
    ],
)
def test_period_is_read_and_written(text, kind, start, label):
    period = Period.parse(text, kind)
    assert (period.start, str(period), period.label) == (start, text, label)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2026-13", "MONTH"),
        ("2026-1", "MONTH"),
        ("２０２６-01", "MONTH"),
        ("2026-Q5", "QUARTER"),
        ("26", "YEAR"),
    ],
)
def test_period_nobody_can_mean_is_none(text, kind):
    assert Period.parse(text, kind) is None


def test_period_neighbours_cross_the_year():
    month = Period.month(2026, 1)
    assert (str(month.previous), str(month.year_before), month.last_day) == (
        "2025-12",
        "2025-01",
        date(2026, 1, 31),
    )
    assert [str(one) for one in Period.year(2026).months][::11] == ["2026-01", "2026-12"]
    assert str(Period.parse("2026-Q1", "QUARTER").previous) == "2025-Q4"


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        ("2026-10-24 23:59:59", Phase.BEFORE),
        ("2026-10-25 00:00:00", Phase.OPEN),
        ("2026-11-05 23:59:59", Phase.OPEN),
        ("2026-11-06 00:00:00", Phase.LATE),
        ("2026-11-15 23:59:59", Phase.LATE),
        ("2026-11-16 00:00:00", Phase.LOCKED),
    ],
)
def test_monthly_window_by_default(moment, phase):
    assert ReportForm().default_window(Period.month(2026, 10)).phase(shanghai(moment)) == phase


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        ("2026-12-31 23:59:59", Phase.BEFORE),
        ("2027-01-01 00:00:00", Phase.OPEN),
        ("2027-03-31 23:59:59", Phase.OPEN),
        ("2027-04-01 00:00:00", Phase.LOCKED),
    ],
)
def test_annual_window_closes_at_its_deadline(moment, phase):
    assert AnnualForm().default_window(Period.year(2026)).phase(shanghai(moment)) == phase


def test_limits_are_said_as_people_say_them():
    window = ReportForm().default_window(Period.month(2026, 10))
    assert limit_text(window.due_at) == "2026年11月5日 24:00"
    assert window.days_left(shanghai("2026-11-03 10:00")) == 2
