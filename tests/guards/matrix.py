"""Who may call what: every address of the product by role. An address without a line here fails the test."""

ENTERPRISE = {"manager", "operator"}
AUTHORITY = {"county", "city", "province", "nation"}
CONFIRMING = {"county", "city", "province"}
OTHERS = {"admin", "auditor"}
EVERYBODY = ENTERPRISE | AUTHORITY | OTHERS
PUBLIC = {
    "accounts:login",
    "accounts:register",
    "accounts:privacy",
    "accounts:division-list",
    "healthz",
    "readyz",
    "metrics",
}
ALLOWED = {
    "home": EVERYBODY,
    "accounts:logout": EVERYBODY,
    "accounts:profile": EVERYBODY,
    "accounts:password-change": EVERYBODY,
    "accounts:preferences-save": EVERYBODY,
    "catalog:brand-list": EVERYBODY - {"auditor"},
    "catalog:model-list": EVERYBODY - {"auditor"},
    "catalog:producer-list": EVERYBODY - {"auditor"},
    "catalog:brand-options": ENTERPRISE,
    "catalog:producer-options": ENTERPRISE,
    "filing:open-service": {"manager"},
    "filing:detail": ENTERPRISE,
    "filing:edit": ENTERPRISE,
    "filing:print": ENTERPRISE,
    "filing:version": ENTERPRISE,
    "filing:image": ENTERPRISE | AUTHORITY,
    "filing:line-image": ENTERPRISE | AUTHORITY,
    "reviews:start": AUTHORITY,
    "reviews:filing-list": AUTHORITY,
    "reviews:filing-detail": AUTHORITY,
    "reviews:filing-confirm": CONFIRMING,
    "reviews:filing-return": CONFIRMING,
    "reviews:authorization-list": AUTHORITY,
    "reviews:audit-list": {"auditor"},
    "usedcar:trade-list": ENTERPRISE | AUTHORITY,
    "usedcar:trade-detail": ENTERPRISE | AUTHORITY,
    "usedcar:import-list": ENTERPRISE,
    "usedcar:import-template": ENTERPRISE,
    "usedcar:import-detail": ENTERPRISE,
    "usedcar:import-progress": ENTERPRISE,
    "usedcar:import-errors": ENTERPRISE,
    "usedcar:import-commit": ENTERPRISE,
    "usedcar:import-cancel": ENTERPRISE,
}
POST_ONLY = {
    "accounts:logout",
    "accounts:preferences-save",
    "reviews:filing-confirm",
    "reviews:filing-return",
    "usedcar:import-commit",
    "usedcar:import-cancel",
}
