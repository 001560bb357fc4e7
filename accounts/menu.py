"""The menu of a role: each app registers its entries; an entry whose moment has not come stays visible
with the reason.
"""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from accounts.enums import Permission
from accounts.permissions import decide
from autoflow.common import identity

_ENTRIES = []


@dataclass(frozen=True)
class Entry:
    """A registered entry: `shown_to(user)` hides it from those it never concerns."""

    order: int
    label: str
    url_name: str
    permission: Permission | None = None
    shown_to: callable = None


@dataclass(frozen=True)
class MenuItem:
    """An entry as one person sees it; a non-empty reason disables it."""

    label: str
    url: str
    is_current: bool
    reason: str = ""


def register(order, label, url_name, permission=None, shown_to=None):
    """Add an entry; called once by each app when it is ready."""
    _ENTRIES.append(Entry(order, label, url_name, permission, shown_to))
    _ENTRIES.sort(key=lambda entry: entry.order)


def menu_for(request):
    """The entries of the person signed in, the longest matching address marked as current."""
    items = []
    for entry in _ENTRIES:
        if entry.shown_to and not entry.shown_to(request.user):
            continue
        decision = decide(request.user, entry.permission) if entry.permission else None
        if decision is not None and not decision.by_role:
            continue
        reason = decision.reason if decision is not None else ""
        items.append((entry.label, reverse(entry.url_name), reason))
    fitting = [
        url for _, url, _ in items if request.path.startswith(url) and (url != "/" or request.path == "/")
    ]
    current = max(fitting, key=len, default=None)
    return [MenuItem(label, url, url == current, reason) for label, url, reason in items]


def idle_seconds():
    """How long a page may lie idle for certain: its session was renewed at most so much earlier."""
    return settings.SESSION_COOKIE_AGE - settings.SESSION_RENEWED_SECONDS


def page_context(request):
    """What every page shows besides its own content."""
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {
        "product_name": settings.PRODUCT_NAME,
        "support_phone": settings.SUPPORT_PHONE,
        "request_id": identity.request_id(),
        "session_seconds": idle_seconds() if signed_in else 0,
        "menu": menu_for(request) if signed_in else [],
    }
