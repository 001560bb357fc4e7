"""Addresses of the authorities' and the auditor's pages."""

from django.urls import path

from reviews.views import audit, authorizations, filings

app_name = "reviews"
urlpatterns = [
    path("", filings.start, name="start"),
    path("filings/", filings.filing_list, name="filing-list"),
    path("filings/<int:filing_id>/", filings.filing_detail, name="filing-detail"),
    path("filings/<int:filing_id>/confirm/", filings.filing_confirm, name="filing-confirm"),
    path("filings/<int:filing_id>/return/", filings.filing_return, name="filing-return"),
    path("authorizations/", authorizations.authorization_list, name="authorization-list"),
    path("audit/", audit.audit_list, name="audit-list"),
]
