from datetime import UTC, datetime, timedelta

import pytest

from autoflow.common.workdays import end_of_workday, is_workday, workdays_ago, workdays_since

FRIDAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, datetime(2026, 11, 23, 16, tzinfo=UTC)), (5, datetime(2026, 11, 27, 16, tzinfo=UTC))],
)
def test_end_of_workday_skips_the_weekend_and_ends_at_midnight_in_shanghai(number, expected):
    assert end_of_workday(FRIDAY, number) == expected


def test_end_of_workday_skips_the_national_holidays():
    before = datetime(2026, 9, 30, 2, 0, tzinfo=UTC)
    assert end_of_workday(before, 1) == datetime(2026, 10, 8, 16, tzinfo=UTC)


def test_is_workday_of_a_year_not_announced_goes_by_the_week():
    assert [is_workday(datetime(2060, 1, day, tzinfo=UTC).date()) for day in (2, 3)] == [True, False]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 20, 9, tzinfo=UTC), 0),
        (datetime(2026, 11, 22, 9, tzinfo=UTC), 0),
        (datetime(2026, 11, 24, 9, tzinfo=UTC), 2),
    ],
)
def test_workdays_since_counts_days_that_have_begun(now, expected):
    assert workdays_since(FRIDAY, now) == expected


@pytest.mark.parametrize("number", [1, 2, 5, 10])
def test_workdays_ago_is_where_the_count_of_days_reaches_the_number(number):
    moment = workdays_ago(FRIDAY, number)
    assert workdays_since(moment, FRIDAY) == number - 1
    assert workdays_since(moment - timedelta(seconds=1), FRIDAY) == number


def test_workdays_ago_is_the_start_of_a_day_in_shanghai():
    assert workdays_ago(FRIDAY, 1) == datetime(2026, 11, 19, 16, tzinfo=UTC)
