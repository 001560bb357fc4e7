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
    Permission.TRADE_HISTORY,
    Permission.NUMBER_REVEAL,
    Permission.REPORT_VIEW,
    Permission.REPORT_EDIT,
}
_AUTHORITY = {
    Permission.FILING_VIEW,
    Permission.FILING_REVIEW,
    Permission.ENTERPRISE_VIEW,
    Permission.CATALOG_VIEW,
    Permission.TRADE_VIEW,
    Permission.TRADE_HISTORY,
    Permission.REPORT_REVIEW,
    Permission.REPORT_RETURN,
    Permission.REPORT_UNLOCK,
    Permission.REPORT_CHASE,
}
_CONFIRMING = {
    *_AUTHORITY,
    Permission.FILING_CONFIRM,
    Permission.CANCELLATION_DECIDE,
    Permission.DEPUTY_SET,
    Permission.PASSWORD_RESET,
}

_MANAGER = {
    *_OPERATOR,
    Permission.SERVICE_OPEN,
    Permission.FILING_SUBMIT,
    Permission.STAFF_MANAGE,
    Permission.FILING_WITHDRAW,
    Permission.FILING_GIVE_UP,
    Permission.CANCELLATION_ASK,
    Permission.CANCELLATION_DROP,
}
_CITY = {
    *_CONFIRMING,
    Permission.FILING_URGE,
    Permission.ACCOUNT_MANAGE,
}
_PROVINCE = {
    *_CITY,
    Permission.FILING_SUSPEND,
    Permission.FILING_RESUME,
    Permission.FILING_REVERIFY,
    Permission.FILING_REASSIGN,
    Permission.FILING_CANCEL,
    Permission.POLICY_SET,
    Permission.WINDOW_SET,
}
_NATION = {
    *_AUTHORITY,
    Permission.FILING_SUSPEND,
    Permission.FILING_RESUME,
    Permission.ACCOUNT_MANAGE,
    Permission.POLICY_SET,
    Permission.WINDOW_SET,
}
_ADMIN = {
    Permission.CATALOG_VIEW,
    Permission.SYSTEM_VIEW,
    Permission.FILING_LOAD,
    Permission.SYNC_MANAGE,
    Permission.CATALOG_MANAGE,
    Permission.ACCOUNT_MANAGE,
    Permission.CONTACT_MANAGE,
}

ROLE_PERMISSIONS = {
    Role.OPERATOR: frozenset(_OPERATOR),
    Role.MANAGER: frozenset(_MANAGER),
    Role.COUNTY: frozenset(_CONFIRMING),
    Role.CITY: frozenset(_CITY),
    Role.PROVINCE: frozenset(_PROVINCE),
    Role.NATION: frozenset(_NATION),
    Role.ADMIN: frozenset(_ADMIN),
    Role.AUDITOR: frozenset({Permission.AUDIT_VIEW, Permission.TRADE_HISTORY}),
}
