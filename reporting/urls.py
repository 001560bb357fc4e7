"""The calendar, and the addresses of one report form made for its app: `report_urls("monthly", key)`."""

from django.urls import path

from reporting import views

app_name = "reporting"
urlpatterns = [path("", views.report_calendar, name="calendar")]


def report_urls(prefix: str, form: str, name: str = ""):
    """list, add, detail, print, edit, workbook, delete and late (the request for more time), each named
    `<name>-<verb>`; the name is the prefix unless given.
    """
    given, name = {"form": form}, name or prefix
    return [
        path(f"{prefix}/", views.report_list, given, name=f"{name}-list"),
        path(f"{prefix}/add/", views.report_add, given, name=f"{name}-add"),
        path(f"{prefix}/late/", views.late_request, given, name=f"{name}-late"),
        path(f"{prefix}/<int:report_id>/", views.report_detail, given, name=f"{name}-detail"),
        path(f"{prefix}/<int:report_id>/print/", views.report_print, given, name=f"{name}-print"),
        path(f"{prefix}/<int:report_id>/edit/", views.report_edit, given, name=f"{name}-edit"),
        path(f"{prefix}/<int:report_id>/workbook/", views.report_workbook, given, name=f"{name}-workbook"),
        path(f"{prefix}/<int:report_id>/delete/", views.report_delete, given, name=f"{name}-delete"),
    ]
