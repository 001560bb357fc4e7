"""The time an authority has to decide."""

from datetime import datetime

from autoflow.common.workdays import end_of_workday

WORKDAYS_TO_DECIDE = 5


def decision_due(submitted_at: datetime) -> datetime:
    """By when what was handed in at this moment has to be confirmed or returned."""
    return end_of_workday(submitted_at, WORKDAYS_TO_DECIDE)
