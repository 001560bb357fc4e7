"""May this enterprise fill in this form for this period at this moment? The one place that decides."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Q
from django.utils import timezone

from accounts.contacts import whom_to_call
from accounts.models import Jurisdiction
from autoflow.common.checks import rules
from filing.enums import FilingAction
from filing.models import FilingEvent
from filing.permissions import reason_not_to_report
from reporting.enums import Phase
from reporting.models import LatePermission, Report, WindowRule
from reporting.periods import Period
from reporting.registry import ReportForm
from reporting.windows import Window, limit_text, opening_text

MONTHS_OFFERED = 24


@dataclass(frozen=True)
class Standing:
    """Where a moment lies for one enterprise, form and period."""

    form: ReportForm
    period: Period
    window: Window
    phase: Phase
    permission: LatePermission | None = None

    @property
    def is_open(self) -> bool:
        return self.phase in (Phase.OPEN, Phase.LATE) or self.permission is not None

    @property
    def is_late(self) -> bool:
        """Whether what is submitted now for the first time is late."""
        return self.phase in (Phase.LATE, Phase.LOCKED)

    @property
    def note(self) -> str:
        """What a person who fills in now must know of the time."""
        if self.permission is not None and self.phase == Phase.LOCKED:
            return f"主管部门已同意补报，有效期至{limit_text(self.permission.until)}。"
        if self.phase == Phase.LATE:
            return (
                f"截止时间{limit_text(self.window.due_at)}已过，现在上报将标记为“逾期”；"
                f"{limit_text(self.window.locks_at)}后锁定。"
            )
        return f"截止{limit_text(self.window.due_at)}。"


def window_of(form: ReportForm, period: Period, jurisdiction_code: str) -> Window:
    """The latest rule of the authority, else of the ministry, else the default of the form."""
    found = WindowRule.objects.filter(
        Q(jurisdiction=jurisdiction_code) | Q(jurisdiction=None), form=form.key, period=period.start
    )
    rule = max(found, key=lambda rule: (rule.jurisdiction_id is not None, rule.pk), default=None)
    if rule is None:
        return form.default_window(period)
    return Window(rule.opens_at, rule.due_at, rule.locks_at)


def windows_of(form: ReportForm, periods: list[Period], jurisdiction_code: str) -> dict[Period, Window]:
    """The windows of many periods with one question to the database."""
    windows = windows_of_forms({form: periods}, jurisdiction_code)
    return {period: window for (_, period), window in windows.items()}


def windows_of_forms(
    wanted: dict[ReportForm, list[Period]], jurisdiction_code: str
) -> dict[tuple[ReportForm, Period], Window]:
    """The windows of many periods of many forms with one question to the database."""
    found = WindowRule.objects.filter(
        Q(jurisdiction=jurisdiction_code) | Q(jurisdiction=None),
        form__in=[form.key for form in wanted],
        period__in={period.start for periods in wanted.values() for period in periods},
    )
    rules_of = {}
    for rule in sorted(found, key=lambda rule: (rule.jurisdiction_id is not None, rule.pk)):
        rules_of[rule.form, rule.period] = Window(rule.opens_at, rule.due_at, rule.locks_at)
    return {
        (form, period): rules_of.get((form.key, period.start)) or form.default_window(period)
        for form, periods in wanted.items()
        for period in periods
    }


def windows_by_jurisdiction(form: ReportForm, period: Period) -> dict[str, Window]:
    """The window of one period at every authority."""
    found = WindowRule.objects.filter(form=form.key, period=period.start).order_by("pk")
    latest = {rule.jurisdiction_id: Window(rule.opens_at, rule.due_at, rule.locks_at) for rule in found}
    common = latest.get(None) or form.default_window(period)
    codes = Jurisdiction.objects.values_list("pk", flat=True)
    return {code: latest.get(code, common) for code in codes}


def standing_of(form: ReportForm, period: Period, enterprise, at: datetime) -> Standing:
    """The window and, once it is closed, the permission this enterprise may have."""
    window = window_of(form, period, enterprise.jurisdiction_code)
    phase = window.phase(at)
    permission = None
    if phase == Phase.LOCKED and form.can_be_unlocked:
        granted = LatePermission.objects.in_force(at).filter(
            enterprise=enterprise, form=form.key, period=period.start
        )
        permission = granted.order_by("-until").first()
    return Standing(form, period, window, phase, permission)


def standings_of(
    form: ReportForm, period: Period, enterprises: list, windows: dict[str, Window], at: datetime
) -> dict[int, Standing]:
    """Where many enterprises stand in one period, by their ids; `windows` are those of all authorities."""
    permissions = {}
    if form.can_be_unlocked:
        granted = LatePermission.objects.in_force(at).filter(
            form=form.key, period=period.start, enterprise__in=[one.pk for one in enterprises]
        )
        permissions = {row.enterprise_id: row for row in granted.order_by("until")}
    phases = {code: window.phase(at) for code, window in windows.items()}
    return {
        one.pk: Standing(
            form,
            period,
            windows[one.jurisdiction_code],
            phases[one.jurisdiction_code],
            permissions.get(one.pk),
        )
        for one in enterprises
    }


def authority_of(enterprise) -> str:
    """Whom an enterprise asks: its authority by name."""
    return Jurisdiction.objects.get(pk=enterprise.jurisdiction_code).name


def reason_closed(standing: Standing, enterprise) -> str:
    """Why nothing can be filled in now for this period, with who can help; empty when it can."""
    if standing.is_open:
        return ""
    return f"{_closed(standing, enterprise)}{whom_to_call(enterprise.jurisdiction_code)}"


def _closed(standing, enterprise):
    form, period = standing.form, standing.period
    if standing.phase == Phase.BEFORE:
        opens = opening_text(standing.window.opens_at)
        return f"{period.label}{form.title}自{opens}起填报，现在还没有开放。"
    if form.can_be_unlocked:
        return rules()["N-004"].message.format(period=period.label, authority=authority_of(enterprise))
    every_year = limit_text(standing.window.due_at).partition("年")[2]
    return rules()["Y-001"].message.format(deadline=every_year)


def effective_from(enterprise) -> Period | None:
    """The month in which the filing first took effect; nothing is owed before it."""
    confirmed = FilingEvent.objects.filter(
        filing__enterprise=enterprise, action=FilingAction.CONFIRM
    ).aggregate(at=Min("at"))["at"]
    return Period.of_day(timezone.localdate(confirmed)) if confirmed else None


def reason_not_to_fill(form: ReportForm, enterprise) -> str:
    """Why this enterprise cannot fill in the form at all, whatever the period."""
    if enterprise is None or not form.concerns(enterprise.types):
        return f"本企业的类型不填报{form.title}；企业类型有误的，请在备案中变更。"
    reason = reason_not_to_report(enterprise)
    return f"{reason}{whom_to_call(enterprise.jurisdiction_code)}" if reason else ""


def periods_to_add(form: ReportForm, enterprise, at: datetime) -> list[Standing]:
    """The periods for which a report can be begun now, newest first: open, late or permitted, effective
    already, and without a report.
    """
    since = effective_from(enterprise)
    if since is None:
        return []
    candidates = _recent(form, since, at)
    taken = Report.objects.alive().filter(enterprise=enterprise, form=form.key)
    taken = set(taken.values_list("period", flat=True))
    permitted = LatePermission.objects.in_force(at).filter(enterprise=enterprise, form=form.key)
    permissions = {permission.period: permission for permission in permitted}
    windows = windows_of(form, candidates, enterprise.jurisdiction_code)
    found = [
        Standing(form, period, window, window.phase(at), permissions.get(period.start))
        for period, window in windows.items()
        if period.start not in taken
    ]
    return [standing for standing in found if standing.is_open]


def _recent(form, since, at):
    """Periods back to the effective one, newest first, at most two years of them."""
    period = Period.of_day(timezone.localdate(at), form.period_kind).next
    first = Period.of_day(since.start, form.period_kind)
    found = []
    while period >= first and len(found) < MONTHS_OFFERED:
        found.append(period)
        period = period.previous
    return found
