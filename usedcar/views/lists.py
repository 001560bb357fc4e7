"""What a person does with the list of trades: exports, small at once and large in the background, and filters
kept under a name.
"""

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Permission
from accounts.permissions import permission_required, require
from autoflow.common.errors import BusinessError
from autoflow.common.excel import XLSX
from autoflow.common.pages import keyset_page
from autoflow.common.text import normalise
from usedcar import services
from usedcar.enums import ExportStatus
from usedcar.filters import TradeFilter
from usedcar.models import Trade, TradeExport
from usedcar.trade_workbook import trade_workbook

MOST_AT_ONCE = 5_000
FILE_NAME = "二手车交易.xlsx"


@require_POST
@permission_required(Permission.TRADE_VIEW)
def trade_export(request):
    """A workbook of exactly what is filtered, masked; its first row names user, time and filter. Above
    5,000 rows the worker makes it.
    """
    require(request.user, Permission.TRADE_VIEW)
    chosen = TradeFilter(request.GET, by_name=request.user.is_enterprise, user=request.user)
    visible = Trade.objects.visible_to(request.user)
    ordered = chosen.apply(visible).order_by("-traded_on", "-id")
    ids = list(ordered.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if len(ids) > MOST_AT_ONCE:
        export = services.ask_export(address=chosen.address, words=chosen.words, by=request.user)
        messages.success(request, "数据较多，正在后台导出；可以离开本页，完成后会通知您。")
        return redirect("usedcar:export-detail", export.pk)
    services.note_export(count=len(ids), by=request.user, filters=chosen.words)
    about = {"user": request.user, "filters": chosen.words, "at": timezone.now()}
    file = trade_workbook(visible, ids, **about)
    return FileResponse(file, as_attachment=True, filename=FILE_NAME, content_type=XLSX)


@require_safe
@permission_required(Permission.TRADE_VIEW)
def export_list(request):
    """The exports a person had made."""
    page = keyset_page(TradeExport.objects.visible_to(request.user), keys=("id",), request=request)
    return render(request, "usedcar/export_list.html", {"page": page})


@require_safe
@permission_required(Permission.TRADE_VIEW)
def export_detail(request, export_id):
    """The permanent page of one export: how far it is, its file until it runs out."""
    return render(request, "usedcar/export_detail.html", {"export": _export_of(request, export_id)})


@require_safe
@permission_required(Permission.TRADE_VIEW)
def export_progress(request, export_id):
    """How far the work is; a finished one asks the browser to load the page."""
    export = _export_of(request, export_id)
    response = render(request, "usedcar/_export_progress.html", {"export": export})
    if not export.is_unfinished:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@permission_required(Permission.TRADE_VIEW)
def export_file(request, export_id):
    """The workbook, to whoever asked for it and still sees what it holds."""
    require(request.user, Permission.TRADE_VIEW)
    export = _export_of(request, export_id)
    is_there = export.status == ExportStatus.DONE and export.expires_at > timezone.now()
    if not is_there or not default_storage.exists(export.stored_as):
        raise Http404
    services.note_download(export=export, by=request.user)
    file = default_storage.open(export.stored_as)
    return FileResponse(file, as_attachment=True, filename=FILE_NAME, content_type=XLSX)


def _export_of(request, export_id):
    return get_object_or_404(TradeExport.objects.visible_to(request.user), pk=export_id)


@require_POST
@permission_required(Permission.TRADE_VIEW)
def filter_add(request):
    """Keep what is filtered under a name."""
    chosen = TradeFilter(request.GET, by_name=request.user.is_enterprise, user=request.user)
    name = normalise(request.POST.get("name", ""))
    return _filtered(
        request, services.save_filter, f"已保存常用条件“{name}”。", chosen, name=name, address=chosen.address
    )


@require_POST
@permission_required(Permission.TRADE_VIEW)
def filter_rename(request, filter_id):
    """Give a kept filter another name."""
    name = normalise(request.POST.get("name", ""))
    return _filtered(request, services.rename_filter, f"已改名为“{name}”。", filter_id=filter_id, name=name)


@require_POST
@permission_required(Permission.TRADE_VIEW)
def filter_remove(request, filter_id):
    """Forget a kept filter."""
    return _filtered(request, services.remove_filter, "已删除常用条件。", filter_id=filter_id)


def _filtered(request, service, done, chosen=None, **arguments):
    """Do it and go back to the list as it was filtered; a refusal is told there."""
    try:
        service(**arguments, by=request.user)
    except BusinessError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(f"{reverse('usedcar:trade-list')}{chosen.address if chosen else ''}")
