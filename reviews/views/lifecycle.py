"""The authority's steps on a filing besides its decision, and the wishes to be struck off."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Permission
from accounts.permissions import permission_required
from autoflow.common.errors import BusinessError
from autoflow.common.pages import keyset_page
from filing.models import CancellationRequest, Filing
from filing.services import agree_to_cancellation, refuse_cancellation
from filing.versions import standing_version
from reviews import lifecycle


@require_POST
@permission_required(Permission.FILING_SUSPEND)
def suspend(request, filing_id):
    """Stop an enterprise's reporting, with the reason."""
    return _step(request, filing_id, lifecycle.SUSPEND)


@require_POST
@permission_required(Permission.FILING_RESUME)
def resume(request, filing_id):
    """End a suspension."""
    return _step(request, filing_id, lifecycle.RESUME)


@require_POST
@permission_required(Permission.FILING_REVERIFY)
def reverify(request, filing_id):
    """Have a lower body confirm again what it confirmed."""
    return _step(request, filing_id, lifecycle.REVERIFY)


@require_POST
@permission_required(Permission.FILING_REASSIGN)
def reassign(request, filing_id):
    """Give a case under way to another level."""
    return _step(request, filing_id, lifecycle.REASSIGN)


@require_POST
@permission_required(Permission.FILING_CANCEL)
def cancel(request, filing_id):
    """Strike an enterprise off."""
    return _step(request, filing_id, lifecycle.CANCEL)


def _step(request, filing_id, kind):
    """The step, or a page of its own with the reason it was refused and what was written."""
    filing = _filing_of(request, filing_id)
    form = kind.form_for(filing, request.POST)
    error = None
    if form.is_valid():
        try:
            kind.service(enterprise_id=filing.enterprise_id, **form.cleaned_data, by=request.user)
        except BusinessError as refusal:
            error = refusal
        else:
            messages.success(request, kind.done)
            return redirect("reviews:filing-detail", standing_version(filing.enterprise).pk)
    filing = _filing_of(request, filing_id)
    option = kind.option(request.user, filing, form.seen_again(filing.enterprise.revision))
    context = {"filing": filing, "option": option, "options": [option], "refused": [form], "error": error}
    return render(request, "reviews/step_refused.html", context, status=error.status if error else 422)


def _filing_of(request, filing_id):
    filings = Filing.objects.visible_to(request.user).select_related("enterprise")
    return get_object_or_404(filings, pk=filing_id)


@require_safe
@permission_required(Permission.FILING_REVIEW)
def cancellation_list(request):
    """Wishes to be struck off that nobody has answered yet, the oldest first."""
    rows = CancellationRequest.objects.visible_to(request.user).pending().with_list_columns()
    page = keyset_page(rows, keys=("asked_at", "id"), request=request, ascending=True)
    return render(request, "reviews/cancellation_list.html", {"page": page})


@require_safe
@permission_required(Permission.FILING_REVIEW)
def cancellation_detail(request, request_id):
    """One wish: why, where the filing stands, and the answer."""
    return _cancellation_page(request, request_id)


@require_POST
@permission_required(Permission.CANCELLATION_DECIDE)
def cancellation_agree(request, request_id):
    """Strike the enterprise off as it asked."""
    wish = _cancellation_of(request, request_id)
    try:
        agree_to_cancellation(request_id=wish.pk, by=request.user)
    except BusinessError as error:
        return _cancellation_page(request, request_id, error=error)
    messages.success(request, f"已同意注销“{wish.enterprise.name}”的备案，已报数据保留。")
    return redirect("reviews:cancellation-list")


@require_POST
@permission_required(Permission.CANCELLATION_DECIDE)
def cancellation_refuse(request, request_id):
    """Do not agree, with the reason."""
    wish = _cancellation_of(request, request_id)
    form, error = lifecycle.RefuseCancelForm(request.POST), None
    if form.is_valid():
        try:
            refuse_cancellation(request_id=wish.pk, **form.cleaned_data, by=request.user)
        except BusinessError as refusal:
            error = refusal
        else:
            messages.success(request, f"已答复“{wish.enterprise.name}”：不同意注销，企业会看到理由。")
            return redirect("reviews:cancellation-list")
    return _cancellation_page(request, request_id, form=form, error=error)


def _cancellation_of(request, request_id):
    wishes = CancellationRequest.objects.visible_to(request.user)
    return get_object_or_404(wishes.select_related("enterprise", "asked_by", "decided_by"), pk=request_id)


def _cancellation_page(request, request_id, *, form=None, error=None):
    wish = _cancellation_of(request, request_id)
    standing = standing_version(wish.enterprise)
    seen = Filing.objects.visible_to(request.user).filter(pk=standing and standing.pk).first()
    context = {
        "wish": wish,
        "filing": seen,
        "options": lifecycle.answers(request.user, wish, form),
        "error": error,
        "refused": [form] if form else [],
    }
    status = error.status if error else 422 if form else 200
    return render(request, "reviews/cancellation_detail.html", context, status=status)
