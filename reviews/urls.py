"""Addresses of the authorities' and the auditor's pages."""

from django.urls import path

from reviews.views import audit, filings, lifecycle

app_name = "reviews"
urlpatterns = [
    path("", filings.start, name="start"),
    path("filings/", filings.filing_list, name="filing-list"),
    path("filings/<int:filing_id>/", filings.filing_detail, name="filing-detail"),
    path("filings/<int:filing_id>/confirm/", filings.filing_confirm, name="filing-confirm"),
    path("filings/<int:filing_id>/return/", filings.filing_return, name="filing-return"),
    path("filings/<int:filing_id>/suspend/", lifecycle.suspend, name="filing-suspend"),
    path("filings/<int:filing_id>/resume/", lifecycle.resume, name="filing-resume"),
    path("filings/<int:filing_id>/reverify/", lifecycle.reverify, name="filing-reverify"),
    path("filings/<int:filing_id>/reassign/", lifecycle.reassign, name="filing-reassign"),
    path("filings/<int:filing_id>/cancel/", lifecycle.cancel, name="filing-cancel"),
    path("cancellations/", lifecycle.cancellation_list, name="cancellation-list"),
    path("cancellations/<int:request_id>/", lifecycle.cancellation_detail, name="cancellation-detail"),
    path("cancellations/<int:request_id>/agree/", lifecycle.cancellation_agree, name="cancellation-agree"),
    path("cancellations/<int:request_id>/refuse/", lifecycle.cancellation_refuse, name="cancellation-refuse"),
    path("audit/", audit.audit_list, name="audit-list"),
]
