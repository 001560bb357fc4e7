"""What an enterprise asks to add to the catalogue, and what became of it."""

import re

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Permission
from accounts.permissions import decide, permission_required, require
from autoflow.common.errors import BusinessError
from autoflow.common.pages import keyset_page
from autoflow.common.requests import chosen_id, chosen_text
from catalog import services
from catalog.enums import CatalogKind
from catalog.forms import BrandForm, DisplacementForm, LinkForm, ModelForm, ProducerForm
from catalog.guard import guard_of
from catalog.models import Request, VehicleModel
from catalog.names import spelled

MOST_FOUND = 20
PAIR = re.compile(r"\d{1,4}:(?P<brand>\d{1,18}):(?P<producer>\d{1,18})", re.ASCII)
SENT = "已提交申请，审核前本企业可在草稿中选用；一般 3 个工作日内审核，结果会通知您。"


@require_safe
@permission_required(Permission.CATALOG_REQUEST)
def request_list(request):
    """What this enterprise asked for, newest first, with the decision and its reason."""
    rows = Request.objects.visible_to(request.user).leading()
    rows = rows.with_list_columns(asked_by=request.user)
    context = {
        "page": keyset_page(rows, keys=("id",), request=request),
        "asking": {
            kind.value: decide(request.user, Permission.CATALOG_REQUEST, kind) for kind in CatalogKind
        },
    }
    return render(request, "catalog/request_list.html", context)


@require_http_methods(["GET", "POST"])
@permission_required(Permission.CATALOG_REQUEST)
def brand_add(request):
    """Ask for a brand with a producer, new or linked (C-011)."""
    require(request.user, Permission.CATALOG_REQUEST, CatalogKind.BRAND)
    form = BrandForm(request.POST or None, user=request.user, initial=_initial(request, "name"))
    return _answer(request, form, services.request_brand, "catalog/brand_add.html")


@require_http_methods(["GET", "POST"])
@permission_required(Permission.CATALOG_REQUEST)
def producer_add(request):
    """Ask for a producer, of a brand that is there or of none yet."""
    require(request.user, Permission.CATALOG_REQUEST, CatalogKind.PRODUCER)
    form = ProducerForm(request.POST or None, user=request.user, initial=_initial(request, "name"))
    return _answer(request, form, services.request_producer, "catalog/producer_add.html")


@require_http_methods(["GET", "POST"])
@permission_required(Permission.CATALOG_REQUEST)
def link_add(request):
    """Ask that a brand of the catalogue gets one of its producers."""
    require(request.user, Permission.CATALOG_REQUEST, CatalogKind.LINK)
    form = LinkForm(request.POST or None, user=request.user, initial=_initial(request))
    return _answer(request, form, services.request_link, "catalog/link_add.html")


@require_http_methods(["GET", "POST"])
@permission_required(Permission.CATALOG_REQUEST)
def model_add(request):
    """Ask for a model together with its first displacements (C-010)."""
    require(request.user, Permission.CATALOG_REQUEST, CatalogKind.MODEL)
    form = ModelForm(request.POST or None, user=request.user, initial=_initial(request, "model_name"))
    return _answer(request, form, services.request_model, "catalog/model_add.html")


@require_http_methods(["GET", "POST"])
@permission_required(Permission.CATALOG_REQUEST)
def displacement_add(request):
    """Ask for more displacements of a model, which is looked up first."""
    require(request.user, Permission.CATALOG_REQUEST, CatalogKind.DISPLACEMENT)
    model_id = chosen_id(request, "model")
    if model_id is None:
        return _choose_model(request)
    model = get_object_or_404(_models_for(request.user), pk=model_id)
    form = DisplacementForm(request.POST or None, user=request.user, model=model)
    return _answer(request, form, services.request_displacement, "catalog/displacement_add.html")


@require_safe
@permission_required(Permission.CATALOG_REQUEST)
def similar(request):
    """The guard for a name being typed, as a part of the form."""
    require(request.user, Permission.CATALOG_REQUEST)
    kind = request.GET.get("kind", "")
    if kind not in (CatalogKind.BRAND, CatalogKind.PRODUCER, CatalogKind.MODEL):
        raise Http404
    field = request.GET.get("field", "")
    brand_id, producer_id = _pair(request)
    guard = guard_of(
        kind,
        chosen_text(request.GET, field or "q", 100),
        request.user,
        field=field,
        brand_id=brand_id,
        producer_id=producer_id,
        confirmed=request.GET.getlist("confirmed"),
        difference=chosen_text(request.GET, "difference", 200),
    )
    return render(request, "catalog/_guard.html", {"guard": guard, "next_url": _next_of(request)})


def _pair(request):
    """The ids of brand and producer, from a control each or from one that offers both together."""
    together = PAIR.fullmatch(request.GET.get("brand_line", ""))
    if together:
        return int(together["brand"]), int(together["producer"])
    return chosen_id(request, "brand"), chosen_id(request, "producer")


def _initial(request, *names):
    """What the page one came from knows already; the text searched for is the name of the new entry."""
    known = {each: str(chosen_id(request, each) or "") for each in ("brand", "producer")}
    text = chosen_text(request.GET, "q")
    return dict.fromkeys(names, text) | {each: pk for each, pk in known.items() if pk}


def _next_of(request):
    """Where the person came from, if it is a page of ours."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    return url if url_has_allowed_host_and_scheme(url, hosts, require_https=request.is_secure()) else ""


def _answer(request, form, service, template):
    """The form, or after a good request the page one came from."""
    if request.method == "POST" and form.is_valid():
        try:
            service(**form.arguments, by=request.user)
        except BusinessError as error:
            form.add_refusal(error)
        else:
            messages.success(request, SENT)
            return redirect(_next_of(request) or reverse("catalog:request-list"))
    context = {"form": form, "next_url": _next_of(request), "guards": _guards(form)}
    return render(request, template, context, status=422 if form.is_bound else 200)


def _guards(form):
    """The guard of each name in the form, with what was typed."""
    values = {name: form[name].value() or "" for name in form.fields}
    found = {}
    for kind, field in form.guarded:
        found[field] = guard_of(
            kind,
            spelled(str(values[field])),
            form.user,
            field=field,
            brand_id=_number(values.get("brand")),
            producer_id=_number(values.get("producer")),
            confirmed=form.confirmed,
            difference=values["difference"],
        )
    return found


def _number(text):
    return int(text) if str(text or "").isdecimal() else None


def _models_for(user):
    """The models a person may ask more displacements of, with those he can choose already."""
    return VehicleModel.objects.visible_to(user).usable_by(user).with_list_columns(asked_by=user)


def _choose_model(request):
    """The models a name may mean, to choose one."""
    text = chosen_text(request.GET, "q")
    found = _models_for(request.user).named_like(text).order_by("name", "id")[:MOST_FOUND] if text else []
    context = {"text": text, "found": found, "next_url": _next_of(request), "most": MOST_FOUND}
    return render(request, "catalog/displacement_model.html", context)
