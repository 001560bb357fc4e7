"""How reports are shown: their state at a moment, their findings with reasons, their history."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from autoflow.common.checks import INVALID, Finding, invalid
from autoflow.common.shells import place, shell_of
from reporting.changes import Line, changes
from reporting.deadlines import Standing, authority_of, effective_from, standing_of, windows_of
from reporting.enums import LOCKED, LateStatus, Phase, ReasonCode, ReportStatus
from reporting.explanations import fault_of, key_of
from reporting.models import LatePermission, Report, ReportFinding
from reporting.periods import Period
from reporting.windows import limit_text

CLOSED_OFFERED = 12
MOST_ERRORS = 10
MOST_SHELLS = 100
REASON_TEXTS = ("index", "key", "rule", "message", "text", "fault")


@dataclass(frozen=True)
class Reason:
    """One warning with the reason given for it, as the page asks for it."""

    key: str
    rule: str
    message: str
    code: str
    text: str
    code_text: str = ""
    fault: str = ""
    index: int = 0

    @property
    def html(self):
        """The controls that ask for it; a month may have hundreds."""
        texts = {name: getattr(self, name) for name in REASON_TEXTS}
        return format_html(_reason_shell(self.code, self.rule != INVALID, bool(self.fault)), **texts)


@lru_cache(maxsize=MOST_SHELLS)
def _reason_shell(code, has_rule, has_fault):
    choices = [("", "请选择原因"), *ReasonCode.choices]
    context = {
        "choices": [(value, label, value == code) for value, label in choices],
        "has_rule": has_rule,
        "has_fault": has_fault,
    }
    return shell_of("reporting/_reason.html", context | {name: place(name) for name in REASON_TEXTS})


def shown_status(report, standing: Standing) -> tuple[str, str]:
    """The code and word of a report's state: what was submitted is 已锁定 once its window has closed."""
    if report.status == ReportStatus.SUBMITTED and not standing.is_open:
        return LOCKED
    return report.status, report.get_status_display()


def with_standings(reports, enterprise, at: datetime):
    """Adds to each report of one enterprise its state, whether it can be edited, and until when."""
    if not reports:
        return reports
    form = reports[0].form_class
    windows = windows_of(form, [report.month for report in reports], enterprise.jurisdiction_code)
    permitted = LatePermission.objects.in_force(at).filter(enterprise=enterprise, form=form.key)
    permissions = {permission.period: permission for permission in permitted}
    for report in reports:
        window = windows[report.month]
        standing = Standing(form, report.month, window, window.phase(at), permissions.get(report.period))
        report.standing = standing
        report.shown_code, report.shown_text = shown_status(report, standing)
    return reports


def closed_periods(form, enterprise, at: datetime) -> list[dict]:
    """Recent periods that are locked and were not handed in: what can only be asked for."""
    since = effective_from(enterprise)
    if since is None or not form.can_be_unlocked:
        return []
    period, periods = Period.of_day(timezone.localdate(at), form.period_kind).previous, []
    while period >= since and len(periods) < CLOSED_OFFERED:
        periods.append(period)
        period = period.previous
    handed_in = Report.objects.counting().filter(enterprise=enterprise, form=form.key)
    taken = set(handed_in.values_list("period", flat=True))
    asked = LatePermission.objects.filter(enterprise=enterprise, form=form.key).order_by("pk")
    latest = {permission.period: permission for permission in asked}
    windows = windows_of(form, periods, enterprise.jurisdiction_code)
    return [
        {
            "period": period,
            "permission": latest.get(period.start),
            "title": f"申请补报{period.label}{form.title}？",
        }
        for period in periods
        if period.start not in taken and windows[period].phase(at) == Phase.LOCKED
        if not (latest.get(period.start) and latest[period.start].until and latest[period.start].until > at)
    ]


def first_errors(findings) -> list[Finding]:
    """What stops a report, in order; of a great many the first, since a list nobody reads helps nobody."""
    stopping = [found for found in findings if found.stops]
    rest = len(stopping) - MOST_ERRORS
    told = [invalid("", f"另有 {rest} 处，改好上面的以后再列出。")] if rest > 0 else []
    return stopping[:MOST_ERRORS] + told


def reasons(report, findings) -> list[Reason]:
    """The warnings of a report, each with what was said about it."""
    given = {row.key: (row.reason_code, row.reason_text) for row in report.findings.all()}
    asking = {key_of(found): found for found in findings if found.asks}
    return [
        _asked(index, key, found, *given.get(key, ("", "")))
        for index, (key, found) in enumerate(asking.items())
    ]


