"""Consolidated views of the authorities: one month of new cars, on the page and as a workbook."""

from django.http import FileResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.enums import Permission
from accounts.permissions import permission_required
from reporting import clock
from reviews.newcar_statistics import MonthChoice, chart_data, statistics
from reviews.newcar_workbook import workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@permission_required(Permission.REPORT_REVIEW)
def newcar(request):
    """One month of one's area: figures with comparisons, places that add up, brands, the year behind it."""
    chosen = MonthChoice(request.GET, request.user, clock.now())
    found = statistics(request.user, chosen)
    context = {"chosen": chosen, "found": found, "charts": chart_data(found)}
    return render(request, "reviews/statistics/newcar.html", context)


@require_safe
@permission_required(Permission.REPORT_REVIEW)
def newcar_workbook(request):
    """The tables of the page as a workbook."""
    chosen = MonthChoice(request.GET, request.user, clock.now())
    file = workbook(request.user, chosen, statistics(request.user, chosen))
    return FileResponse(file, as_attachment=True, filename=f"{chosen.title}.xlsx", content_type=XLSX)
