"""Addresses of used-car trades and their import."""

from django.urls import path

from reporting.urls import report_urls
from usedcar import views
from usedcar.market_annual import MarketAnnual
from usedcar.market_monthly import MarketMonthly

app_name = "usedcar"
urlpatterns = [
    path("trades/", views.trade_list, name="trade-list"),
    path("trades/<int:trade_id>/", views.trade_detail, name="trade-detail"),
    path("imports/", views.import_list, name="import-list"),
    path("imports/template.xlsx", views.import_template, name="import-template"),
    path("imports/<int:batch_id>/", views.import_detail, name="import-detail"),
    path("imports/<int:batch_id>/progress/", views.import_progress, name="import-progress"),
    path("imports/<int:batch_id>/errors.xlsx", views.import_errors, name="import-errors"),
    path("imports/<int:batch_id>/commit/", views.import_commit, name="import-commit"),
    path("imports/<int:batch_id>/cancel/", views.import_cancel, name="import-cancel"),
    *report_urls("market/monthly", MarketMonthly.key, name="market-monthly"),
    *report_urls("market/annual", MarketAnnual.key, name="market-annual"),
]
