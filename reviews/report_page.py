"""One report as its authority reads it: a version, its warnings with reasons, its neighbours and history."""

from accounts.enums import Permission
from accounts.permissions import decide
from reporting import presentation
from reporting.enums import ReportStatus
from reporting.models import LatePermission, Report
from reviews.places import place_names
from reviews.report_lists import last_submitted

NEIGHBOURS = 12


def page(report, user, at, number=None, against=None) -> dict:
    """`number` names an earlier version, `against` the one it is compared with."""
    found = presentation.page(report, at, number, against)
    return found | {
        "is_returned": report.status == ReportStatus.RETURNED,
        "place": place_names([report.division_code]).get(report.division_code, report.division_code),
        "return_decision": decide(user, Permission.REPORT_RETURN, report),
        "unlock_decision": decide(
            user, Permission.REPORT_UNLOCK, LatePermission(enterprise=report.enterprise)
        ),
        "unlock_reason": unlock_reason(found["standing"]),
        "neighbours": neighbours(report, user),
    }


def unlock_reason(standing) -> str:
    """Why a period need not or cannot be opened for one enterprise; empty when it can."""
    if not standing.form.can_be_unlocked:
        return f"{standing.form.title}截止后不能填报或修改，不能开锁。"
    if standing.is_open:
        return "现在可以修改，无需开锁。"
    return ""


def neighbours(report, user):
    """The latest reports of the same enterprise and form, with the figures submitted last."""
    reports = Report.objects.visible_to(user).of(report.form_class).filter(enterprise=report.enterprise_id)
    return last_submitted(list(reports.exclude(pk=report.pk).order_by("-period")[:NEIGHBOURS]))
