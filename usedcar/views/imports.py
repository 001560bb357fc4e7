"""Pages of the imports and what came of each."""

import io
import time

from django.contrib import messages
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db.models import Count
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from redis.exceptions import RedisError

from accounts.enums import Permission
from accounts.permissions import permission_required, require
from autoflow.common.errors import BusinessError
from autoflow.common.health import HEARTBEAT_KEY, HEARTBEAT_SECONDS
from autoflow.common.pages import keyset_page
from filing.permissions import enterprise_of
from usedcar import services
from usedcar.enums import ImportStatus
from usedcar.forms import UploadForm
from usedcar.models import ImportBatch
from usedcar.presentation import place_in_queue
from usedcar.template_workbook import template_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FAULTS_SHOWN = 200


@require_http_methods(["GET", "POST"])
@permission_required(Permission.TRADE_REPORT)
def import_list(request):
    """The three steps, the upload, and earlier imports."""
    require(request.user, Permission.TRADE_REPORT)
    form = UploadForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        form, status = UploadForm(request.POST, request.FILES), 422
        if form.is_valid():
            try:
                batch = services.upload_import(upload=form.cleaned_data["file"], by=request.user)
            except BusinessError as error:
                form.add_error("file", str(error))
            else:
                messages.success(request, "文件已上传，正在排队校验；可以离开本页，结果保留在这里。")
                return redirect("usedcar:import-detail", batch.pk)
    batches = ImportBatch.objects.visible_to(request.user).with_list_columns()
    page = keyset_page(batches, keys=("id",), request=request)
    return render(request, "usedcar/import_list.html", {"form": form, "page": page}, status=status)


@require_safe
@permission_required(Permission.TRADE_REPORT)
def import_template(request):
    """The template of 49 columns with its drop-downs and guidance."""
    require(request.user, Permission.TRADE_REPORT)
    return FileResponse(
        io.BytesIO(template_workbook()),
        as_attachment=True,
        filename="二手车交易导入模板.xlsx",
        content_type=XLSX,
    )


@require_safe
@permission_required(Permission.TRADE_REPORT)
def import_detail(request, batch_id):
    """The permanent page of one import."""
    return _import_page(request, _batch_of(request, batch_id))


@require_safe
@permission_required(Permission.TRADE_REPORT)
def import_progress(request, batch_id):
    """The part of the page that tells how far the work is; a finished one asks the browser to load the
    page.
    """
    batch = _batch_of(request, batch_id)
    response = render(request, "usedcar/_progress.html", _progress(batch))
    if not batch.is_unfinished:
        response["HX-Refresh"] = "true"
    return response


@require_safe
@permission_required(Permission.TRADE_REPORT)
def import_errors(request, batch_id):
    """The bad rows as they were typed, each with its reasons; mended, the file can be uploaded again."""
    batch = _batch_of(request, batch_id)
    if not batch.stored_as or not batch.bad_count or not default_storage.exists(batch.errors_stored_as):
        raise Http404
    file = default_storage.open(batch.errors_stored_as)
    return FileResponse(file, as_attachment=True, filename="错误行.xlsx", content_type=XLSX)


@require_POST
@permission_required(Permission.TRADE_REPORT)
def import_commit(request, batch_id):
    """Have the right rows written."""
    batch = _batch_of(request, batch_id)
    try:
        services.commit_import(
            batch_id=batch.pk,
            has_read_warnings="warnings_read" in request.POST,
            is_all_or_nothing="all_or_nothing" in request.POST,
            by=request.user,
        )
    except BusinessError as error:
        return _import_page(request, batch, error=error)
    return redirect("usedcar:import-detail", batch.pk)


@require_POST
@permission_required(Permission.TRADE_REPORT)
def import_cancel(request, batch_id):
    """Give the import up; nothing of it was reported."""
    batch = _batch_of(request, batch_id)
    services.cancel_import(batch_id=batch.pk, by=request.user)
    messages.success(request, f"已取消导入“{batch.file_name}”，没有写入任何交易。")
    return redirect("usedcar:import-list")


def _batch_of(request, batch_id):
    batches = ImportBatch.objects.visible_to(request.user).with_list_columns()
    return get_object_or_404(batches, pk=batch_id)


def _import_page(request, batch, *, error=None):
    earlier = ImportBatch.objects.visible_to(request.user).filter(
        file_sha256=batch.file_sha256, status=ImportStatus.DONE, enterprise=enterprise_of(request.user)
    )
    kinds = batch.faults.order_by().values("rule", "column", "severity").annotate(count=Count("id"))
    context = {
        **_progress(batch),
        "error": error,
        "earlier": earlier.filter(pk__lt=batch.pk).order_by("-id").first(),
        "kinds": kinds.order_by("-count", "column")[:10],
        "faults": batch.faults.order_by("row_no", "id")[:FAULTS_SHOWN],
        "fault_count": batch.faults.count(),
        "shown": FAULTS_SHOWN,
        "has_error_file": bool(batch.stored_as and batch.bad_count),
    }
    return render(request, "usedcar/import_detail.html", context, status=error.status if error else 200)


def _progress(batch):
    return {
        "batch": batch,
        "is_worker_alive": _is_worker_alive(),
        "ahead": place_in_queue(batch),
    }


def _is_worker_alive():
    """A worker showed itself lately; without Redis nobody can tell, and the upload is safe all the same."""
    try:
        seen = cache.get(HEARTBEAT_KEY)
    except RedisError:
        return False
    return seen is not None and time.time() - seen < HEARTBEAT_SECONDS
