"""The time the system administrator has to decide on a request."""

from calendar import monthrange
from datetime import datetime

from django.utils import timezone

from autoflow.common.workdays import end_of_workday

WORKDAYS_TO_DECIDE = 3
URGENT_WORKDAYS = 1
LAST_DAYS, FIRST_DAYS = 3, 5


def decision_due(requested_at: datetime) -> datetime:
    """Three working days; one where monthly reports wait, from the last three days of a month to the 5th."""
    day = timezone.localdate(requested_at)
    _, length = monthrange(day.year, day.month)
    is_urgent = day.day <= FIRST_DAYS or day.day > length - LAST_DAYS
    return end_of_workday(requested_at, URGENT_WORKDAYS if is_urgent else WORKDAYS_TO_DECIDE)