def _asked(index, key, found, code, text):
    fault = fault_of(text) if text else ""
    return Reason(key, found.rule, found.message, code, text, fault=fault, index=index)


def stored_reasons(report, version=None) -> list[Reason]:
    """The warnings and the reasons given: those a version kept, without one those of what was saved last."""
    if version is not None:
        rows = [ReportFinding(**row) for row in version.findings]
    else:
        rows = report.findings.order_by("id")
    return [
        Reason(
            row.key, row.rule, row.message, row.reason_code, row.reason_text, row.get_reason_code_display()
        )
        for row in rows
    ]


def history(report) -> list[dict]:
    """What happened to a report, newest first."""
    return [
        {"title": event.get_action_display(), "at": event.at, "by": str(event.by), "note": event.note}
        for event in report.events.select_related("by").order_by("-id")
    ]


def unlocking(report, standing: Standing) -> dict | None:
    """How the enterprise asks to correct what is locked; nothing for what is open or cannot be opened."""
    if standing.phase != Phase.LOCKED or standing.is_open or not report.form_class.can_be_unlocked:
        return None
    asked = LatePermission.objects.filter(
        enterprise=report.enterprise_id, form=report.form, period=report.period
    )
    last = asked.order_by("-pk").first()
    return {
        "title": f"申请修改{report}？",
        "url": reverse(f"{report.form_class.namespace}-late"),
        "waiting_since": last.asked_at if last and last.status == LateStatus.ASKED else None,
        "refusal": last.note if last and last.status == LateStatus.REFUSED else "",
    }


def as_submitted(report, version):
    """The figures of a version and who filled it in, whatever the enterprise has typed since; for showing
    only.
    """
    for name in ("nil_return", "preparer_name", "preparer_phone"):
        setattr(report, name, getattr(version, name))
    for name, value in report.form_class.figures(version.content).items():
        setattr(report, name, value)


def versions_of(report, number=None, against=None) -> dict:
    """The version an address names, else the last, and what changed between it and another one, else the one
    before it; nothing to show while there is none.
    """
    versions = list(report.versions.select_related("submitted_by").order_by("-number"))
    shown = _numbered(versions, number) or next(iter(versions), None)
    others = [version for version in versions if version is not shown]
    older = [version for version in others if version.number < shown.number]
    compared = _numbered(others, against) or next(iter(older or others), None)
    pair = sorted(filter(None, (compared, shown)), key=lambda version: version.number)
    return {
        "versions": versions,
        "shown": shown,
        "is_latest": shown in (None, *versions[:1]),
        "others": others,
        "compared": compared,
        "pair": pair,
        "changes": changes(*(_lines(report.form_class, version) for version in pair)) if compared else [],
    }


def _numbered(versions, number):
    return next((version for version in versions if version.number == number), None)


def _lines(form, version):
    whole = {"说明": version.note}
    if form.has_nil_return:
        whole = {"本期无业务": "是" if version.nil_return else "否", **whole}
    return [Line((), "整份报表", whole), *form.lines(version.content)]


def page(report, at: datetime, number=None, against=None) -> dict:
    """One report for its page: the version named or submitted last, or the draft while there is none."""
    standing = standing_of(report.form_class, report.month, report.enterprise, at)
    code, text = shown_status(report, standing)
    found = versions_of(report, number, against)
    shown = found["shown"]
    is_saved_last = found["is_latest"] and not report.has_unsubmitted_changes
    if shown:
        as_submitted(report, shown)
    return found | {
        "report": report,
        "form_class": report.form_class,
        "content": shown.content if shown else report.form_class.read(report),
        "standing": standing,
        "shown_code": code,
        "shown_text": text,
        "due": limit_text(standing.window.due_at),
        "locks": limit_text(standing.window.locks_at),
        "reasons": stored_reasons(report, None if is_saved_last else shown),
        "note": shown.note if shown else report.note,
        "history": history(report),
        "list_url_name": f"{report.form_class.namespace}-list",
    }


def sheet(report, at: datetime, number=None) -> dict:
    """One version for paper; a mark says what is no submission that counts."""
    found = page(report, at, number)
    mark = "" if found["shown"] else "草稿，未上报"
    if report.status == ReportStatus.RETURNED:
        mark = "已退回，待修改"
    elif not found["is_latest"]:
        mark = "已被后来上报的版本取代"
    return found | {"mark": mark, "authority": authority_of(report.enterprise)}


def saved(editor) -> dict:
    """What the page shows after it saved itself."""
    moment = timezone.localtime(editor.report.saved_at)
    return {"revision": editor.report.revision, "saved_at": f"{moment:%H:%M}"}
