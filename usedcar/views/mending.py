"""Bad rows of an import, mended in the browser."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Permission
from accounts.permissions import permission_required, require
from autoflow.common.errors import BusinessError
from usedcar import services
from usedcar.enums import ImportStatus
from usedcar.import_pages import grid_of, row_of, typed_cells
from usedcar.views.imports import batch_of


@require_http_methods(["GET", "POST"])
@permission_required(Permission.TRADE_REPORT)
def import_mend(request, batch_id):
    """The bad cells of up to 200 rows as a grid; what is sent is checked again at once."""
    batch = batch_of(request, batch_id)
    require(request.user, Permission.TRADE_REPORT, batch.enterprise)
    if batch.status != ImportStatus.CHECKED or not batch.bad_rows.exists():
        messages.info(request, "这次导入没有可在网页上修改的错误行。")
        return redirect("usedcar:import-detail", batch.pk)
    if request.method == "POST":
        return _mend(request, batch)
    page = request.GET.get("page", "")
    grid = grid_of(batch, int(page) if page.isdecimal() and len(page) < 5 else 1)
    return render(request, "usedcar/import_mend.html", {"batch": batch, **grid})


@require_safe
@permission_required(Permission.TRADE_REPORT)
def import_row(request, batch_id, row_no):
    """All columns of one bad row, for a fault that is mended in another column."""
    batch = batch_of(request, batch_id)
    found = row_of(batch, row_no) if batch.status == ImportStatus.CHECKED else None
    if found is None:
        raise Http404
    return render(request, "usedcar/import_row.html", {"batch": batch, **found})


def _mend(request, batch):
    typed = typed_cells(batch, request.POST)
    try:
        right, still_bad = services.mend_rows(batch_id=batch.pk, typed=typed, by=request.user)
    except BusinessError as error:
        messages.error(request, str(error))
        return redirect("usedcar:import-detail", batch.pk)
    messages.success(
        request, f"已重新校验 {right + still_bad} 行：{right} 行已改好，{still_bad} 行仍有错误。"
    )
    if not batch.bad_rows.exists():
        return redirect("usedcar:import-detail", batch.pk)
    row = request.POST.get("row", "")
    if row and still_bad:
        return redirect("usedcar:import-row", batch.pk, next(iter(typed)))
    response = redirect("usedcar:import-mend", batch.pk)
    page = request.POST.get("page", "")
    if page.isdecimal():
        response["Location"] += f"?page={page}"
    return response
