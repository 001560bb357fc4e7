"""Reports of an authority's area: what came in, what is missing, one report, giving it back."""

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Permission
from accounts.permissions import can, permission_required
from autoflow.common.errors import BusinessError
from autoflow.common.excel import XLSX
from autoflow.common.pages import keyset_page
from autoflow.common.requests import chosen_id
from newcar.monthly import NewcarMonthly
from reporting import clock, presentation
from reporting.chasing import MOST_CHASED
from reporting.enums import ObligationState
from reporting.models import Obligation, ObligationCount, Report
from reporting.services import chase_owed, note_export, return_report
from reviews import report_page
from reviews.areas import Level
from reviews.completeness import by_place, completeness
from reviews.outliers import outliers
from reviews.report_export import missing_workbook, submitted_workbook
from reviews.report_filters import ReportFilter
from reviews.report_forms import ReturnReportForm
from reviews.report_lists import with_gaps, with_states

MISSING = "missing"


@require_safe
@permission_required(Permission.REPORT_REVIEW)
def report_list(request):
    """Completeness of a form and period, then what was submitted or, on the other tab, what is missing."""
    chosen = ReportFilter(request.GET, request.user, clock.now())
    obligations = Obligation.objects.visible_to(request.user)
    owed = chosen.owed(ObligationCount.objects.visible_to(request.user))
    is_missing = request.GET.get("tab") == MISSING
    if is_missing:
        rows = chosen.missing(obligations).with_list_columns()
        page = keyset_page(rows, keys=("division_code", "id"), request=request, ascending=True)
        with_gaps(page.rows, chosen)
    else:
        rows = chosen.reports(Report.objects.visible_to(request.user)).with_list_columns()
        page = keyset_page(rows, keys=("submitted_at", "id"), request=request)
        with_states(page.rows, chosen)
    context = {
        "chosen": chosen,
        "page": page,
        "is_missing": is_missing,
        "total": completeness(owed),
        "parts": by_place(owed, chosen.area),
        "can_unlock": can(request.user, Permission.REPORT_UNLOCK) and chosen.form.can_be_unlocked,
        "chase_all": _chase_all(chosen),
    }
    return render(request, "reviews/reports/list.html", context)


@require_safe
@permission_required(Permission.REPORT_REVIEW)
def report_outliers(request):
    """核查清单 of the months of new cars; of the nation one authority at a time."""
    query = request.GET.copy()
    query["form"] = NewcarMonthly.key
    chosen = ReportFilter(query, request.user, clock.now())
    is_too_wide = chosen.area.level == Level.NATION
    found, count = ([], 0) if is_too_wide else outliers(request.user, chosen)
    context = {"chosen": chosen, "rows": found, "count": count, "is_too_wide": is_too_wide}
    return render(request, "reviews/reports/outliers.html", context)


def _chase_all(chosen):
    """How the button that reminds everybody on the list asks first."""
    return {
        "title": f"催报{chosen.heading}？",
        "consequence": "向当前条件下还没有上报、现在可以填报的企业发送站内消息，写明截止时间；"
        "今天已催报过的不再发。",
        "url": f"{reverse('reviews:report-chase-all')}?{chosen.here}",
    }


@require_safe
@permission_required(Permission.REPORT_REVIEW)
def report_export(request):
    """The tab as it is narrowed down, every row of it, as a workbook."""
    chosen = ReportFilter(request.GET, request.user, clock.now())
    if request.GET.get("tab") == MISSING:
        word, write, rows = (
            "未报",
            missing_workbook,
            chosen.missing(Obligation.objects.visible_to(request.user)),
        )
    else:
        word, write, rows = (
            "已报",
            submitted_workbook,
            chosen.reports(Report.objects.visible_to(request.user)),
        )
    file, title = write(request.user, chosen, rows), f"{chosen.heading}（{word}）"
    note_export(title=title, conditions=chosen.conditions, count=rows.count(), by=request.user)
    return FileResponse(file, as_attachment=True, filename=f"{title}.xlsx", content_type=XLSX)


