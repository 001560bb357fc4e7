"""The enterprise's pages of every report form: calendar, list, choice of period, the report, its editor,
deletion.
"""

import io

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.permissions import decide, permission_required
from autoflow.common.errors import BusinessError
from autoflow.common.excel import XLSX
from autoflow.common.pages import keyset_page
from autoflow.common.requests import chosen_id
from filing.permissions import enterprise_of
from reporting import calendar, clock, explanations, presentation, services, workbooks
from reporting.deadlines import periods_to_add, reason_not_to_fill, standing_of
from reporting.forms import DeleteForm, LateRequestForm
from reporting.models import Report
from reporting.periods import Period
from reporting.registry import report_form

UPLOAD, PASTE = "upload", "paste"


def _report_of(request, form, report_id):
    reports = Report.objects.visible_to(request.user).of(report_form(form))
    return get_object_or_404(
        reports.select_related("enterprise", "submitted_by", "returned_by"), pk=report_id
    )


@require_safe
@permission_required(Permission.REPORT_VIEW)
def report_calendar(request):
    """Everything this enterprise owes, with deadlines, states and whom to ask."""
    enterprise, at = enterprise_of(request.user), clock.now()
    return render(request, "reporting/calendar.html", calendar.page(request.user, enterprise, at))


@require_safe
@permission_required(Permission.REPORT_VIEW)
def report_list(request, form):
    """The reports of one form, newest first, with what can be done to each."""
    form_class, enterprise = report_form(form), enterprise_of(request.user)
    reports = Report.objects.visible_to(request.user).of(form_class).with_list_columns()
    page = keyset_page(reports, keys=("period", "id"), request=request)
    presentation.with_standings(page.rows, enterprise, clock.now())
    context = {
        "form_class": form_class,
        "page": page,
        "reason": reason_not_to_fill(form_class, enterprise),
        "add_url": reverse(f"{form_class.namespace}-add"),
    }
    return render(request, "reporting/list.html", context)


@require_http_methods(["GET", "POST"])
@permission_required(Permission.REPORT_EDIT)
def report_add(request, form):
    """Choose the period; only those open to this enterprise are offered."""
    form_class, enterprise = report_form(form), enterprise_of(request.user)
    if request.method == "POST":
        period = Period.parse(request.POST.get("period", ""), form_class.period_kind)
        try:
            if period is None:
                raise BusinessError("请选择报告期。")
            return _begin(request, form_class, period)
        except BusinessError as error:
            return _add_page(request, form_class, enterprise, error=error)
    return _add_page(request, form_class, enterprise)


def _begin(request, form, period):
    if request.POST.get("action") == "nil":
        report = services.file_nil_return(form=form.key, period=period, by=request.user)
        messages.success(request, f"{period.label}{form.title}已按“本月无业务”上报。")
        return redirect(report.url())
    report = services.start_report(form=form.key, period=period, by=request.user)
    return redirect(report.url("edit"))


def _add_page(request, form, enterprise, error=None):
    at = clock.now()
    reason = reason_not_to_fill(form, enterprise)
    context = {
        "form_class": form,
        "standings": [] if reason else periods_to_add(form, enterprise, at),
        "closed": [] if reason else presentation.closed_periods(form, enterprise, at),
        "reason": reason,
        "error": error,
        "late_form": LateRequestForm(),
        "list_url": reverse(f"{form.namespace}-list"),
        "late_url": reverse(f"{form.namespace}-late"),
        "action_url": reverse(f"{form.namespace}-add"),
    }
    return render(request, "reporting/add.html", context, status=error.status if error else 200)


@require_safe
@permission_required(Permission.REPORT_VIEW)
def report_detail(request, form, report_id):
    """One report as it was submitted last, with its history and what may be done now."""
    return _detail_page(request, _report_of(request, form, report_id))


def _detail_page(request, report, status=200, **forms):
    chosen = chosen_id(request, "version"), chosen_id(request, "against")
    context = presentation.page(report, clock.now(), *chosen)
    context |= {
        "edit_decision": decide(request.user, Permission.REPORT_EDIT, report),
        "unlock": presentation.unlocking(report, context["standing"]),
        "detail_url": report.url(),
        "workbook_url": report.url("workbook"),
        "print_url": report.url("print"),
        "delete_form": DeleteForm(),
        "late_form": LateRequestForm(),
    }
    return render(request, "reporting/detail.html", context | forms, status=status)


@require_safe
@permission_required(Permission.REPORT_VIEW)
def report_print(request, form, report_id):
    """The version on the page as a form on A4, ready to sign and seal."""
    report = _report_of(request, form, report_id)
    context = presentation.sheet(report, clock.now(), chosen_id(request, "version"))
    return render(request, "reporting/print.html", context | {"back_url": report.url()})


@require_http_methods(["GET", "POST"])
@permission_required(Permission.REPORT_EDIT)
def report_edit(request, form, report_id):
    """The editor: what is stored, or what was posted with a message at each control that needs one."""
    report = _report_of(request, form, report_id)
    if request.method == "POST":
        return _post(request, report)
    decision = decide(request.user, Permission.REPORT_EDIT, report)
    if not decision:
        messages.info(request, decision.reason)
        return redirect(report.url())
    return _edit_page(request, report.form_class.editor(report))


