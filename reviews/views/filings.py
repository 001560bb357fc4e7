"""The authority's work on filings: the work list, the review page, confirming and returning."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Permission
from accounts.permissions import can, decide, permission_required
from autoflow.common.codes import enterprise_types
from autoflow.common.errors import BusinessError
from autoflow.common.pages import keyset_page
from filing.enums import AWAITING, FilingStatus
from filing.models import Filing, FilingEvent
from filing.presentation import changes, images, sections
from filing.sections import IMAGES
from filing.services import confirm_filing, findings_of, return_filing
from reviews.filters import FilingFilter
from reviews.forms import ReturnForm
from reviews.lifecycle import other_actions
from reviews.queues import deadline_text, latest_versions, next_waiting, waiting_for, with_ages

RELATED = (*IMAGES, "enterprise", "resident_market", "submitted_by", "decided_by")


@require_safe
@permission_required(Permission.FILING_REVIEW)
def start(request):
    """An authority's work begins with filings."""
    return redirect("reviews:filing-list")


@require_safe
@permission_required(Permission.FILING_REVIEW)
def filing_list(request):
    """What waits for me, longest first; or everything of my area, newest first."""
    confirms = can(request.user, Permission.FILING_CONFIRM)
    is_queue = confirms and request.GET.get("tab") != "all"
    chosen = FilingFilter(request.GET)
    rows = waiting_for(request.user) if is_queue else latest_versions(request.user)
    rows = chosen.apply(rows).with_list_columns()
    page = keyset_page(rows, keys=("submitted_at", "id"), request=request, ascending=is_queue)
    with_ages(page.rows)
    context = {"page": page, "chosen": chosen, "is_queue": is_queue, "confirms": confirms}
    return render(request, "reviews/filing_list.html", context)


@require_safe
@permission_required(Permission.FILING_REVIEW)
def filing_detail(request, filing_id):
    """One filing: what changed, everything it says, its images, its history, and the decision."""
    return _review_page(request, _filing_of(request, filing_id))


@require_POST
@permission_required(Permission.FILING_CONFIRM)
def filing_confirm(request, filing_id):
    """Confirm the version on the page, then go on to the next one."""
    filing = _filing_of(request, filing_id)
    content_hash = request.POST.get("content_hash", "")
    try:
        confirm_filing(filing_id=filing.pk, content_hash=content_hash, by=request.user)
    except BusinessError as error:
        return _review_page(request, _filing_of(request, filing_id), error=error)
    return _go_on(
        request, filing, f"已确认“{filing.enterprise_name}”的备案，企业已可打印备案信息表并开始填报。"
    )


@require_POST
@permission_required(Permission.FILING_CONFIRM)
def filing_return(request, filing_id):
    """Return the version on the page with reason and items; what was written stays when it is refused."""
    filing = _filing_of(request, filing_id)
    form = ReturnForm(request.POST, filing=filing)
    if not form.is_valid():
        return _review_page(request, filing, form=form)
    content_hash = request.POST.get("content_hash", "")
    try:
        return_filing(filing_id=filing.pk, content_hash=content_hash, **form.cleaned_data, by=request.user)
    except BusinessError as error:
        return _review_page(request, _filing_of(request, filing_id), form=form, error=error)
    return _go_on(request, filing, f"已退回“{filing.enterprise_name}”的备案，企业会看到退回原因。")


def _filing_of(request, filing_id):
    filings = Filing.objects.visible_to(request.user).select_related(*RELATED)
    return get_object_or_404(filings, pk=filing_id)


def _go_on(request, filing, done):
    following = next_waiting(request.user, filing)
    if following is None:
        messages.success(request, f"{done}没有其他待您确认的备案了。")
        return redirect("reviews:filing-list")
    messages.success(request, f"{done}下一件：{following.enterprise_name}。")
    return redirect("reviews:filing-detail", following.pk)


def _review_page(request, filing, *, form=None, error=None):
    with_ages([filing])
    form = form or ReturnForm(filing=filing)
    versions = Filing.objects.visible_to(request.user).filter(enterprise=filing.enterprise)
    context = {
        "filing": filing,
        "form": form,
        "error": error,
        "ticked": form.data.getlist("fields") if form.is_bound else [],
        "decision": decide(request.user, Permission.FILING_CONFIRM, filing),
        "due": deadline_text(filing.due_at),
        "findings_found": findings_of(filing) if filing.status in AWAITING else [],
        "images": images(filing),
        "following": next_waiting(request.user, filing) if filing.status in AWAITING else None,
        **_content(filing, versions),
        "other": other_actions(request.user, filing),
        "history": _history(versions),
        "versions": versions.exclude(pk=filing.pk).order_by("-version"),
    }
    status = error.status if error else 422 if form.errors else 200
    return render(request, "reviews/filing_detail.html", context, status=status)


def _content(filing, versions):
    """Everything the filing says, and against the version in force what it says differently."""
    in_force = None
    if filing.status in (*AWAITING, FilingStatus.RETURNED):
        in_force = versions.filter(is_in_force=True).exclude(pk=filing.pk).select_related(*RELATED).first()
    found = changes(in_force, filing) if in_force else []
    return {
        "in_force": in_force,
        "changes": found,
        "changed": {change.identifier for change in found},
        "sections": [part for part in sections(filing) if part.key != "images"],
        "type_names": [enterprise_types()[code].name for code in filing.enterprise_types],
    }


def _history(versions):
    """What happened to all versions, newest first."""
    events = FilingEvent.objects.filter(filing__in=versions).select_related("by", "filing")
    return [
        {
            "title": f"第 {event.filing.version} 版 {event.get_action_display()}",
            "at": event.at,
            "by": str(event.by),
            "note": event.note,
        }
        for event in events.order_by("-id")
    ]
