"""Confirming a pile: first the names on one page, then a page of results that stays."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Permission
from accounts.permissions import permission_required
from autoflow.common.errors import BusinessError
from filing.enums import BulkOutcome
from filing.models import BulkConfirm
from filing.services import confirm_many
from reviews.forms import BulkForm, new_key
from reviews.queues import waiting_for, with_ages
from reviews.suspicions import suspicions_of

MOST_LISTED = 100


@require_http_methods(["GET", "POST"])
@permission_required(Permission.FILING_CONFIRM)
def bulk_confirm(request):
    """The ticked ones by name with what looks odd about them; sending the page confirms them."""
    if request.method == "GET":
        return _confirm_page(request, request.GET.getlist("id"))
    form = BulkForm(request.POST)
    if not form.is_valid():
        return _confirm_page(request, [], error="；".join(form.non_field_errors()) or "请回到列表重新选择。")
    items, key = form.cleaned_data["items"], form.cleaned_data["key"]
    try:
        bulk = confirm_many(items=items, key=key, by=request.user)
    except BusinessError as error:
        return _confirm_page(request, [], error=str(error))
    return redirect("reviews:bulk-result", bulk.pk)


def _confirm_page(request, ids, error=""):
    wanted = {
        int(text) for text in ids[:MOST_LISTED] if text.isascii() and text.isdigit() and len(text) <= 18
    }
    found = waiting_for(request.user).filter(pk__in=wanted).with_holder()
    rows = list(found.order_by("submitted_at", "id"))
    odd = suspicions_of(rows, request.user) if rows else {}
    for row in with_ages(rows):
        row.suspicions = odd[row.pk]
    missing = len(wanted) - len(rows)
    context = {
        "rows": rows,
        "has_odd": any(odd.values()),
        "missing": missing,
        "error": error,
        "key": new_key(),
    }
    return render(request, "reviews/bulk_confirm.html", context, status=422 if error else 200)


@require_safe
@permission_required(Permission.FILING_CONFIRM)
def bulk_result(request, bulk_id):
    """What became of each one, for as long as the records are kept."""
    bulk = get_object_or_404(BulkConfirm.objects.visible_to(request.user), pk=bulk_id)
    items = list(bulk.items.select_related("filing"))
    counts = [(kind, sum(item.outcome == kind for item in items)) for kind in BulkOutcome]
    context = {
        "bulk": bulk,
        "items": items,
        "counts": [(kind.label, count) for kind, count in counts if count],
    }
    return render(request, "reviews/bulk_result.html", context)
