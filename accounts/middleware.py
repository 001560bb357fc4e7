"""Ends a session that is older than a working day, and names the person for logs."""

import time

from django.conf import settings
from django.contrib.auth import logout
from django.utils.decorators import sync_only_middleware

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
