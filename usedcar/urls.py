"""Addresses of used-car trades and their import."""

from django.urls import path

from reporting.urls import report_urls
from usedcar.market_annual import MarketAnnual
from usedcar.market_monthly import MarketMonthly
from usedcar.views import imports, lists, mending, trades

app_name = "usedcar"
urlpatterns = [
    path("trades/", trades.trade_list, name="trade-list"),
    path("trades/<int:trade_id>/", trades.trade_detail, name="trade-detail"),
    path("trades/add/", trades.trade_add, name="trade-add"),
    path("trades/releases/", trades.release_list, name="release-list"),
    path("trades/export/", lists.trade_export, name="trade-export"),
    path("trades/exports/", lists.export_list, name="export-list"),
    path("trades/exports/<int:export_id>/", lists.export_detail, name="export-detail"),
    path("trades/exports/<int:export_id>/progress/", lists.export_progress, name="export-progress"),
    path("trades/exports/<int:export_id>/file/", lists.export_file, name="export-file"),
    path("trades/filters/add/", lists.filter_add, name="filter-add"),
    path("trades/filters/<int:filter_id>/rename/", lists.filter_rename, name="filter-rename"),
    path("trades/filters/<int:filter_id>/remove/", lists.filter_remove, name="filter-remove"),
    path("trades/<int:trade_id>/history/", trades.trade_history, name="trade-history"),
    path("trades/<int:trade_id>/edit/", trades.trade_edit, name="trade-edit"),
    path("trades/<int:trade_id>/delete/", trades.trade_delete, name="trade-delete"),
    path("trades/<int:trade_id>/void/", trades.trade_void, name="trade-void"),
    path("trades/<int:trade_id>/correct/", trades.trade_correct, name="trade-correct"),
    path("trades/<int:trade_id>/reveal/", trades.trade_reveal, name="trade-reveal"),
    path("imports/", imports.import_list, name="import-list"),
    path("imports/template.xlsx", imports.import_template, name="import-template"),
    path("imports/<int:batch_id>/", imports.import_detail, name="import-detail"),
    path("imports/<int:batch_id>/progress/", imports.import_progress, name="import-progress"),
    path("imports/<int:batch_id>/errors.xlsx", imports.import_errors, name="import-errors"),
    path("imports/<int:batch_id>/commit/", imports.import_commit, name="import-commit"),
    path("imports/<int:batch_id>/cancel/", imports.import_cancel, name="import-cancel"),
    path("imports/<int:batch_id>/headers/", imports.import_headers, name="import-headers"),
    path("imports/<int:batch_id>/continue/", imports.import_continue, name="import-continue"),
    path("imports/<int:batch_id>/mend/", mending.import_mend, name="import-mend"),
    path("imports/<int:batch_id>/rows/<int:row_no>/", mending.import_row, name="import-row"),
    path("imports/<int:batch_id>/undo/", imports.import_undo, name="import-undo"),
    *report_urls("market/monthly", MarketMonthly.key, name="market-monthly"),
    *report_urls("market/annual", MarketAnnual.key, name="market-annual"),
]
