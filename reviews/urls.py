"""Addresses of the authorities' and the auditor's pages."""

from django.urls import path

from reviews.views import audit, bulk, claims, decisions, filings

app_name = "reviews"
urlpatterns = [
    path("", filings.start, name="start"),
    path("filings/", filings.filing_list, name="filing-list"),
    path("filings/bulk/", bulk.bulk_confirm, name="bulk-confirm"),
    path("filings/bulk/<int:bulk_id>/", bulk.bulk_result, name="bulk-result"),
    path("filings/<int:filing_id>/", filings.filing_detail, name="filing-detail"),
    path("filings/<int:filing_id>/compare/", filings.filing_compare, name="filing-compare"),
    path("filings/<int:filing_id>/claim/", claims.filing_claim, name="filing-claim"),
    path("filings/<int:filing_id>/release/", claims.filing_release, name="filing-release"),
    path("filings/<int:filing_id>/next/", claims.filing_next, name="filing-next"),
    path("filings/<int:filing_id>/urge/", claims.filing_urge, name="filing-urge"),
    path("filings/<int:filing_id>/confirm/", decisions.filing_confirm, name="filing-confirm"),
    path("filings/<int:filing_id>/return/", decisions.filing_return, name="filing-return"),
    path("audit/", audit.audit_list, name="audit-list"),
]
