"""One function decides for the menu, the button, the page and the endpoint: may this person do this, now,
to this?
"""

from dataclasses import dataclass
from functools import wraps

from django.core.exceptions import PermissionDenied

from accounts.roles import ROLE_PERMISSIONS
from autoflow.common.errors import BusinessError

_CONDITIONS = {}


@dataclass(frozen=True)
class Decision:
    """Allowed or not; `by_role` tells a wrong role (403) from a wrong moment (the reason says what must
    come first).
    """

    allowed: bool
    reason: str = ""
    by_role: bool = True

    def __bool__(self):
        return self.allowed


def condition(permission):
    """Registers what a permission needs besides the role: a function of (user, object) that gives a
    reason or an empty text.
    """

    def register(function):
        _CONDITIONS[permission] = function
        return function

    return register


def decide(user, permission, obj=None):
    """The decision with its reason in Chinese."""
    if permission not in ROLE_PERMISSIONS.get(getattr(user, "role", None), ()):
        return Decision(False, f"您的账号没有“{permission.label}”的权限。", by_role=False)
    function = _CONDITIONS.get(permission)
    reason = function(user, obj) if function else ""
    return Decision(not reason, reason)


def can(user, permission, obj=None):
    """Whether the person may do this now."""
    return decide(user, permission, obj).allowed


def require(user, permission, obj=None):
    """The first gate of every service: a wrong role is refused with 403, a wrong moment with the reason."""
    decision = decide(user, permission, obj)
    if not decision.by_role:
        raise PermissionDenied(decision.reason)
    if not decision.allowed:
        raise BusinessError(decision.reason)


def permission_required(permission):
    """The first gate of a view: the role, before anything is read."""

    def decorate(view):
        @wraps(view)
        def gated(request, *args, **kwargs):
            if permission not in ROLE_PERMISSIONS.get(request.user.role, ()):
                raise PermissionDenied(f"您的账号没有“{permission.label}”的权限。")
            return view(request, *args, **kwargs)

        gated.permission = permission
        return gated

    return decorate
