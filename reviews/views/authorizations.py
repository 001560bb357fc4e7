"""Where the grants of producers and the claims of dealers do not meet."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.enums import Permission
from accounts.permissions import permission_required
from autoflow.common.pages import keyset_page
from autoflow.common.pinyin import by_sound
from catalog.models import Brand
from reviews.authorizations import claims_without_grant, grants_without_claim
from reviews.filters import AuthorizationFilter


@require_safe
@permission_required(Permission.FILING_REVIEW)
def authorization_list(request):
    """The differences of one kind within the area, newest line first."""
    brands = by_sound(Brand.objects.visible_to(request.user).values_list("pk", "name"))
    chosen = AuthorizationFilter(request.GET, brands=brands)
    is_grants = chosen.kind == "grants"
    rows = grants_without_claim(request.user) if is_grants else claims_without_grant(request.user)
    page = keyset_page(chosen.apply(rows), keys=("id",), request=request)
    context = {"page": page, "chosen": chosen, "is_grants": is_grants}
    return render(request, "reviews/authorization_list.html", context)
