"""The one table that says which role may do what."""

from accounts.enums import Permission, Role

_OPERATOR = {
    Permission.FILING_EDIT,
    Permission.FILING_VIEW,
    Permission.FILING_PRINT,
    Permission.CATALOG_VIEW,
    Permission.TRADE_VIEW,
    Permission.TRADE_REPORT,
}
_AUTHORITY = {
    Permission.FILING_VIEW,
    Permission.FILING_REVIEW,
    Permission.CATALOG_VIEW,
    Permission.TRADE_VIEW,
}
_CONFIRMING = {*_AUTHORITY, Permission.FILING_CONFIRM, Permission.CANCELLATION_DECIDE}
_MANAGER = {
    *_OPERATOR,
    Permission.SERVICE_OPEN,
    Permission.FILING_SUBMIT,
    Permission.FILING_WITHDRAW,
    Permission.FILING_GIVE_UP,
    Permission.CANCELLATION_ASK,
    Permission.CANCELLATION_DROP,
}
_PROVINCE = {
    *_CONFIRMING,
    Permission.FILING_SUSPEND,
    Permission.FILING_RESUME,
    Permission.FILING_REVERIFY,
    Permission.FILING_REASSIGN,
    Permission.FILING_CANCEL,
    Permission.POLICY_SET,
}
_NATION = {*_AUTHORITY, Permission.FILING_SUSPEND, Permission.FILING_RESUME, Permission.POLICY_SET}

ROLE_PERMISSIONS = {
    Role.OPERATOR: frozenset(_OPERATOR),
    Role.MANAGER: frozenset(_MANAGER),
    Role.COUNTY: frozenset(_CONFIRMING),
    Role.CITY: frozenset(_CONFIRMING),
    Role.PROVINCE: frozenset(_PROVINCE),
    Role.NATION: frozenset(_NATION),
    Role.ADMIN: frozenset({Permission.CATALOG_VIEW, Permission.SYSTEM_VIEW}),
    Role.AUDITOR: frozenset({Permission.AUDIT_VIEW}),
}
