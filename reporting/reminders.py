"""Enterprises that owe a form are reminded 5, 2 and 1 days before it is due: each once, inbox and mail."""

from collections import defaultdict

from django.db import connection, transaction
from django.urls import reverse

from accounts.audit import record
from accounts.models import User
from accounts.notices import notify
from reporting import clock
from reporting.deadlines import windows_by_jurisdiction
from reporting.enums import Phase
from reporting.models import Obligation
from reporting.owing import OWING, latest_periods
from reporting.registry import report_forms
from reporting.windows import limit_text

STAGES = (5, 2, 1)
AT_ONCE = 500
CLAIM = """
    INSERT INTO reporting_reminder (obligation_id, days, sent_at)
    SELECT id, %s, %s FROM unnest(%s) AS owed (id)
    ON CONFLICT DO NOTHING
    RETURNING obligation_id
"""


def remind_who_owes() -> int:
    """What the periodic task does; how many obligations were reminded of. A day on which no worker ran is
    made up for, and only the nearest stage of several.
    """
    at = clock.now()
    return sum(_remind(form, period, at) for form in report_forms() for period in latest_periods(form, at))


def stage_of(window, at) -> int | None:
    """The stage a moment has reached; nothing before the fifth day and nothing once it is due."""
    if window.phase(at) != Phase.OPEN:
        return None
    reached = [days for days in STAGES if days >= window.days_left(at)]
    return min(reached, default=None)


def _remind(form, period, at):
    """Authority by authority, since each may have a window of its own."""
    codes = defaultdict(list)
    for code, window in windows_by_jurisdiction(form, period).items():
        codes[window].append(code)
    count = 0
    for window, own in codes.items():
        if stage := stage_of(window, at):
            owed = Obligation.objects.of(form, period).unanswered()
            owed = owed.filter(enterprise__jurisdiction_code__in=own, enterprise__status__in=OWING)
            count += _remind_all(owed.exclude(reminders__days=stage), form, period, window, stage, at)
    return count


def _remind_all(owed, form, period, window, stage, at):
    """Some hundred at a time, so that a worker that dies loses little and doubles nothing."""
    count = 0
    while ids := list(owed.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        count += _remind_some(ids, form, period, window, stage, at)
    return count


@transaction.atomic
def _remind_some(ids, form, period, window, stage, at):
    """The claim and the notices commit together, or not at all; two workers claim each stage once."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [stage, at, ids])
        claimed = [row[0] for row in cursor.fetchall()]
    if claimed:
        days = window.days_left(at)
        left = f"还有 {days} 天截止" if days else "今天截止"
        notify(
            User.objects.filter(enterprises__obligations__in=claimed).distinct(),
            title=f"{period.label}{form.title}{left}",
            text=f"请在{limit_text(window.due_at)}前上报。{form.after_due}",
            url=reverse(f"{form.namespace}-list"),
        )
        record("report.remind", form=form.key, period=str(period), days=stage, count=len(claimed))
    return len(claimed)
