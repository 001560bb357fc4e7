"""Addresses of the enterprise's own filing."""

from django.urls import path

from filing.views import form, images, life, pages, prints

app_name = "filing"
urlpatterns = [
    path("", pages.detail, name="detail"),
    path("open/", pages.open_service, name="open-service"),
    path("edit/", form.edit, name="edit"),
    path("print/", prints.print_form, name="print"),
    path("print/qr.svg", prints.print_qr, name="print-qr"),
    path("withdraw/", life.withdraw, name="withdraw"),
    path("give-up/", life.give_up, name="give-up"),
    path("cancellation/ask/", life.ask_cancellation, name="ask-cancellation"),
    path("cancellation/drop/", life.drop_cancellation, name="drop-cancellation"),
    path("versions/<int:version>/", pages.version, name="version"),
    path("images/<int:filing_id>/<slug:slot>/", images.image, name="image"),
    path("images/<int:filing_id>/lines/<slug:sha256>/", images.line_image, name="line-image"),
]
