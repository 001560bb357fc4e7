"""What an enterprise does with a report: begin, keep, hand in, hand in again, delete, ask for more time."""

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.checks import Finding, required, rules
from autoflow.common.errors import BusinessError, ConflictError
from autoflow.common.text import normalise, prose
from filing.models import Enterprise
from reporting import clock
from reporting.deadlines import effective_from, reason_closed, reason_not_to_fill, standing_of
from reporting.enums import ReportAction
from reporting.explanations import key_of, unexplained
from reporting.models import LatePermission, Obligation, Report, ReportFinding, ReportVersion
from reporting.periods import Period
from reporting.registry import report_form
from reporting.steps import (
    audited,
    closed_is_conflict,
    counted_content,
    digest,
    ensure_current,
    ensure_open,
    exists_message,
    link_obligation,
    lock_report,
    note_step,
    place_of,
)

REASON_LENGTHS = range(5, 501)
PREPARER = {"preparer_name": "填表人", "preparer_phone": "填表人电话"}
WRITE_REASON = "请填写原因（5–500 字）。"


def start_report(*, form: str, period: Period, by: User) -> Report:
    """Begin the report of a period that is open for this enterprise and has none yet."""
    with audited("report.start", by=by, report_id=None):
        require(by, Permission.REPORT_EDIT)
        enterprise = get_object_or_404(Enterprise.objects.visible_to(by).select_for_update(of=("self",)))
        form_class = report_form(form)
        _ensure_may_begin(form_class, period, enterprise)
        report = Report(
            enterprise=enterprise,
            form=form,
            period=period.start,
            usual_locks_at=form_class.default_window(period).locks_at,
            preparer_name=by.display_name or by.username,
            preparer_phone=by.phone,
            jurisdiction_code=enterprise.jurisdiction_code,
            division_code=enterprise.division_code,
            created_by=by,
        )
        try:
            with transaction.atomic():
                report.save()
        except IntegrityError as error:
            raise BusinessError(exists_message(report)) from error
        link_obligation(report)
        note_step(report, ReportAction.START, at=clock.now(), by=by)
        record("report.start", report, by=by, form=form, period=str(period))
        return report


def _ensure_may_begin(form, period, enterprise):
    if reason := reason_not_to_fill(form, enterprise):
        raise BusinessError(reason)
    since = effective_from(enterprise)
    if since is None or Period.of_day(since.start, form.period_kind) > period:
        raise BusinessError(rules()["N-003"].message)
    at = clock.now()
    if reason := reason_closed(standing_of(form, period, enterprise, at), enterprise):
        raise ConflictError(reason)
    clock.tell_database(at)


@closed_is_conflict()
@transaction.atomic
def save_report(
    *, report_id: int, revision: int, values: dict, content: dict | None, reasons: dict, by: User
) -> Report:
    """Keep what was typed: header `values`, `content` of the form (None leaves it), reasons for warnings."""
    require(by, Permission.REPORT_EDIT)
    report = lock_report(report_id, by)
    ensure_open(report, clock.now())
    ensure_current(report, revision)
    cleaned = {"nil_return": bool, "preparer_name": normalise, "preparer_phone": normalise, "note": prose}
    for name, clean in cleaned.items():
        if name in values:
            setattr(report, name, clean(values[name]))
    if report.nil_return:
        content = {}
    if content is not None:
        report.form_class.write(report, content)
    _sum_up(report)
    report.revision += 1
    report.has_unsubmitted_changes = report.is_submitted
    report.save()
    _keep_findings(report, findings_of(report), reasons)
    record("report.save", report, by=by, revision=report.revision)
    return report


def _sum_up(report):
    figures = report.form_class.figures(report.form_class.read(report))
    report.line_count, report.qty, report.amount = figures["line_count"], figures["qty"], figures["amount"]


def findings_of(report: Report) -> list[Finding]:
    """What the rules say about a report as it is stored now."""
    found = [required(name, label) for name, label in PREPARER.items() if not getattr(report, name)]
    return [*found, *report.form_class.check(report, report.form_class.read(report))]


def _keep_findings(report, found, reasons):
    """The warnings of what was saved, each with the reason given before or now."""
    kept = {row.key: (row.reason_code, row.reason_text) for row in report.findings.all()}
    kept |= reasons
    asking = {key_of(item): item for item in found if item.asks}
    report.findings.all().delete()
    ReportFinding.objects.bulk_create(
        ReportFinding(
            report=report,
            rule=item.rule,
            field=item.field[:60],
            severity=item.severity,
            message=item.message[:300],
            reason_code=kept.get(key, ("", ""))[0],
            reason_text=kept.get(key, ("", ""))[1],
        )
        for key, item in asking.items()
    )


def submit_report(*, report_id: int, revision: int, by: User) -> Report:
    """Hand in what is stored: checked, explained, kept word for word as the next version."""
    with audited("report.submit", by=by, report_id=report_id):
        require(by, Permission.REPORT_EDIT)
        report = lock_report(report_id, by)
        at = clock.now()
        ensure_open(report, at)
        ensure_current(report, revision)
        findings = _ensure_right(report)
        before, place = counted_content(report), place_of(report)
        action = ReportAction.CHANGE if report.is_submitted else ReportAction.SUBMIT
        report.move(action)
        _hand_in(report, at=at, by=by)
        version = _keep_version(report, findings)
        report.form_class.counted(report, before, version.content, place=(place, place_of(report)))
        note_step(report, action, at=at, by=by)
        record("report.submit", report, by=by, version=report.version, is_late=version.is_late)
        return report


