"""Addresses of the authorities' and the auditor's pages."""

from django.urls import path

from reviews.views import accounts, audit, corrections, deputies, enterprises, filings, policy, prints

app_name = "reviews"
urlpatterns = [
    path("", filings.start, name="start"),
    path("filings/", filings.filing_list, name="filing-list"),
    path("filings/<int:filing_id>/", filings.filing_detail, name="filing-detail"),
    path("filings/<int:filing_id>/confirm/", filings.filing_confirm, name="filing-confirm"),
    path("filings/<int:filing_id>/return/", filings.filing_return, name="filing-return"),
    path("corrections/", corrections.correction_list, name="correction-list"),
    path("corrections/<int:correction_id>/decide/", corrections.correction_decide, name="correction-decide"),
    path("enterprises/", enterprises.enterprise_list, name="enterprise-list"),
    path("enterprises/<int:enterprise_id>/", enterprises.enterprise_detail, name="enterprise-detail"),
    path(
        "enterprises/<int:enterprise_id>/accounts/<int:user_id>/reset/",
        enterprises.password_reset,
        name="password-reset",
    ),
    path("policy/", policy.policy_page, name="policy"),
    path("policy/add/", policy.policy_add, name="policy-add"),
    path("policy/settings/", policy.setting_save, name="setting-save"),
    path("policy/pairs/", policy.pair_list, name="pair-list"),
    path("deputies/", deputies.deputy_list, name="deputy-list"),
    path("deputies/add/", deputies.deputy_add, name="deputy-add"),
    path("deputies/<int:deputy_id>/end/", deputies.deputy_end, name="deputy-end"),
    path("accounts/", accounts.account_list, name="account-list"),
    path("accounts/add/", accounts.account_add, name="account-add"),
    path("accounts/<int:user_id>/", accounts.account_detail, name="account-detail"),
    path("accounts/<int:user_id>/move/", accounts.account_move, name="account-move"),
    path("accounts/<int:user_id>/enable/", accounts.account_enable, name="account-enable"),
    path("accounts/<int:user_id>/disable/", accounts.account_disable, name="account-disable"),
    path("accounts/<int:user_id>/reset/", accounts.account_reset, name="account-reset"),
    path("accounts/<int:user_id>/deputy/", deputies.deputy_add, name="account-deputy"),
    path("filings/<int:filing_id>/print/", prints.filing_print, name="filing-print"),
    path("filings/<int:filing_id>/print/qr.svg", prints.filing_print_qr, name="filing-print-qr"),
    path("audit/", audit.audit_list, name="audit-list"),
]
