"""When a report may be filled in: open, due and locked as moments, and where a moment lies between them."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from reporting.enums import Phase


@dataclass(frozen=True)
class Window:
    """From `opens_at` on it may be filled in; from `due_at` on it is late; from `locks_at` on it is closed.

    Each is the first moment of what follows: due on the 5th at 24:00 is the 6th at 0:00.
    """

    opens_at: datetime
    due_at: datetime
    locks_at: datetime

    def phase(self, at: datetime) -> Phase:
        if at < self.opens_at:
            return Phase.BEFORE
        if at < self.due_at:
            return Phase.OPEN
        return Phase.LATE if at < self.locks_at else Phase.LOCKED

    def days_left(self, at: datetime) -> int:
        """Whole days until it is due, today not counted; negative once it is late."""
        return (_last_day(self.due_at) - timezone.localdate(at)).days


def _last_day(limit: datetime):
    return timezone.localdate(limit - timedelta(seconds=1))


def limit_text(limit: datetime) -> str:
    """A limit as people say it: midnight is 24:00 of the day that ends."""
    local = timezone.localtime(limit)
    if local.time() == time.min:
        day = _last_day(limit)
        return f"{day.year}年{day.month}月{day.day}日 24:00"
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def opening_text(moment: datetime) -> str:
    """The day from which something is open."""
    day = timezone.localdate(moment)
    return f"{day.year}年{day.month}月{day.day}日"
