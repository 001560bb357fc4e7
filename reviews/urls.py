"""Addresses of the authorities' and the auditor's pages."""

from django.urls import path

from reviews.views import audit, catalog, catalog_loads, filings

app_name = "reviews"
urlpatterns = [
    path("", filings.start, name="start"),
    path("filings/", filings.filing_list, name="filing-list"),
    path("filings/<int:filing_id>/", filings.filing_detail, name="filing-detail"),
    path("filings/<int:filing_id>/confirm/", filings.filing_confirm, name="filing-confirm"),
    path("filings/<int:filing_id>/return/", filings.filing_return, name="filing-return"),
    path("catalog/", catalog.catalog_queue, name="catalog-queue"),
    path("catalog/loads/", catalog_loads.load_list, name="catalog-loads"),
    path("catalog/loads/template.xlsx", catalog_loads.load_template, name="catalog-load-template"),
    path("catalog/loads/<int:load_id>/", catalog_loads.load_detail, name="catalog-load"),
    path("catalog/loads/<int:load_id>/apply/", catalog_loads.load_apply, name="catalog-load-apply"),
    path("catalog/loads/<int:load_id>/cancel/", catalog_loads.load_cancel, name="catalog-load-cancel"),
    path("catalog/<str:kind>/approve/", catalog.entries_approve, name="catalog-approve-many"),
    path("catalog/<str:kind>/<int:entry_id>/", catalog.entry_detail, name="catalog-entry"),
    path("catalog/<str:kind>/<int:entry_id>/approve/", catalog.entry_approve, name="catalog-approve"),
    path("catalog/<str:kind>/<int:entry_id>/reject/", catalog.entry_reject, name="catalog-reject"),
    path("catalog/<str:kind>/<int:entry_id>/rename/", catalog.entry_rename, name="catalog-rename"),
    path("catalog/<str:kind>/<int:entry_id>/merge/", catalog.entry_merge, name="catalog-merge"),
    path("catalog/<str:kind>/<int:entry_id>/disable/", catalog.entry_disable, name="catalog-disable"),
    path("audit/", audit.audit_list, name="audit-list"),
]
