"""Addresses of the enterprise's own filing."""

from django.urls import path

from filing import views

app_name = "filing"
urlpatterns = [
    path("", views.detail, name="detail"),
    path("open/", views.open_service, name="open-service"),
    path("edit/", views.edit, name="edit"),
    path("print/", views.print_form, name="print"),
    path("versions/<int:version>/", views.version, name="version"),
    path("images/<int:filing_id>/<slug:slot>/", views.image, name="image"),
]
