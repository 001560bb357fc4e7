"""The bulk load of the national catalogue: template, upload, preview, apply."""

import io

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.permissions import permission_required
from autoflow.common.errors import BusinessError
from autoflow.common.excel import XLSX
from autoflow.common.pages import keyset_page
from catalog import services
from catalog.enums import LoadStatus
from catalog.forms import UploadForm
from catalog.loading import Verdict
from catalog.models import CatalogueLoad
from catalog.services.loads import plan_of
from catalog.workbook import template_workbook

MOST_SHOWN = 200


@require_http_methods(["GET", "POST"])
@permission_required(Permission.CATALOG_MANAGE)
def load_list(request):
    """Upload a workbook, and what became of earlier ones."""
    form, status = UploadForm(request.POST or None, request.FILES or None), 200
    if request.method == "POST":
        form, status = UploadForm(request.POST, request.FILES), 422
        if form.is_valid():
            try:
                load = services.upload_load(upload=form.cleaned_data["file"], by=request.user)
            except BusinessError as error:
                form.add_error("file", str(error))
            else:
                return redirect("reviews:catalog-load", load.pk)
    loads = CatalogueLoad.objects.visible_to(request.user).with_list_columns()
    page = keyset_page(loads, keys=("id",), request=request)
    return render(request, "reviews/catalog/load_list.html", {"form": form, "page": page}, status=status)


@require_safe
@permission_required(Permission.CATALOG_MANAGE)
def load_template(request):
    """The empty workbook with its drop-downs and guidance."""
    file = io.BytesIO(template_workbook())
    return FileResponse(file, as_attachment=True, filename="车型目录导入模板.xlsx", content_type=XLSX)


@require_safe
@permission_required(Permission.CATALOG_MANAGE)
def load_detail(request, load_id):
    """What the workbook would change, or what it changed."""
    return _load_page(request, _load_of(request, load_id))


@require_POST
@permission_required(Permission.CATALOG_MANAGE)
def load_apply(request, load_id):
    """Write it."""
    load = _load_of(request, load_id)
    try:
        done = services.apply_load(
            load_id=load.pk, with_doubtful="with_doubtful" in request.POST, by=request.user
        )
    except BusinessError as error:
        return _load_page(request, _load_of(request, load_id), error=error)
    messages.success(request, f"已写入 {done.counts['WRITTEN']:,} 项，全国可选用。")
    return redirect("reviews:catalog-load", load.pk)


@require_POST
@permission_required(Permission.CATALOG_MANAGE)
def load_cancel(request, load_id):
    """Put it aside."""
    load = _load_of(request, load_id)
    try:
        services.cancel_load(load_id=load.pk, by=request.user)
    except BusinessError as error:
        return _load_page(request, _load_of(request, load_id), error=error)
    messages.success(request, f"已取消导入“{load.file_name}”，目录没有改动。")
    return redirect("reviews:catalog-loads")


def _load_of(request, load_id):
    return get_object_or_404(CatalogueLoad.objects.visible_to(request.user).with_list_columns(), pk=load_id)


def _load_page(request, load, *, error=None):
    """A preview is worked out anew each time it is opened: the catalogue may have changed since."""
    plan = plan_of(load) if load.status == LoadStatus.CHECKED else None
    told = (Verdict.ERROR, Verdict.DOUBTFUL, Verdict.CHANGED)
    items = [each for each in plan.items if each.verdict in told and not each.is_inherited] if plan else []
    new = [each for each in plan.items if each.verdict == Verdict.NEW] if plan else []
    found = plan.counts if plan else load.counts
    context = {
        "load": load,
        "is_open": plan is not None,
        "counts": [(verdict.label, found.get(verdict.value, 0)) for verdict in Verdict],
        "doubtful": found.get(Verdict.DOUBTFUL, 0),
        "writable": sum(
            found.get(verdict, 0) for verdict in (Verdict.NEW, Verdict.CHANGED, Verdict.DOUBTFUL)
        ),
        "items": sorted(items, key=lambda each: (told.index(each.verdict), each.number))[:MOST_SHOWN],
        "item_count": len(items),
        "new": new[:MOST_SHOWN],
        "new_count": len(new),
        "most": MOST_SHOWN,
        "written": load.counts.get("WRITTEN"),
        "error": error,
    }
    return render(request, "reviews/catalog/load.html", context, status=error.status if error else 200)
