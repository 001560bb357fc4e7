"""Requests to correct trades of locked months."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Permission, Role
from accounts.permissions import permission_required
from autoflow.common.errors import BusinessError
from autoflow.common.pages import keyset_page
from autoflow.common.text import normalise
from usedcar.enums import CorrectionStatus
from usedcar.models import Correction
from usedcar.services import decide_correction


@require_safe
@permission_required(Permission.REPORT_UNLOCK)
def correction_list(request):
    """The requests of the area, those that wait first to be seen."""
    return _page(request)


@require_POST
@permission_required(Permission.REPORT_UNLOCK)
def correction_decide(request, correction_id):
    """Grant or refuse a request."""
    correction = get_object_or_404(Correction.objects.visible_to(request.user), pk=correction_id)
    is_granted = request.POST.get("decision") == "grant"
    answer = normalise(request.POST.get("answer", ""))
    try:
        decide_correction(correction_id=correction.pk, is_granted=is_granted, answer=answer, by=request.user)
    except BusinessError as error:
        return _page(request, error=error)
    messages.success(
        request, f"已{'同意' if is_granted else '不同意'} {correction.vin} 的更正申请，已通知企业。"
    )
    return redirect("reviews:correction-list")


def _page(request, *, error=None):
    rows = Correction.objects.visible_to(request.user).with_list_columns()
    if is_waiting := "all" not in request.GET:
        rows = rows.filter(status=CorrectionStatus.ASKED)
    page = keyset_page(rows, keys=("id",), request=request)
    for row in page.rows:
        row.is_waiting = row.status == CorrectionStatus.ASKED
        row.can_decide = request.user.role != Role.COUNTY or row.is_of_county
    context = {"page": page, "error": error, "is_waiting": is_waiting}
    return render(request, "reviews/correction_list.html", context, status=error.status if error else 200)
