"""When, besides the role, something may be done to a report; menus, buttons and services ask here."""

from accounts.enums import ENTERPRISE_ROLES, Permission, Role
from accounts.permissions import condition
from filing.models import Filing
from filing.permissions import enterprise_of
from reporting import clock
from reporting.deadlines import reason_closed, reason_not_to_fill, standing_of
from reporting.enums import ReportStatus
from reporting.registry import report_forms


@condition(Permission.REPORT_EDIT)
def edit_reason(user, report):
    """The filing must allow reporting and the window must be open, or a permission given."""
    if report is None:
        return ""
    reason = reason_not_to_fill(report.form_class, report.enterprise)
    if reason:
        return reason
    standing = standing_of(report.form_class, report.month, report.enterprise, clock.now())
    return reason_closed(standing, report.enterprise)


def holds(user, enterprise) -> bool:
    """Whether the officer's body answers for this enterprise: a county does only where it confirms."""
    if user.role != Role.COUNTY:
        return True
    in_force = Filing.objects.filter(enterprise=enterprise, is_in_force=True)
    return in_force.filter(confirm_level="COUNTY").exists()


@condition(Permission.REPORT_RETURN)
def return_reason(user, report):
    if report is None:
        return ""
    if report.status != ReportStatus.SUBMITTED:
        return f"当前状态为“{report.get_status_display()}”，不能退回。"
    if not holds(user, report.enterprise):
        return "您所在机构没有本企业的确认权限，不能退回其报表，请由上级主管部门办理。"
    standing = standing_of(report.form_class, report.month, report.enterprise, clock.now())
    if not standing.is_open and not report.form_class.can_be_unlocked:
        return reason_closed(standing, report.enterprise)
    return ""


@condition(Permission.REPORT_UNLOCK)
def unlock_reason(user, permission):
    if permission is None or holds(user, permission.enterprise):
        return ""
    return "您所在机构没有本企业的确认权限，不能办理补报和开锁，请由上级主管部门办理。"


def concerns(user, form) -> bool:
    """Enterprises see the menu of their own forms, authorities that of all."""
    if user.role not in ENTERPRISE_ROLES:
        return True
    enterprise = enterprise_of(user)
    return enterprise is not None and form.concerns(enterprise.types)


def owes_anything(user) -> bool:
    """Enterprises of a type that reports see the calendar."""
    enterprise = enterprise_of(user) if user.role in ENTERPRISE_ROLES else None
    return enterprise is not None and any(form.concerns(enterprise.types) for form in report_forms())
