"""The time an authority has to decide."""

from datetime import datetime

from autoflow.common.workdays import end_of_workday
from filing.models import ProvinceSetting

WORKDAYS_TO_DECIDE = 5


def decision_due(submitted_at: datetime, jurisdiction_code: str = "") -> datetime:
    """By when what was handed in at this moment has to be confirmed or returned, as the province set it."""
    workdays = WORKDAYS_TO_DECIDE
    if jurisdiction_code:
        workdays = ProvinceSetting.objects.of(jurisdiction_code).workdays_to_confirm
    return end_of_workday(submitted_at, workdays)
