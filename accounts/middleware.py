"""Ends a session that is older than a working day, names the person for logs, and holds a session until its
owner has done what comes first.
"""

import time

from django.conf import settings
from django.contrib.auth import logout
from django.shortcuts import redirect
from django.utils.decorators import sync_only_middleware

from accounts.duties import first_duty
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
    """A second factor that was not shown, or a password that has to be changed, leaves nothing else open but
    the page for it and the way out.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        duty, name = first_duty(request), request.resolver_match.view_name
        if not duty or name.startswith(duty) or name == "accounts:logout":
            return None
        return redirect(duty)
