"""Addresses of the enterprise's own filing."""

from django.urls import path

from filing.views import form, images, pages

app_name = "filing"
urlpatterns = [
    path("", pages.detail, name="detail"),
    path("open/", pages.open_service, name="open-service"),
    path("edit/", form.edit, name="edit"),
    path("print/", pages.print_form, name="print"),
    path("versions/<int:version>/", pages.version, name="version"),
    path("images/<int:filing_id>/<slug:slot>/", images.image, name="image"),
    path("images/<int:filing_id>/lines/<slug:sha256>/", images.line_image, name="line-image"),
]
