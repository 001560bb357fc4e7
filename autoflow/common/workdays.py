"""Working days of the State Council's calendar, in Shanghai time; years not yet announced go by the week."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

import chinese_calendar
from django.utils import timezone

SATURDAY = 5


@lru_cache(maxsize=10_000)
def is_workday(day: date) -> bool:
    """Looked up once for each day: the calendar walks through all it knows to see whether it knows a day."""
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return day.weekday() < SATURDAY


def end_of_workday(moment: datetime, number: int) -> datetime:
    """24:00 of the given working day after the day of the moment, which itself does not count."""
    day = timezone.localdate(moment)
    while number:
        day += timedelta(days=1)
        number -= is_workday(day)
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def workdays_since(moment: datetime, now: datetime) -> int:
    """How many working days have begun after the day of the moment: 0 on that day itself."""
    first, last = timezone.localdate(moment), timezone.localdate(now)
    return sum(is_workday(first + timedelta(days=step)) for step in range(1, (last - first).days + 1))


def workdays_ago(now: datetime, number: int) -> datetime:
    """The moment before which whatever was handed in has waited at least that many working days."""
    day = timezone.localdate(now)
    while number:
        number -= is_workday(day)
        day -= timedelta(days=1)
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
