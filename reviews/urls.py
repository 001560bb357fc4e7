"""Addresses of the authorities' and the auditor's pages."""

from django.urls import path

from reviews.views import audit, filings, sync

app_name = "reviews"
urlpatterns = [
    path("", filings.start, name="start"),
    path("filings/", filings.filing_list, name="filing-list"),
    path("filings/<int:filing_id>/", filings.filing_detail, name="filing-detail"),
    path("filings/<int:filing_id>/confirm/", filings.filing_confirm, name="filing-confirm"),
    path("filings/<int:filing_id>/return/", filings.filing_return, name="filing-return"),
    path("sync/", sync.sync_list, name="sync-list"),
    path("sync/resend/", sync.sync_resend_failed, name="sync-resend-failed"),
    path("sync/<int:push_id>/", sync.sync_detail, name="sync-detail"),
    path("sync/<int:push_id>/resend/", sync.sync_resend, name="sync-resend"),
    path("audit/", audit.audit_list, name="audit-list"),
]