@require_POST
@permission_required(Permission.REPORT_CHASE)
def report_chase(request, obligation_id):
    """«催报»: remind one enterprise of what it owes; the address keeps the list one came from."""
    chosen = ReportFilter(request.GET, request.user, clock.now())
    owed = get_object_or_404(Obligation.objects.visible_to(request.user), pk=obligation_id)
    back = chosen.address if owed.state == ObligationState.RETURNED else _missing_tab(chosen)
    return _chase(request, back, owed.form_class, owed.month, [owed.pk])


@require_POST
@permission_required(Permission.REPORT_CHASE)
def report_chase_all(request):
    """«全部催报»: remind everybody the filter finds among those who have not reported."""
    chosen = ReportFilter(request.GET, request.user, clock.now())
    owed = chosen.missing(Obligation.objects.visible_to(request.user))
    ids = list(owed.order_by("pk").values_list("pk", flat=True)[: MOST_CHASED + 1])
    return _chase(request, _missing_tab(chosen), chosen.form, chosen.period, ids)


def _missing_tab(chosen):
    return f"{chosen.here}&tab={MISSING}"


def _chase(request, back, form, period, ids):
    try:
        told, left = chase_owed(form=form.key, period=period, obligation_ids=ids, by=request.user)
    except BusinessError as error:
        messages.warning(request, str(error))
    else:
        rest = f"其余 {left} 家今天已催报过或现在不能填报，没有再发。" if left else ""
        messages.success(request, f"已催报 {told} 家，企业会收到站内消息。{rest}")
    return redirect(f"{reverse('reviews:report-list')}?{back}")


@require_safe
@permission_required(Permission.REPORT_REVIEW)
def report_detail(request, report_id):
    """One report as it was submitted last, or the version the address names."""
    return _page(request, _report_of(request, report_id))


@require_safe
@permission_required(Permission.REPORT_REVIEW)
def report_print(request, report_id):
    """The version on the page as a form on A4."""
    report = _report_of(request, report_id)
    context = presentation.sheet(report, clock.now(), chosen_id(request, "version"))
    back_url = reverse("reviews:report-detail", args=[report.pk])
    return render(request, "reporting/print.html", context | {"back_url": back_url})


@require_POST
@permission_required(Permission.REPORT_RETURN)
def report_return(request, report_id):
    """Give the version that was read back with a reason; what was written stays when it is refused."""
    report = _report_of(request, report_id)
    form = ReturnReportForm(request.POST)
    if not form.is_valid():
        return _page(request, report, form=form)
    try:
        return_report(report_id=report.pk, **form.cleaned_data, by=request.user)
    except BusinessError as error:
        return _page(request, _report_of(request, report_id), form=form, error=error)
    messages.success(request, f"已退回“{report.enterprise.name}”的{report}，企业会看到退回原因。")
    return redirect("reviews:report-detail", report.pk)


def _report_of(request, report_id):
    reports = Report.objects.visible_to(request.user)
    related = reports.select_related("enterprise", "submitted_by", "returned_by")
    return get_object_or_404(related, pk=report_id)


def _page(request, report, *, form=None, error=None):
    chosen = chosen_id(request, "version"), chosen_id(request, "against")
    context = report_page.page(report, request.user, clock.now(), *chosen)
    latest = context["versions"][0].number
    context |= {
        "form": _with_version(form, latest) if form else ReturnReportForm(initial={"version": latest}),
        "error": error,
        "detail_url": reverse("reviews:report-detail", args=[report.pk]),
        "print_url": reverse("reviews:report-print", args=[report.pk]),
    }
    status = error.status if error else 422 if form else 200
    return render(request, "reviews/reports/detail.html", context, status=status)


def _with_version(form, latest):
    """The same words again, now on the version the page shows."""
    form.data = form.data.copy()
    form.data["version"] = latest
    return form
