"""The bulk load of the national catalogue: template, upload, preview, apply."""

import io

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.permissions import permission_required
from autoflow.common.errors import BusinessError
from autoflow.common.excel import XLSX
from autoflow.common.health import is_worker_alive
from autoflow.common.pages import keyset_page
from catalog import services
from catalog.forms import UploadForm
from catalog.load_files import has_problems, open_problems
from catalog.loading import MOST_TOLD, Verdict
from catalog.models import CatalogueLoad
from catalog.workbook import template_workbook


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
    """The permanent page of one load: how far it is, what it would change, or what it changed."""
    return _load_page(request, _load_of(request, load_id))


@require_safe
@permission_required(Permission.CATALOG_MANAGE)
def load_progress(request, load_id):
    """How far the work is; a finished one asks the browser to load the page."""
    load = _load_of(request, load_id)
    response = render(request, "reviews/catalog/_load_progress.html", _progress(load))
    if not load.is_unfinished:
        response["HX-Refresh"] = "true"
    return response


@require_safe
@permission_required(Permission.CATALOG_MANAGE)
def load_problems(request, load_id):
    """Every row to look at again, of which the page lists the first."""
    load = _load_of(request, load_id)
    if not has_problems(load):
        raise Http404
    return FileResponse(open_problems(load), as_attachment=True, filename="请核对.xlsx", content_type=XLSX)


@require_POST
@permission_required(Permission.CATALOG_MANAGE)
def load_apply(request, load_id):
    """Have it written."""
    load = _load_of(request, load_id)
    try:
        services.apply_load(load_id=load.pk, with_doubtful="with_doubtful" in request.POST, by=request.user)
    except BusinessError as error:
        return _load_page(request, _load_of(request, load_id), error=error)
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


def _progress(load):
    return {"load": load, "is_worker_alive": is_worker_alive()}


def _load_page(request, load, *, error=None):
    """What the worker found when it looked at the workbook, or when it wrote it."""
    counts = {verdict: load.counts.get(verdict, 0) for verdict in Verdict}
    context = {
        **_progress(load),
        "counts": [(verdict.label, count) for verdict, count in counts.items()] if load.counts else [],
        "doubtful": counts[Verdict.DOUBTFUL],
        "writable": sum(counts[name] for name in (Verdict.NEW, Verdict.CHANGED, Verdict.DOUBTFUL)),
        "told": load.result.get("told"),
        "has_problem_file": has_problems(load),
        "new": load.result.get("new"),
        "most": MOST_TOLD,
        "written": load.counts.get("WRITTEN"),
        "error": error,
    }
    return render(request, "reviews/catalog/load.html", context, status=error.status if error else 200)
