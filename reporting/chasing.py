"""May an authority remind (催报) an enterprise of what it owes, and how often it did."""

from datetime import date, datetime

from django.db.models import Count, Max
from django.utils import timezone

from reporting.deadlines import Standing
from reporting.enums import Phase
from reporting.models import Chase
from reporting.owing import OWING

MOST_CHASED = 2000


def reason_not_to_chase(standing: Standing, enterprise, chased_on: date | None, at: datetime) -> str:
    """Why not now, for the button and the service alike: only who can report is asked to, once a day."""
    if enterprise.status not in OWING:
        return f"备案状态为“{enterprise.get_status_display()}”，企业不能填报。"
    if standing.phase == Phase.BEFORE:
        return "本期还没有开放。"
    if not standing.is_open:
        return "已锁定，企业不能填报。"
    return "今天已催报。" if chased_on == timezone.localdate(at) else ""


def chases_of(obligations) -> dict[int, tuple[int, date]]:
    """How often each was chased, and on which day last."""
    rows = Chase.objects.filter(obligation__in=[row.pk for row in obligations]).values("obligation")
    found = rows.annotate(count=Count("id"), last=Max("day"))
    return {row["obligation"]: (row["count"], row["last"]) for row in found}
