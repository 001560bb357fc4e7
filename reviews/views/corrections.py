"""Requests about trades: to correct those of locked months, to report a third short sale of a person."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Permission, Role
from accounts.permissions import permission_required
from autoflow.common.errors import BusinessError
from autoflow.common.pages import keyset_page
from autoflow.common.text import prose
from usedcar.enums import CorrectionStatus
from usedcar.models import Correction, Release
from usedcar.services import decide_correction, decide_release


@require_safe
@permission_required(Permission.REPORT_UNLOCK)
def correction_list(request):
    """The requests of the area, those that wait first to be seen."""
    return _page(request, Correction)


@require_POST
@permission_required(Permission.REPORT_UNLOCK)
def correction_decide(request, correction_id):
    """Grant or refuse a correction."""
    correction = get_object_or_404(Correction.objects.visible_to(request.user), pk=correction_id)
    try:
        decide_correction(correction_id=correction.pk, **_decision(request), by=request.user)
    except BusinessError as error:
        return _page(request, Correction, error=error)
    messages.success(request, f"已办理 {correction.vin} 的更正申请，已通知企业。")
    return redirect("reviews:correction-list")


@require_safe
@permission_required(Permission.REPORT_UNLOCK)
def release_list(request):
    """Third short sales to look into (T-062), those that wait first to be seen."""
    return _page(request, Release)


@require_POST
@permission_required(Permission.REPORT_UNLOCK)
def release_decide(request, release_id):
    """Let the sale be reported once, or refuse."""
    release = get_object_or_404(Release.objects.visible_to(request.user), pk=release_id)
    try:
        decide_release(release_id=release.pk, **_decision(request), by=request.user)
    except BusinessError as error:
        return _page(request, Release, error=error)
    messages.success(request, f"已办理 {release.vin} 的核实申请，已通知企业。")
    return redirect("reviews:release-list")


def _decision(request):
    answer = prose(request.POST.get("answer", ""))
    return {"is_granted": request.POST.get("decision") == "grant", "answer": answer}


def _page(request, model, *, error=None):
    rows = model.objects.visible_to(request.user).with_list_columns()
    if is_waiting := "all" not in request.GET:
        rows = rows.filter(status=CorrectionStatus.ASKED)
    page = keyset_page(rows, keys=("id",), request=request)
    for row in page.rows:
        row.is_waiting = row.status == CorrectionStatus.ASKED
        row.can_decide = request.user.role != Role.COUNTY or row.is_of_county
    context = {"page": page, "error": error, "is_waiting": is_waiting, "is_release": model is Release}
    return render(request, "reviews/correction_list.html", context, status=error.status if error else 200)
