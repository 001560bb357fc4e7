"""An authority reminds (催报) enterprises of what they owe."""

from collections import defaultdict

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.notices import notify
from accounts.permissions import require
from autoflow.common.errors import BusinessError
from reporting import clock
from reporting.chasing import MOST_CHASED, chases_of, reason_not_to_chase
from reporting.deadlines import standings_of, windows_by_jurisdiction
from reporting.enums import ObligationState
from reporting.models import Obligation
from reporting.periods import Period
from reporting.registry import report_form
from reporting.steps import audited

MISSING, RETURNED = "贵单位还没有上报，请尽快填报。", "贵单位的报表已被退回，请尽快修改后重新上报。"
CLAIM = """
    INSERT INTO reporting_chase (obligation_id, day, by_id)
    SELECT id, %s, %s FROM unnest(%s::bigint[]) AS owed (id)
    ON CONFLICT DO NOTHING
    RETURNING obligation_id
"""


def chase_owed(*, form: str, period: Period, obligation_ids: list[int], by: User) -> tuple[int, int]:
    """Remind those of these enterprises that can report and were not reminded today; how many were, and how
    many were left out. Two officers at once remind each only once.
    """
    with audited("report.chase", by=by, report_id=None):
        require(by, Permission.REPORT_CHASE)
        if len(obligation_ids) > MOST_CHASED:
            raise BusinessError(f"一次最多催报 {MOST_CHASED:,} 家，请先按地区或名称缩小范围。")
        form_class, at = report_form(form), clock.now()
        owed = Obligation.objects.visible_to(by).of(form_class, period).unanswered()
        owed = list(owed.filter(pk__in=obligation_ids).select_related("enterprise"))
        standings, reasons = _standings(form_class, period, owed, at)
        claimed = _claim([row.pk for row in owed if not reasons[row.pk]], at, by)
        if not claimed:
            raise BusinessError(_why_nobody(set(reasons.values())))
        _tell([row for row in owed if row.pk in claimed], standings, form_class, period, by)
        title = f"{period.label}{form_class.title}"
        one = {"enterprise": owed[0].enterprise_id} if len(obligation_ids) == 1 else {}
        named = {"form": form, "period": str(period), "count": len(claimed), **one}
        record("report.chase", by=by, summary=title, **named)
        return len(claimed), len(obligation_ids) - len(claimed)


def _standings(form, period, owed, at):
    """Where each enterprise stands, by its id, and why it is not to be chased, by obligation."""
    enterprises, chased = [row.enterprise for row in owed], chases_of(owed)
    standings = standings_of(form, period, enterprises, windows_by_jurisdiction(form, period), at)
    reasons = {
        row.pk: reason_not_to_chase(
            standings[row.enterprise_id], row.enterprise, chased.get(row.pk, (0, None))[1], at
        )
        for row in owed
    }
    return standings, reasons


def _why_nobody(reasons):
    reasons = sorted(filter(None, reasons))
    return f"没有可以催报的企业：{''.join(reasons)}" if reasons else "没有可以催报的企业，请刷新后查看。"


def _claim(ids, at, by):
    """The obligations that are ours to chase today."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [timezone.localdate(at), by.pk, ids])
        return {row[0] for row in cursor.fetchall()}


def _tell(owed, standings, form, period, by):
    """Each group of the same words and limits in one step."""
    groups = defaultdict(list)
    for row in owed:
        asked = RETURNED if row.state == ObligationState.RETURNED else MISSING
        groups[f"{asked}{standings[row.enterprise_id].note}"].append(row.pk)
    for text, ids in groups.items():
        notify(
            User.objects.filter(enterprises__obligations__in=ids).distinct(),
            title=f"{by.organisation}催报：{period.label}{form.title}",
            text=text,
            url=reverse(f"{form.namespace}-list"),
        )
