"""Ends a session that is older than a working day or that newer ones pushed out, names the person for logs,
and holds a session until its owner has done what comes first.
"""

import logging
import time
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError
from django.shortcuts import redirect
from django.utils.decorators import sync_only_middleware

from accounts.audit import record
from accounts.duties import first_duty
from accounts.enums import Outcome
from accounts.models import AuditRecord
from autoflow.common import identity
from autoflow.common.errors import TooManyRequests
from autoflow.common.limits import ensure_not_flooded
from autoflow.common.requests import SAFE_METHODS, client_address

logger = logging.getLogger(__name__)
REFUSED = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
STARTED_AT, RENEWED_AT, MARK = "started_at", "renewed_at", "session_mark"
PUSHED_OUT = (
    "您的账号在其他地方登录，超过同时登录的数量，这里已退出，需要时请重新登录。"
    "如非本人操作，请登录后立即修改密码。"
)


@sync_only_middleware
def session_limits(get_response):
    """Signs out after SESSION_TOTAL_SECONDS however busy the session was; idleness is the cookie's own
    limit, which is put off once in SESSION_RENEWED_SECONDS: a page that is only read writes nothing.
    """

    def middleware(request):
        if request.user.is_authenticated:
            now = int(time.time())
            if now - request.session.get(STARTED_AT, 0) > settings.SESSION_TOTAL_SECONDS:
                logout(request)
            else:
                identity.name_user(request.user.pk)
                if now - request.session.get(RENEWED_AT, 0) >= settings.SESSION_RENEWED_SECONDS:
                    request.session[RENEWED_AT] = now
        return get_response(request)

    return middleware


class SignInFirst(LoginRequiredMiddleware):
    """Whoever signed in is where he wanted to be: on the page he opened, or on the one whose button he
    pressed, since the button's own address may be no page.
    """

    def handle_no_permission(self, request, view_func):
        if request.method in SAFE_METHODS:
            return super().handle_no_permission(request, view_func)
        page = urlsplit(request.headers.get("Referer", ""))
        back = page._replace(scheme="", netloc="").geturl() if page.netloc == request.get_host() else "/"
        return redirect_to_login(back, self.get_login_url(view_func), self.get_redirect_field_name(view_func))


@sync_only_middleware
def pushed_out(get_response):
    """A session that newer ones of its account ended does nothing more; the next page says why, not an
    answer that only a script reads.
    """

    def middleware(request):
        mark = request.session.get(MARK)
        if request.user.is_authenticated and mark and mark not in request.user.session_marks:
            if request.headers.get("Sec-Fetch-Dest", "document") == "document":
                logout(request)
                messages.warning(request, PUSHED_OUT)
            else:
                request.user = AnonymousUser()
        return get_response(request)

    return middleware


@sync_only_middleware
def refusals_recorded(get_response):
    """Who was refused by role or scope stands in the trail, unless the step itself said so: once a minute for
    each person and address, so that nobody floods it.
    """

    def middleware(request):
        response = get_response(request)
        if response.status_code in REFUSED and request.user.is_authenticated:
            _record_refusal(request, response.status_code)
        return response

    return middleware


def _record_refusal(request, status):
    match = request.resolver_match
    if match is None or (status == HTTPStatus.NOT_FOUND and not match.kwargs):
        return
    try:
        ensure_not_flooded(f"refusal:{match.view_name}", str(request.user.pk), limit=1, seconds=60)
        own = AuditRecord.objects.made_by(request.user).order_by("-id").values_list("request_id", "outcome")
        if own.first() == (request.id, Outcome.REFUSED):
            return
        ids = {name: value for name, value in match.kwargs.items() if isinstance(value, int)}
        record(
            "access.refuse",
            by=request.user,
            outcome=Outcome.REFUSED,
            summary=f"{request.method} {match.view_name}",
            address=client_address(request),
            status=status,
            **ids,
        )
    except TooManyRequests:
        return
    except DatabaseError:
        logger.warning("refusal not recorded", extra={"view": match.view_name})


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
