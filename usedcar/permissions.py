"""When an enterprise may report used-car trades and see those it reported."""

from django.utils import timezone

from accounts.enums import ENTERPRISE_ROLES, Permission, Role
from accounts.permissions import condition
from autoflow.common.checks import rules
from autoflow.common.codes import enterprise_types
from filing.enums import Use
from filing.models import ProvinceSetting
from filing.permissions import enterprise_of, enterprises_of, is_open

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
    return any(reports_trades(enterprise) for enterprise in enterprises_of(user))


def reason_not_to_report(enterprise) -> str:
    """T-005: only an enterprise whose filing is confirmed reports, or one whose province lets it go on."""
    if enterprise is None:
        return f"{rules()['T-005'].message}请先增加应用并填写备案。"
    if not reports_trades(enterprise):
        return UNREPORTED
    if not is_open(enterprise, Use.REPORT):
        return f"{rules()['T-005'].message}目前状态：{enterprise.get_status_display()}。"
    return ""


@condition(Permission.TRADE_REPORT)
def report_reason(user, obj):
    return reason_not_to_report(obj or enterprise_of(user))


@condition(Permission.TRADE_VIEW)
def view_reason(user, obj):
    """What was reported stays readable whatever becomes of the filing, also once it is filed anew."""
    if user.role not in ENTERPRISE_ROLES:
        return ""
    if any(reports_trades(each) and is_open(each, Use.READ) for each in enterprises_of(user)):
        return ""
    return reason_not_to_report(enterprise_of(user))


@condition(Permission.NUMBER_REVEAL)
def reveal_reason(user, trade):
    """A manager sees the numbers his enterprise reported, an operator those he entered today."""
    if trade is None or user.role == Role.MANAGER:
        return ""
    entered_today = timezone.localdate(trade.reported_at) == timezone.localdate()
    if trade.reported_by_id == user.pk and entered_today:
        return ""
    return "操作员只能查看自己当天录入的证件号码，请由企业管理员查看。"