def _post(request, report):
    action = request.POST.get("action", "save")
    data = request.POST
    if action in (UPLOAD, PASTE):
        data = data.copy()
        data.pop("nil_return", None)  # who brings rows has business
    editor = report.form_class.editor(report, data, request.FILES)
    try:
        with transaction.atomic():
            editor = _from_workbook(request, report, data) if action == UPLOAD else editor.act(request.user)
            editor.keep(_save(request, editor))
    except BusinessError as error:
        return _refused(request, editor, error, action)
    if action == "autosave":
        return JsonResponse(presentation.saved(editor))
    if not editor.is_valid():
        messages.warning(request, "标出的各项没有保存，请修改；其余内容已保存为草稿。")
        return _edit_page(request, editor, status=422)
    if action == "submit":
        return _submit(request, editor)
    return _kept(request, editor, action)


def _from_workbook(request, report, data):
    """The page as a filled workbook says; what the file does not hold stays as it was posted."""
    tables, data = report.form_class.editor(report).tables, data.copy()
    for name, text in workbooks.posted_from(request.FILES.get("workbook"), report, tables).items():
        data[name] = text
    data["action"] = "uploaded"  # the rows of the file, not those of the page
    return report.form_class.editor(report, data)


def _save(request, editor):
    return services.save_report(
        report_id=editor.report.pk,
        revision=editor.revision,
        values=editor.values,
        content=editor.content,
        reasons=explanations.posted(request.POST),
        by=request.user,
    )


def _kept(request, editor, action):
    """After saving: rows that came in at once show at their cells what must still be mended."""
    if action in (UPLOAD, PASTE):
        stopping = [found for found in services.findings_of(editor.report) if found.stops]
        messages.success(request, "已填入并保存为草稿，请核对。")
        if stopping:
            editor.add_findings(stopping)
            return _edit_page(request, editor, status=422)
    elif editor.told:
        messages.success(request, editor.told)
    elif action == "save":
        messages.success(request, "草稿已保存。核对无误后请上报。")
    return redirect(editor.report.url("edit"))


def _submit(request, editor):
    try:
        report = services.submit_report(
            report_id=editor.report.pk, revision=editor.report.revision, by=request.user
        )
    except BusinessError as error:
        editor.add_findings([found for found in error.findings if found.stops])
        return _refused(request, editor, error)
    late = "（逾期）" if report.is_late else ""
    messages.success(request, f"{report}已上报{late}。锁定前如需更正，可直接修改后重新上报。")
    return redirect(report.url())


def _refused(request, editor, error, action=""):
    if action == "autosave":
        return JsonResponse({"message": str(error)}, status=error.status)
    editor.header.add_error(None, str(error))
    return _edit_page(request, editor, status=error.status)


def _edit_page(request, editor, status=200):
    report, findings = editor.report, services.findings_of(editor.report)
    context = {
        "editor": editor,
        "report": report,
        "form_class": report.form_class,
        "standing": standing_of(report.form_class, report.month, report.enterprise, clock.now()),
        "reasons": presentation.reasons(report, findings),
        "errors": presentation.first_errors(findings),
        "edit_url": report.url("edit"),
        "workbook_url": report.url("workbook"),
        "list_url": reverse(f"{report.form_class.namespace}-list"),
    }
    return render(request, report.form_class.edit_template, context, status=status)


@require_safe
@permission_required(Permission.REPORT_VIEW)
def report_workbook(request, form, report_id):
    """The report as it is stored, as a workbook to fill in or to keep."""
    report = _report_of(request, form, report_id)
    file = io.BytesIO(workbooks.workbook_of(report, report.form_class.editor(report).tables))
    return FileResponse(file, as_attachment=True, filename=f"{report}.xlsx", content_type=XLSX)


@require_POST
@permission_required(Permission.REPORT_EDIT)
def report_delete(request, form, report_id):
    """Delete a report that is not locked; one that was submitted asks for a reason."""
    report = _report_of(request, form, report_id)
    try:
        services.delete_report(report_id=report.pk, reason=request.POST.get("reason", ""), by=request.user)
    except BusinessError as error:
        messages.warning(request, str(error))
        return _detail_page(request, report, error.status, delete_form=DeleteForm(request.POST))
    messages.success(request, f"{report}已删除。")
    return redirect(f"{report.form_class.namespace}-list")


@require_POST
@permission_required(Permission.REPORT_EDIT)
def late_request(request, form):
    """Ask the authority to open a closed period: for a report that was missed, or to correct a locked one."""
    form_class, enterprise = report_form(form), enterprise_of(request.user)
    period = Period.parse(request.POST.get("period", ""), form_class.period_kind)
    report = _locked_report(request, form_class, period)
    try:
        if period is None:
            raise BusinessError("请选择报告期。")
        services.ask_late_permission(
            form=form, period=period, reason=request.POST.get("reason", ""), by=request.user
        )
    except BusinessError as error:
        if report is None:
            return _add_page(request, form_class, enterprise, error=error)
        late_form = LateRequestForm(request.POST)
        late_form.add_error("reason", str(error))
        return _detail_page(request, report, error.status, late_form=late_form)
    verb = "补报" if report is None else "修改"
    messages.success(request, f"已申请{verb}{period.label}{form_class.title}，主管部门办理后会通知您。")
    return redirect(report.url()) if report else redirect(f"{form_class.namespace}-add")


def _locked_report(request, form, period):
    """The report of the period that was handed in, if there is one."""
    if period is None:
        return None
    reports = Report.objects.visible_to(request.user).of(form, period).exclude(submitted_at=None)
    return reports.select_related("enterprise", "submitted_by", "returned_by").first()
