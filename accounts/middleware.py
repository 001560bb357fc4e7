"""Ends a session that is older than a working day, names the person for logs, and holds a session until its
owner has done what comes first.
"""

import time

from django.conf import settings
from django.contrib.auth import logout
from django.shortcuts import redirect
from django.utils.decorators import sync_only_middleware

from accounts.duties import password_duty
from autoflow.common import identity

STARTED_AT = "started_at"


@sync_only_middleware
def session_limits(get_response):
    """Signs out after SESSION_TOTAL_SECONDS however busy the session was; idleness is the cookie's own
    limit.
    """

    def middleware(request):
        if request.user.is_authenticated:
            if time.time() - request.session.get(STARTED_AT, 0) > settings.SESSION_TOTAL_SECONDS:
                logout(request)
            else:
                identity.name_user(request.user.pk)
        return get_response(request)

    return middleware


class AccountDuties:
    """A password that has to be changed leaves nothing else open but that page and the way out."""

    ALWAYS_OPEN = {"accounts:logout", "accounts:password-change"}

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if request.resolver_match.view_name in self.ALWAYS_OPEN or not password_duty(request.user):
            return None
        return redirect("accounts:password-change")
