"""What an authority does with reports of its area: return, unlock, set windows."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.audit import record
from accounts.enums import Permission, Role
from accounts.models import Jurisdiction, User
from accounts.notices import notify
from accounts.permissions import require
from autoflow.common.errors import BusinessError, ConflictError
from autoflow.common.text import prose
from filing.models import Enterprise
from reporting import clock
from reporting.deadlines import standing_of
from reporting.enums import LateStatus, Phase, ReportAction
from reporting.models import LatePermission, Report, WindowRule
from reporting.periods import Period
from reporting.registry import ReportForm, report_form
from reporting.steps import audited, counted_content, lock_among, lock_report, note_step, place_of
from reporting.windows import Window, limit_text

REASON_LENGTHS = range(5, 501)
LONGEST_PERMISSION = timedelta(days=31)


def return_report(*, report_id: int, version: int, reason: str, by: User):
    """Give a report back for correction with a reason; it counts for nothing until it is submitted again."""
    with audited("report.return", by=by, report_id=report_id):
        require(by, Permission.REPORT_RETURN)
        report = lock_report(report_id, by)
        require(by, Permission.REPORT_RETURN, report)
        reason = _reason(reason, "请写明退回原因，指出需要修改的地方（5–500 字）。")
        if report.version != version:
            raise ConflictError("企业刚刚修改并重新上报了本报表，请重新查看后再办理。")
        _give_back(report, reason, by)
        return report


@transaction.atomic
def return_untrue(*, reports: QuerySet, is_untrue: Callable[[dict], bool], reason: str, by: User) -> None:
    """Give back what counts among these reports and what a decision elsewhere made untrue; who decides that
    was asked there whether he may. `is_untrue` judges the content that was handed in last.
    """
    for pk in reports.order_by("enterprise", "pk").values_list("pk", flat=True):
        report = lock_among(Report.objects.alive(), pk)
        content = counted_content(report)
        if content is not None and is_untrue(content):
            _give_back(report, reason, by)


def _give_back(report, reason, by):
    before = counted_content(report)
    report.move(ReportAction.RETURN)
    report.returned_at, report.returned_by, report.return_reason = clock.now(), by, reason
    report.save(update_fields=["status", "returned_at", "returned_by", "return_reason"])
    report.form_class.counted(report, before, None, place=(place_of(report),) * 2)
    note_step(report, ReportAction.RETURN, at=report.returned_at, by=by, note=reason)
    _give_time(report, by)
    title = f"{report.month.label}{report.form_class.title}被退回"
    notify(report.enterprise.staff.all(), title=title, text=reason, url=report.url("edit"))
    record("report.return", report, by=by, summary=str(report), version=report.version)


def _give_time(report, by):
    """A report returned after its window has closed can be mended for a week."""
    at = clock.now()
    standing = standing_of(report.form_class, report.month, report.enterprise, at)
    if standing.phase == Phase.LOCKED and standing.permission is None:
        _grant(report.enterprise, report.form, report.period, at + timedelta(days=7), "退回修改", by, at)


def _reason(text, message):
    text = prose(text)
    if len(text) not in REASON_LENGTHS:
        raise BusinessError(message)
    return text


def _grant(enterprise, form, period, until, note, by, at):
    return LatePermission.objects.create(
        enterprise=enterprise,
        form=form,
        period=period,
        status=LateStatus.GRANTED,
        decided_at=at,
        decided_by=by,
        note=note,
        until=until,
        jurisdiction_code=enterprise.jurisdiction_code,
        division_code=enterprise.division_code,
    )


def _ensure_term(until, at):
    if not at < until <= at + LONGEST_PERMISSION:
        raise BusinessError(f"有效期不得早于今天，最长 {LONGEST_PERMISSION.days - 1} 天。")


@transaction.atomic
def grant_late_permission(
    *, enterprise_id: int, form: str, period: Period, until: datetime, note: str, by: User
) -> LatePermission:
    """Open a closed period for one enterprise until a moment, unasked."""
    require(by, Permission.REPORT_UNLOCK)
    enterprise = get_object_or_404(Enterprise.objects.visible_to(by), pk=enterprise_id)
    form_class, at = report_form(form), clock.now()
    require(by, Permission.REPORT_UNLOCK, LatePermission(enterprise=enterprise))
    if not form_class.concerns(enterprise.types):
        raise BusinessError(f"该企业的类型不填报{form_class.title}。")
    if not form_class.can_be_unlocked:
        raise BusinessError(f"{form_class.title}截止后不能填报或修改，不能开锁。")
    if standing_of(form_class, period, enterprise, at).phase != Phase.LOCKED:
        raise BusinessError("本期还没有锁定，企业可以直接填报，无需开锁。")
    note = _reason(note, "请写明开锁原因（5–500 字）。")
    _ensure_term(until, at)
    permission = _grant(enterprise, form, period.start, until, note, by, at)
    _tell(permission)
    named = {"form": form, "period": str(period), "enterprise": enterprise.pk}
    record("report.unlock", permission, by=by, summary=f"{period.label}{form_class.title}", **named)
    return permission


def decide_late_request(
    *, permission_id: int, is_granted: bool, until: datetime | None, note: str, by: User
) -> LatePermission:
    """Answer an enterprise's request for more time."""
    with audited("report.decide-late", by=by, report_id=None):
        require(by, Permission.REPORT_UNLOCK)
        requests = LatePermission.objects.visible_to(by).select_for_update(of=("self",))
        permission = get_object_or_404(requests.select_related("enterprise"), pk=permission_id)
        require(by, Permission.REPORT_UNLOCK, permission)
        if permission.status != LateStatus.ASKED:
            raise ConflictError("该申请已由他人办理，请刷新后查看。")
        at, note = clock.now(), prose(note)
        if is_granted:
            if not permission.form_class.can_be_unlocked:
                raise BusinessError(f"{permission.form_class.title}截止后不能填报或修改，不能同意补报。")
            _ensure_term(until or at, at)
        elif len(note) not in REASON_LENGTHS:
            raise BusinessError("不同意须写明原因（5–500 字）。")
        permission.status = LateStatus.GRANTED if is_granted else LateStatus.REFUSED
        permission.until = until if is_granted else None
        permission.decided_at, permission.decided_by, permission.note = at, by, note
        permission.save(update_fields=["status", "until", "decided_at", "decided_by", "note"])
        _tell(permission)
        title = f"{permission.month.label}{permission.form_class.title}"
        record("report.decide-late", permission, by=by, summary=title, status=permission.status)
        return permission


