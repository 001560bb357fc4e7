"""Consolidated views of the authorities: new cars or markets of a period: page and workbook."""

from django.http import FileResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.enums import Permission
from accounts.permissions import permission_required
from autoflow.common.excel import XLSX
from reporting import clock
from reporting.services import note_export
from reviews import market_statistics, market_workbook, newcar_statistics, newcar_workbook


@require_safe
@permission_required(Permission.REPORT_REVIEW)
def newcar(request):
    """One period of one's area: figures with comparisons, places that add up, brands, the year behind it."""
    chosen = newcar_statistics.NewcarChoice(request.GET, request.user, clock.now())
    found = newcar_statistics.statistics(request.user, chosen)
    context = {"chosen": chosen, "found": found, "charts": newcar_statistics.chart_data(found)}
    return render(request, "reviews/statistics/newcar.html", context)


@require_safe
@permission_required(Permission.REPORT_REVIEW)
def newcar_export(request):
    """The tables of the page as a workbook."""
    chosen = newcar_statistics.NewcarChoice(request.GET, request.user, clock.now())
    found = newcar_statistics.statistics(request.user, chosen)
    return _file(request, chosen, newcar_workbook.workbook(request.user, chosen, found))


@require_safe
@permission_required(Permission.REPORT_REVIEW)
def market(request):
    """One period of the markets of one's area: the matrix, places that add up, who is missing, the year."""
    chosen = market_statistics.MarketChoice(request.GET, request.user, clock.now())
    found = market_statistics.statistics(request.user, chosen)
    context = {"chosen": chosen, "found": found, "charts": market_statistics.chart_data(found)}
    return render(request, "reviews/statistics/market.html", context)


@require_safe
@permission_required(Permission.REPORT_REVIEW)
def market_export(request):
    """The tables of the page as a workbook."""
    chosen = market_statistics.MarketChoice(request.GET, request.user, clock.now())
    found = market_statistics.statistics(request.user, chosen)
    return _file(request, chosen, market_workbook.workbook(request.user, chosen, found))


def _file(request, chosen, file):
    note_export(title=f"{chosen.title}统计表", by=request.user)
    return FileResponse(file, as_attachment=True, filename=f"{chosen.title}.xlsx", content_type=XLSX)