def _ensure_right(report):
    """The warnings that were explained, as they are kept with the version."""
    found = findings_of(report)
    stopping = [item for item in found if item.stops]
    if stopping:
        raise BusinessError(f"还有 {len(stopping)} 处错误需要修改，报表没有上报。", findings=found)
    given = {row.key: (row.reason_code, row.reason_text) for row in report.findings.all()}
    open_ones = unexplained(found, given, report.note)
    if open_ones:
        message = f"还有 {len(open_ones)} 条警告没有说明原因，报表没有上报。请逐条选择原因并写明情况。"
        raise BusinessError(message, findings=found)
    asking = {key_of(item): item for item in found if item.asks}
    report.warning_count = len(asking)
    return [_explained(item, *given.get(key, ("", ""))) for key, item in asking.items()]


def _explained(found, code, text):
    said = {"rule": found.rule, "field": found.field, "severity": found.severity, "message": found.message}
    return {**said, "reason_code": code, "reason_text": text}


def _hand_in(report, *, at, by):
    """The first submission decides whether a report is late; a returned one keeps that."""
    if report.submitted_at is None:
        standing = standing_of(report.form_class, report.month, report.enterprise, at)
        report.is_late = standing.is_late
    report.version += 1
    report.revision += 1
    report.submitted_at, report.submitted_by = at, by
    report.has_unsubmitted_changes = False
    report.jurisdiction_code = report.enterprise.jurisdiction_code
    report.division_code = report.enterprise.division_code
    report.save()


def _keep_version(report, findings):
    content = report.form_class.read(report)
    standing = standing_of(report.form_class, report.month, report.enterprise, report.submitted_at)
    return ReportVersion.objects.create(
        report=report,
        number=report.version,
        content=content,
        sha256=digest(content),
        nil_return=report.nil_return,
        warning_count=report.warning_count,
        findings=findings,
        note=report.note,
        preparer_name=report.preparer_name,
        preparer_phone=report.preparer_phone,
        submitted_at=report.submitted_at,
        submitted_by=report.submitted_by,
        is_late=standing.is_late,
    )


@transaction.atomic
def file_nil_return(*, form: str, period: Period, by: User) -> Report:
    """A nil return in one step: begun, marked and handed in together, or not at all."""
    report = start_report(form=form, period=period, by=by)
    if not report.form_class.has_nil_return:
        raise BusinessError(f"{report.form_class.title}没有零报告，请填写各项指标。")
    report = save_report(
        report_id=report.pk, revision=0, values={"nil_return": True}, content={}, reasons={}, by=by
    )
    return submit_report(report_id=report.pk, revision=report.revision, by=by)


def delete_report(*, report_id: int, reason: str, by: User) -> Report:
    """Take a report back before it is locked; what was submitted stays in its versions."""
    with audited("report.delete", by=by, report_id=report_id):
        require(by, Permission.REPORT_EDIT)
        report = lock_report(report_id, by)
        ensure_open(report, clock.now())
        reason = prose(reason)
        if report.submitted_at is not None and len(reason) not in REASON_LENGTHS:
            raise BusinessError(f"删除已上报的报表须写明原因。{WRITE_REASON}")
        before = counted_content(report)
        report.deleted_at, report.deleted_by, report.delete_reason = clock.now(), by, reason
        report.save(update_fields=["deleted_at", "deleted_by", "delete_reason"])
        Obligation.objects.filter(report=report).update(report=None)
        report.form_class.counted(report, before, None, place=(place_of(report),) * 2)
        note_step(report, ReportAction.DELETE, at=report.deleted_at, by=by, note=reason)
        record("report.delete", report, by=by, status=report.status)
        return report


def ask_late_permission(*, form: str, period: Period, reason: str, by: User) -> LatePermission:
    """Ask the authority to open a closed period for one's own enterprise."""
    with audited("report.ask-late", by=by, report_id=None):
        require(by, Permission.REPORT_EDIT)
        enterprise = get_object_or_404(Enterprise.objects.visible_to(by))
        form_class = report_form(form)
        if blocked := reason_not_to_fill(form_class, enterprise):
            raise BusinessError(blocked)
        standing = standing_of(form_class, period, enterprise, clock.now())
        if not form_class.can_be_unlocked:
            raise BusinessError(reason_closed(standing, enterprise) or "年报截止后不能补报。")
        if standing.is_open:
            raise BusinessError("本期现在就可以填报，无需申请。")
        reason = prose(reason)
        if len(reason) not in REASON_LENGTHS:
            raise BusinessError(f"请写明申请原因。{WRITE_REASON}")
        permission = LatePermission(
            enterprise=enterprise,
            form=form,
            period=period.start,
            asked_at=clock.now(),
            asked_by=by,
            ask_reason=reason,
            jurisdiction_code=enterprise.jurisdiction_code,
            division_code=enterprise.division_code,
        )
        try:
            with transaction.atomic():
                permission.save()
        except IntegrityError as error:
            raise BusinessError("本期已有一份申请在办理，请等待主管部门答复。") from error
        record("report.ask-late", permission, by=by, form=form, period=str(period))
        return permission
