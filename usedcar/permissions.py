"""When an enterprise may report used-car trades and see those it reported."""

from django.utils import timezone

from accounts.enums import ENTERPRISE_ROLES, Permission, Role
from accounts.permissions import condition
from autoflow.common.checks import rules
from autoflow.common.codes import enterprise_types
from filing.models import Filing, ProvinceSetting
from filing.permissions import enterprise_of

UNREPORTED = "本企业的类型不填报二手车交易信息；企业类型有误的，请在备案中变更。"


def reports_trades(enterprise) -> bool:
    """Whether the enterprise fills in used-car trades: markets, dealers, auction houses, and brokers where
    the province switched it on.
    """
    known = enterprise_types()
    answers = {known[code].used_transaction for code in enterprise.types if code in known}
    if "yes" in answers or "configurable" not in answers:
        return "yes" in answers
    return ProvinceSetting.objects.of(enterprise.jurisdiction_code).brokers_may_report


def concerns(user) -> bool:
    """Authorities see the trades of their area, enterprises the menu of their own types alone."""
    if user.role not in ENTERPRISE_ROLES:
        return True
    enterprise = enterprise_of(user)
    return enterprise is not None and reports_trades(enterprise)


def reason_not_to_report(enterprise) -> str:
    """T-005: only an enterprise whose filing is confirmed reports."""
    if enterprise is None:
        return f"{rules()['T-005'].message}请先增加应用并填写备案。"
    if not reports_trades(enterprise):
        return UNREPORTED
    if not enterprise.is_confirmed:
        return f"{rules()['T-005'].message}目前状态：{enterprise.get_status_display()}。"
    return ""


@condition(Permission.TRADE_REPORT)
def report_reason(user, obj):
    return reason_not_to_report(obj or enterprise_of(user))


@condition(Permission.TRADE_VIEW)
def view_reason(user, obj):
    """What was reported stays readable while a change of the filing waits."""
    if user.role not in ENTERPRISE_ROLES:
        return ""
    enterprise = enterprise_of(user)
    reason = reason_not_to_report(enterprise)
    if reason and enterprise and Filing.objects.filter(enterprise=enterprise, is_in_force=True).exists():
        return "" if reports_trades(enterprise) else reason
    return reason


@condition(Permission.NUMBER_REVEAL)
def reveal_reason(user, trade):
    """A manager sees the numbers his enterprise reported, an operator those he entered today."""
    if trade is None or user.role == Role.MANAGER:
        return ""
    entered_today = timezone.localdate(trade.reported_at) == timezone.localdate()
    if trade.reported_by_id == user.pk and entered_today:
        return ""
    return "操作员只能查看自己当天录入的证件号码，请由企业管理员查看。"
