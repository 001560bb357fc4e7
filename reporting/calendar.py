"""What an enterprise owes: every form and period of the last year and the next one, with what to do."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from accounts.models import Contact
from reporting.deadlines import Standing, effective_from, reason_not_to_fill, windows_of
from reporting.enums import LateStatus, Phase, ReportStatus
from reporting.models import LatePermission, Obligation, Report
from reporting.periods import MONTHS, Period
from reporting.presentation import shown_status
from reporting.registry import report_forms
from reporting.windows import limit_text, opening_text


@dataclass(frozen=True)
class Step:
    """The one button of an entry; `period` is set where a report has to be begun."""

    label: str
    url: str
    period: str = ""


@dataclass(frozen=True)
class Entry:
    """One form and period of an enterprise at a moment."""

    standing: Standing
    at: datetime
    report: Report | None = None
    is_asked: bool = False
    reason: str = ""

    @property
    def form(self):
        return self.standing.form

    @property
    def period(self):
        return self.standing.period

    @property
    def title(self):
        return f"{self.period.label}{self.form.title}"

    @property
    def is_begun(self):
        return self.report is not None

    @property
    def is_handed_in(self):
        return self.is_begun and self.report.status == ReportStatus.SUBMITTED

    @property
    def is_returned(self):
        return self.is_begun and self.report.status == ReportStatus.RETURNED

    @property
    def is_open(self):
        return self.standing.is_open and not self.reason

    @property
    def is_locked_out(self):
        """It was never handed in, and now nobody can without a permission."""
        return not self.is_handed_in and self.standing.phase == Phase.LOCKED and not self.standing.is_open

    @property
    def is_unlocked(self):
        """It was handed in, its authority has unlocked it since, and nobody has handed it in again."""
        permission = self.standing.permission
        is_given = self.is_handed_in and permission is not None and self.standing.phase == Phase.LOCKED
        return is_given and self.report.submitted_at < permission.decided_at

    @property
    def waits(self):
        """Whether the enterprise has something to do about it now."""
        has_changes = self.is_handed_in and self.report.has_unsubmitted_changes
        return self.is_open and (not self.is_handed_in or has_changes or self.is_unlocked)

    @property
    def state(self) -> tuple[str, str]:
        """The code and the word of where it stands."""
        if self.is_handed_in or self.is_returned:
            return shown_status(self.report, self.standing)
        if self.standing.phase == Phase.BEFORE:
            return "BEFORE", "未开放"
        if self.is_locked_out:
            return "FAILED", "未报"
        if self.is_begun:
            return "DRAFT", "草稿"
        return ("PENDING", "待填报") if self.standing.phase == Phase.OPEN else ("RETURNED", "待补报")

    @property
    def limit(self) -> str:
        """Until when, as people say it."""
        window = self.standing.window
        if self.standing.permission is not None:
            what = "修改" if self.is_handed_in else "补报"
            return f"可{what}至{limit_text(self.standing.permission.until)}"
        match self.standing.phase:
            case Phase.BEFORE:
                return f"{opening_text(window.opens_at)}起填报，{limit_text(window.due_at)}截止"
            case Phase.OPEN:
                return f"{limit_text(window.due_at)}截止（{self.days_text}）"
            case Phase.LATE:
                return f"{limit_text(window.due_at)}已截止，{limit_text(window.locks_at)}锁定"
        return f"{limit_text(window.locks_at)}已锁定"

    @property
    def days_text(self) -> str:
        days = self.standing.window.days_left(self.at)
        return f"还有 {days} 天" if days else "今天截止"

    @property
    def step(self) -> Step | None:
        add_url = reverse(f"{self.form.namespace}-add")
        if self.is_locked_out and self.form.can_be_unlocked and not (self.is_asked or self.reason):
            return Step("申请补报", f"{add_url}#closed")
        if not self.is_begun:
            return Step("填报", add_url, str(self.period)) if self.is_open else None
        if not self.waits:
            return Step("查看", self.report.url())
        return Step("修改" if self.report.submitted_at else "继续填报", self.report.url("edit"))


def entries_of(enterprise, at: datetime) -> list[Entry]:
    """Form by form, the newest period first: what was owed, what is open, and what opens next."""
    since, owed = effective_from(enterprise), _owed(enterprise, at)
    permissions = list(LatePermission.objects.filter(enterprise=enterprise).order_by("until"))
    found = []
    for form in report_forms():
        known = owed.get(form.key, {})
        if known or form.concerns(enterprise.types):
            found += _of_form(form, enterprise, since, known, permissions, at)
    return found


def _owed(enterprise, at):
    """What was written down as owed lately: the report that answers it, by form and period."""
    first = Period.of_day(timezone.localdate(at)).plus(-2 * MONTHS)
    rows = Obligation.objects.filter(enterprise=enterprise, period__gte=first.start)
    found = {}
    for row in rows.select_related("report__enterprise"):
        found.setdefault(row.form, {})[row.period] = row.report
    return found


def _of_form(form, enterprise, since, known, permissions, at):
    reason = reason_not_to_fill(form, enterprise)
    owes = not reason and since is not None
    first = Period.of_day(since.start, form.period_kind) if owes else None
    for period, window in windows_of(form, _periods(form, at), enterprise.jurisdiction_code).items():
        phase = window.phase(at)
        is_coming = owes and period >= first and phase != Phase.LOCKED
        if period.start not in known and not is_coming:
            continue
        own = [row for row in permissions if (row.form, row.period) == (form.key, period.start)]
        yield Entry(
            Standing(form, period, window, phase, _in_force(own, form, phase, at)),
            at,
            known.get(period.start),
            any(row.status == LateStatus.ASKED for row in own),
            reason,
        )


def _in_force(permissions, form, phase, at):
    """The permission that keeps a closed period open."""
    if phase != Phase.LOCKED or not form.can_be_unlocked:
        return None
    granted = [row for row in permissions if row.status == LateStatus.GRANTED and row.until > at]
    return granted[-1] if granted else None


def _periods(form, at):
    """The one under way, and those that ended within the last twelve months."""
    today = timezone.localdate(at)
    first = Period.of_day(today).plus(-MONTHS)
    period, found = Period.of_day(today, form.period_kind), []
    while period.last_day >= first.start:
        found.append(period)
        period = period.previous
    return found


def page(user, enterprise, at: datetime) -> dict:
    """The entries by form, and whom this person can call."""
    entries = entries_of(enterprise, at) if enterprise is not None else []
    groups = [
        (form.title, reverse(f"{form.namespace}-list"), [one for one in entries if one.form is form])
        for form in report_forms()
    ]
    return {
        "groups": [group for group in groups if group[2]],
        "waiting": sum(one.waits for one in entries),
        "locked_out": sum(one.is_locked_out for one in entries),
        "reason": _reason(enterprise, entries),
        "contacts": Contact.objects.near(user),
        "authority": user.jurisdiction,
    }


def _reason(enterprise, entries):
    """Why nothing can be filled in, once for the whole page."""
    if enterprise is None:
        return "本企业还没有增加应用并完成备案，备案确认通过后开始填报。"
    reasons = {one.reason for one in entries if one.reason}
    return reasons.pop() if len(reasons) == 1 else ""
