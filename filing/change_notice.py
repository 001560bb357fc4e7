"""What an enterprise is told before it hands in a change."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accounts.models import Jurisdiction
from autoflow.common.checks import Finding, Severity
from autoflow.common.codes import enterprise_types
from autoflow.common.workdays import workdays_since
from filing.models import ProvinceSetting

LAST_DAY_TO_REPORT = 5
WORKDAYS_TO_WARN = 3


@dataclass(frozen=True)
class ChangeNotice:
    """The rule, what it closes for this enterprise, and a warning when a deadline is near."""

    rule: str
    blocked: str
    deadline: str = ""
    is_move: bool = False


def change_notice(enterprise, filing=None, now: datetime | None = None) -> ChangeNotice:
    """Said before «变更», and before a draft of a change is handed in: it may move to another authority."""
    now = now or timezone.now()
    if filing is not None and filing.jurisdiction_code not in ("", enterprise.jurisdiction_code):
        body = Jurisdiction.objects.get(pk=filing.jurisdiction_code).name
        rule = f"所在地区改由{body}受理：提交后状态变为“待确认”，由其确认；原受理机构仍可查看原有备案。"
        return ChangeNotice(rule, "确认前不能填报，也不能打印备案信息表。", _deadline_text(now), is_move=True)
    rule = "提交后须主管部门重新确认，确认前可能无法填报。"
    if ProvinceSetting.objects.of(enterprise.jurisdiction_code).reports_while_changed:
        return ChangeNotice(rule, "本省允许重新确认期间用现在有效的版本继续填报。")
    reports = _reports_of(enterprise)
    if not reports:
        return ChangeNotice(rule, "已报数据和有效版本的备案信息表不受影响。")
    blocked = f"重新确认前不能填报：{'、'.join(reports)}；已报数据仍可查看，有效版本的备案信息表仍可打印。"
    return ChangeNotice(rule, blocked, _deadline_text(now))


def move_findings(filing) -> list[Finding]:
    """A move asks for a tick like a warning: the place may have been touched by mistake, and it closes more
    than a change does.
    """
    notice = change_notice(filing.enterprise, filing) if filing.is_change else None
    if notice is None or not notice.is_move:
        return []
    return [Finding("", "division_code", f"{notice.rule}{notice.blocked}", Severity.WARN)]


def _reports_of(enterprise):
    """The reports enterprises of these types owe."""
    types = [enterprise_types()[code] for code in enterprise.types if code in enterprise_types()]
    owed = {
        "汽车销售月报和年报": any(kind.newcar_reports for kind in types),
        "二手车交易信息（含批量导入）": any(kind.used_transaction == "yes" for kind in types),
        "交易市场月报和年报": any(kind.market_reports for kind in types),
    }
    return [name for name, is_owed in owed.items() if is_owed]


def report_deadline(today: date) -> date:
    """The last day of the monthly reports that are being filled in now."""
    if today.day <= LAST_DAY_TO_REPORT:
        return today.replace(day=LAST_DAY_TO_REPORT)
    return (today.replace(day=1) + timedelta(days=31)).replace(day=LAST_DAY_TO_REPORT)


def _deadline_text(now):
    """A warning from the third working day before the deadline on."""
    last_day = report_deadline(timezone.localdate(now))
    left = workdays_since(now, timezone.make_aware(datetime.combine(last_day, time.max)))
    if left > WORKDAYS_TO_WARN:
        return ""
    rest = f"之前还有 {left} 个工作日" if left else "之前没有其他工作日了"
    return f"月报截止 {last_day.month}月{last_day.day}日 24:00，{rest}。建议先完成填报，再提交变更。"
