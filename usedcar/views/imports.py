"""Pages of the imports and what came of each."""

import io

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.permissions import permission_required, require
from autoflow.common.errors import BusinessError
from autoflow.common.excel import XLSX
from autoflow.common.health import is_worker_alive
from autoflow.common.pages import keyset_page
from usedcar import services
from usedcar.bad_rows import has_error_file, write_bad_rows
from usedcar.enums import ImportStatus
from usedcar.forms import ReasonForm, UploadForm
from usedcar.import_pages import progress_of, questions_of, result_of, undo_of
from usedcar.models import ImportBatch
from usedcar.template_workbook import template_workbook


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
    return _import_page(request, batch_of(request, batch_id))


@require_safe
@permission_required(Permission.TRADE_REPORT)
def import_progress(request, batch_id):
    """The part of the page that tells how far the work is; a finished one asks the browser to load the
    page.
    """
    batch = batch_of(request, batch_id)
    response = render(request, "usedcar/_progress.html", _progress(batch))
    if not batch.is_unfinished:
        response["HX-Refresh"] = "true"
    return response


@require_safe
@permission_required(Permission.TRADE_REPORT)
def import_errors(request, batch_id):
    """The bad rows as they were typed, each with its reasons; mended, the file can be uploaded again."""
    batch = batch_of(request, batch_id)
    if batch.bad_rows.exists():
        file = io.BytesIO()
        write_bad_rows(file, batch)
        file.seek(0)
    elif has_error_file(batch) and default_storage.exists(batch.errors_stored_as):
        file = default_storage.open(batch.errors_stored_as)
    else:
        raise Http404
    return FileResponse(file, as_attachment=True, filename="错误行.xlsx", content_type=XLSX)


@require_POST
@permission_required(Permission.TRADE_REPORT)
def import_headers(request, batch_id):
    """Say what the unknown headers mean; the check goes on."""
    batch = batch_of(request, batch_id)
    asked = batch.header_questions.get("unknown", ())
    answers = {key: request.POST.get(f"column_{place}", "") for place, (key, _) in enumerate(asked)}
    try:
        services.answer_headers(batch_id=batch.pk, answers=answers, by=request.user)
    except BusinessError as error:
        return _import_page(request, batch, error=error)
    return redirect("usedcar:import-detail", batch.pk)


@require_POST
@permission_required(Permission.TRADE_REPORT)
def import_commit(request, batch_id):
    """Have the right rows written."""
    batch = batch_of(request, batch_id)
    try:
        services.commit_import(
            batch_id=batch.pk,
            has_read_warnings="warnings_read" in request.POST,
            is_all_or_nothing=request.POST.get("which") == "all",
            by=request.user,
        )
    except BusinessError as error:
        return _import_page(request, batch, error=error)
    return redirect("usedcar:import-detail", batch.pk)


@require_POST
@permission_required(Permission.TRADE_REPORT)
def import_cancel(request, batch_id):
    """Give the import up; nothing of it was reported."""
    batch = batch_of(request, batch_id)
    services.cancel_import(batch_id=batch.pk, by=request.user)
    messages.success(request, f"已取消导入“{batch.file_name}”，没有写入任何交易。")
    return redirect("usedcar:import-list")


@require_POST
@permission_required(Permission.TRADE_REPORT)
def import_undo(request, batch_id):
    """Take back every trade of the import that is neither locked nor touched, with a reason."""
    batch = batch_of(request, batch_id)
    form = ReasonForm(request.POST, auto_id="undo_%s")
    if not form.is_valid():
        return _import_page(request, batch, undo_form=form, status=422)
    try:
        services.undo_import(batch_id=batch.pk, reason=form.cleaned_data["reason"], by=request.user)
    except BusinessError as error:
        return _import_page(request, batch, error=error, undo_form=form)
    return redirect("usedcar:import-detail", batch.pk)


@require_POST
@permission_required(Permission.TRADE_REPORT)
def import_continue(request, batch_id):
    """Open the bad rows of an import that is done, to be mended in the browser."""
    batch = batch_of(request, batch_id)
    try:
        later = services.continue_import(batch_id=batch.pk, by=request.user)
    except BusinessError as error:
        return _import_page(request, batch, error=error)
    return redirect("usedcar:import-mend", later.pk)


def batch_of(request, batch_id):
    """An import of one's own enterprise; any other does not exist."""
    batches = ImportBatch.objects.visible_to(request.user).with_list_columns()
    batches = batches.select_related("enterprise", "continues", "undone_by")
    return get_object_or_404(batches, pk=batch_id)


def _import_page(request, batch, *, error=None, undo_form=None, status=200):
    same = ImportBatch.objects.visible_to(request.user).filter(
        file_sha256=batch.file_sha256, status=ImportStatus.DONE, enterprise=batch.enterprise
    )
    context = {
        **_progress(batch),
        **result_of(batch),
        **undo_of(batch),
        "error": error,
        "earlier": same.filter(pk__lt=batch.pk).order_by("-id").first() if batch.file_sha256 else None,
        "continued_by": batch.continued_by.order_by("id"),
        "has_error_file": has_error_file(batch),
        "undo_form": undo_form or ReasonForm(auto_id="undo_%s"),
        "is_undoing": undo_form is not None,
    }
    if batch.status == ImportStatus.ASKING:
        context |= questions_of(batch, request.POST)
    return render(request, "usedcar/import_detail.html", context, status=error.status if error else status)


def _progress(batch):
    return {"batch": batch, "is_worker_alive": is_worker_alive(), **progress_of(batch)}
