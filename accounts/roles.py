"""The one table that says which role may do what."""

from accounts.enums import Permission, Role

_OPERATOR = {
    Permission.FILING_EDIT,
    Permission.FILING_VIEW,
    Permission.FILING_PRINT,
    Permission.CATALOG_VIEW,
    Permission.CATALOG_REQUEST,
    Permission.TRADE_VIEW,
    Permission.TRADE_REPORT,
}
_AUTHORITY = {
    Permission.FILING_VIEW,
    Permission.FILING_REVIEW,
    Permission.CATALOG_VIEW,
    Permission.TRADE_VIEW,
}
_CONFIRMING = {*_AUTHORITY, Permission.FILING_CONFIRM}

ROLE_PERMISSIONS = {
    Role.OPERATOR: frozenset(_OPERATOR),
    Role.MANAGER: frozenset({*_OPERATOR, Permission.SERVICE_OPEN, Permission.FILING_SUBMIT}),
    Role.COUNTY: frozenset(_CONFIRMING),
    Role.CITY: frozenset(_CONFIRMING),
    Role.PROVINCE: frozenset(_CONFIRMING),
    Role.NATION: frozenset(_AUTHORITY),
    Role.ADMIN: frozenset({Permission.CATALOG_VIEW, Permission.CATALOG_MANAGE, Permission.SYSTEM_VIEW}),
    Role.AUDITOR: frozenset({Permission.AUDIT_VIEW}),
}
