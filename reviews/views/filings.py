"""The authority's work list, the page of one filing, and two versions side by side."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.enums import Permission
from accounts.permissions import can, permission_required
from autoflow.common.pages import keyset_page
from autoflow.common.requests import chosen_id
from filing.models import Filing
from filing.sections import IMAGES
from reviews.comparison import differences
from reviews.filters import FilingFilter
from reviews.queues import chosen_tab, count_text, sizes_of, tabs_for, with_ages, with_own_marks
from reviews.review_page import RELATED, review_context


@require_safe
@permission_required(Permission.FILING_REVIEW)
def start(request):
    """An authority's work begins with filings."""
    return redirect("reviews:filing-list")


@require_safe
@permission_required(Permission.FILING_REVIEW)
def filing_list(request):
    """The heaps of the work list: queues longest waiting first, the others newest first."""
    tabs = tabs_for(request.user)
    tab = chosen_tab(tabs, request.GET.get("tab"))
    chosen = FilingFilter(request.GET, request.user)
    rows = chosen.apply(tab.rows(request.user)).with_list_columns()
    sizes = sizes_of(tabs, request.user)
    count = None if chosen.labels() else sizes[tab.key]
    page = keyset_page(
        rows, keys=("submitted_at", "id"), request=request, ascending=tab.is_queue, count=count
    )
    with_ages(page.rows)
    can_claim = can(request.user, Permission.FILING_CONFIRM) and tab.key in {"mine", "overdue", "asked"}
    if can_claim:
        with_own_marks(page.rows, request.user)
    context = {
        "page": page,
        "chosen": chosen,
        "tab": tab,
        "tabs": [(each, count_text(sizes[each.key])) for each in tabs],
        "clear_url": f"{request.path}?tab={tab.key}",
        "empty_title": f"“{tab.label}”中没有备案",
        "can_claim": can_claim,
    }
    return render(request, "reviews/filing_list.html", context)


@require_safe
@permission_required(Permission.FILING_REVIEW)
def filing_detail(request, filing_id):
    """One filing: what changed, everything it says, its images, its history, and the decision."""
    return review_page(request, filing_of(request, filing_id))


@require_safe
@permission_required(Permission.FILING_REVIEW)
def filing_compare(request, filing_id):
    """Any two versions of one enterprise, the older one first."""
    filing = filing_of(request, filing_id)
    versions = Filing.objects.visible_to(request.user).filter(enterprise=filing.enterprise)
    chosen = {chosen_id(request, name) for name in ("one", "other")} - {None}
    found = list(
        versions.filter(version__in=chosen).select_related(*IMAGES, "resident_market").order_by("version")
    )
    if len(found) != len(chosen):
        raise Http404
    context = {
        "filing": filing,
        "versions": versions.order_by("-version"),
        "pair": found,
        "changes": differences(*found) if len(found) == 2 else [],
        "titles": [f"第 {version.version} 版" for version in found],
    }
    return render(request, "reviews/filing_compare.html", context)


def filing_of(request, filing_id):
    filings = Filing.objects.visible_to(request.user).select_related(*RELATED).with_holder()
    return get_object_or_404(filings, pk=filing_id)


def review_page(request, filing, *, form=None, error=None):
    """The page of one filing, also when a step on it was refused."""
    context = review_context(request.user, filing, form=form, error=error)
    status = error.status if error else 422 if context["form"].errors else 200
    return render(request, "reviews/filing_detail.html", context, status=status)
