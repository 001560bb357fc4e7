"""The period of a report: a month, a quarter or a year, as a value."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from reporting.enums import PeriodKind

PATTERNS = {
    PeriodKind.MONTH: re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII),
    PeriodKind.QUARTER: re.compile(r"(20\d\d)-Q([1-4])", re.ASCII),
    PeriodKind.YEAR: re.compile(r"(20\d\d)()", re.ASCII),
}
LENGTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}
MONTHS = 12


@dataclass(frozen=True, order=True)
class Period:
    """`start` is its first day; written 2026-10, 2026-Q4 or 2026."""

    start: date
    kind: PeriodKind = PeriodKind.MONTH

    @classmethod
    def month(cls, year: int, month: int) -> "Period":
        return cls(date(year, month, 1))

    @classmethod
    def year(cls, year: int) -> "Period":
        return cls(date(year, 1, 1), PeriodKind.YEAR)

    @classmethod
    def parse(cls, text: str, kind: PeriodKind) -> "Period | None":
        """The period a person or an address names; None for anything else."""
        found = PATTERNS[kind].fullmatch(text)
        if not found:
            return None
        number = int(found[2] or 1)
        return cls(date(int(found[1]), (number - 1) * LENGTHS[kind] + 1, 1), kind)

    @classmethod
    def of_day(cls, day: date, kind: PeriodKind = PeriodKind.MONTH) -> "Period":
        """The period of this kind in which a day lies."""
        return cls(date(day.year, (day.month - 1) // LENGTHS[kind] * LENGTHS[kind] + 1, 1), kind)

    def __str__(self):
        match self.kind:
            case PeriodKind.YEAR:
                return f"{self.start:%Y}"
            case PeriodKind.QUARTER:
                return f"{self.start:%Y}-Q{self._quarter}"
        return f"{self.start:%Y-%m}"

    @property
    def _quarter(self):
        return (self.start.month + 2) // 3

    @property
    def label(self) -> str:
        match self.kind:
            case PeriodKind.YEAR:
                return f"{self.start.year}年度"
            case PeriodKind.QUARTER:
                return f"{self.start.year}年第{self._quarter}季度"
        return f"{self.start.year}年{self.start.month}月"

    @property
    def last_day(self) -> date:
        return self.next.start - timedelta(days=1)

    def plus(self, count: int) -> "Period":
        """The period so many of its kind later, or earlier where the count is negative."""
        number = self.start.year * MONTHS + self.start.month - 1 + count * LENGTHS[self.kind]
        return Period(date(number // MONTHS, number % MONTHS + 1, 1), self.kind)

    @property
    def next(self) -> "Period":
        return self.plus(1)

    @property
    def previous(self) -> "Period":
        return self.plus(-1)

    @property
    def year_before(self) -> "Period":
        return self.plus(-MONTHS // LENGTHS[self.kind])

    @property
    def months(self) -> list["Period"]:
        """The months it consists of."""
        first = Period(self.start)
        return [first.plus(number) for number in range(LENGTHS[self.kind])]


def midnight_after(year: int, month: int, day: int) -> datetime:
    """24:00 of a day in Asia/Shanghai; a day the month does not have means its last one."""
    last = calendar.monthrange(year, month)[1]
    following = date(year, month, min(day, last)) + timedelta(days=1)
    return timezone.make_aware(datetime.combine(following, time.min))


def day_begins(year: int, month: int, day: int) -> datetime:
    """0:00 of a day in Asia/Shanghai."""
    return timezone.make_aware(datetime.combine(date(year, month, day), time.min))
