"""Stand-ins: who decides while an officer is away."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.officers import officers_below
from accounts.permissions import permission_required
from autoflow.common.errors import BusinessError
from autoflow.common.pages import keyset_page
from filing.models import Deputy
from filing.services.deputies import end_deputy, set_deputy
from reviews.authority_forms import DeputyForm
from reviews.deputies import with_standing


@require_safe
@permission_required(Permission.DEPUTY_SET)
def deputy_list(request):
    """Stand-ins that concern me or my area, the newest first."""
    return _list(request)


@require_http_methods(["GET", "POST"])
@permission_required(Permission.DEPUTY_SET)
def deputy_add(request, user_id=None):
    """Name a stand-in for oneself, or for an officer below."""
    absent = request.user
    if user_id is not None:
        absent = get_object_or_404(
            officers_below(request.user).select_related("division", "jurisdiction"), pk=user_id
        )
    form = DeputyForm(request.POST or None, absent=absent)
    if request.method == "POST" and form.is_valid():
        try:
            row = set_deputy(absent_id=absent.pk, **form.cleaned_data, by=request.user)
        except BusinessError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已安排{row.deputy}代办，{row.ends_on:%Y-%m-%d} 到期后自动结束。")
            return redirect("reviews:deputy-list")
    context = {"form": form, "absent": absent, "is_own": absent == request.user}
    return render(request, "reviews/deputies/add.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required(Permission.DEPUTY_SET)
def deputy_end(request, deputy_id):
    """End a stand-in before its last day."""
    try:
        end_deputy(deputy_id=deputy_id, by=request.user)
    except BusinessError as error:
        return _list(request, error=error)
    messages.success(request, "代办已结束。")
    return redirect("reviews:deputy-list")


def _list(request, *, error=None):
    rows = Deputy.objects.visible_to(request.user).with_list_columns()
    page = keyset_page(rows, keys=("id",), request=request)
    with_standing(page.rows, request.user)
    context = {"page": page, "error": error}
    return render(request, "reviews/deputies/list.html", context, status=error.status if error else 200)
