"""The national catalogue to read: brands, models, producers."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.enums import Permission
from accounts.permissions import decide, permission_required, require
from autoflow.common.codes import name_of
from autoflow.common.pages import keyset_page
from autoflow.common.requests import chosen_id, chosen_text
from catalog.enums import CatalogKind
from catalog.models import Brand, Producer, VehicleModel


def _with_country_names(page):
    for row in page.rows:
        row.country_name = name_of("countries", row.country)
    return page


def _asking(user, kind):
    """Whether this person may ask for an entry of this kind; None for those it never concerns."""
    return decide(user, Permission.CATALOG_REQUEST, kind) if user.is_enterprise else None


@require_safe
@permission_required(Permission.CATALOG_VIEW)
def brand_list(request):
    """Approved brands with how many producers and models each has."""
    require(request.user, Permission.CATALOG_VIEW)
    text = chosen_text(request.GET, "q")
    brands = Brand.objects.visible_to(request.user).approved().named_like(text).with_list_columns()
    page = _with_country_names(keyset_page(brands, keys=("id",), request=request, ascending=True))
    context = {"page": page, "text": text, "asking": _asking(request.user, CatalogKind.BRAND)}
    return render(request, "catalog/brand_list.html", context)


@require_safe
@permission_required(Permission.CATALOG_VIEW)
def producer_list(request):
    """Approved producers with their brands."""
    require(request.user, Permission.CATALOG_VIEW)
    text = chosen_text(request.GET, "q")
    producers = Producer.objects.visible_to(request.user).approved().named_like(text).with_list_columns()
    page = _with_country_names(keyset_page(producers, keys=("id",), request=request, ascending=True))
    context = {"page": page, "text": text, "asking": _asking(request.user, CatalogKind.PRODUCER)}
    return render(request, "catalog/producer_list.html", context)


@require_safe
@permission_required(Permission.CATALOG_VIEW)
def model_list(request):
    """Approved models, of one brand or of all, with their displacements."""
    require(request.user, Permission.CATALOG_VIEW)
    text, brand_id = chosen_text(request.GET, "q"), chosen_id(request, "brand")
    brands = Brand.objects.visible_to(request.user).approved().order_by("id")
    models = VehicleModel.objects.visible_to(request.user).approved().named_like(text).with_list_columns()
    if brand_id:
        models = models.filter(brand_id=brand_id)
    page = keyset_page(models, keys=("id",), request=request, ascending=True)
    context = {
        "page": page,
        "text": text,
        "brands": brands,
        "brand_id": brand_id,
        "asking": _asking(request.user, CatalogKind.MODEL),
    }
    return render(request, "catalog/model_list.html", context)
