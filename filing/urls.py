"""Addresses of the enterprise's own filing."""

from django.urls import path

from filing.views import form, images, pages, prints

app_name = "filing"
urlpatterns = [
    path("", pages.detail, name="detail"),
    path("open/", pages.open_service, name="open-service"),
    path("edit/", form.edit, name="edit"),
    path("print/", prints.print_form, name="print"),
    path("print/qr.svg", prints.print_qr, name="print-qr"),
    path("versions/<int:version>/", pages.version, name="version"),
    path("images/<int:filing_id>/<slug:slot>/", images.image, name="image"),
]