def _tell(permission):
    form, period = permission.form_class, permission.month
    if permission.status == LateStatus.GRANTED:
        title = f"已同意补报{period.label}{form.title}"
        text = f"请在{limit_text(permission.until)}前填报，到期自动关闭。"
    else:
        title, text = f"没有同意补报{period.label}{form.title}", permission.note
    notify(permission.enterprise.staff.all(), title=title, text=text, url=_where_next(permission))


def _where_next(permission):
    """Where the enterprise goes on: its report of the period, or the page to begin one."""
    form = permission.form_class
    reports = Report.objects.alive().of(form, permission.month).filter(enterprise=permission.enterprise_id)
    report = reports.first()
    if report is None:
        return reverse(f"{form.namespace}-add")
    return report.url("edit" if permission.status == LateStatus.GRANTED else "detail")


def ensure_window(form: ReportForm, window: Window) -> None:
    """The limits follow each other; those of a form that closes for good are nobody's to move."""
    if reason := form.reason_window_is_fixed:
        raise BusinessError(reason)
    if not window.opens_at < window.due_at <= window.locks_at:
        raise BusinessError("开放时间须早于截止时间，截止时间不得晚于锁定时间。")


@transaction.atomic
def set_window(*, form: str, period: Period, window: Window, reason: str, by: User) -> WindowRule:
    """Set when a form can be filled in for a period: the ministry for all, a province for its own area."""
    require(by, Permission.WINDOW_SET)
    jurisdiction = None
    if by.role != Role.NATION:
        jurisdiction = Jurisdiction.objects.get(pk=by.jurisdiction_id)
    form_class = report_form(form)
    ensure_window(form_class, window)
    rule = WindowRule.objects.create(
        form=form,
        period=period.start,
        jurisdiction=jurisdiction,
        opens_at=window.opens_at,
        due_at=window.due_at,
        locks_at=window.locks_at,
        reason=_reason(reason, "请写明调整期限的原因（5–500 字）。"),
        set_by=by,
    )
    title = f"{period.label}{form_class.title}"
    record("report.window", rule, by=by, summary=title, form=form, period=str(period))
    return rule


def note_export(*, title: str, conditions: str = "", count: int | None = None, by: User) -> None:
    """A workbook that left the system: what it was about, and of lists how many rows."""
    counted = {} if count is None else {"count": count}
    record("report.export", by=by, summary="；".join(filter(None, (title, conditions))), **counted)
