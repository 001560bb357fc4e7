"""Error answers: each says in Chinese what happened, what to do and who can help, with an incident number."""

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from autoflow.common import identity


def _context(**more):
    return {
        "incident": identity.request_id()[:12].upper(),
        "support_phone": settings.SUPPORT_PHONE,
        "product_name": settings.PRODUCT_NAME,
        **more,
    }


def _plain(status):
    """A page that needs neither session nor database, for when these are what failed."""
    return HttpResponse(render_to_string(f"errors/{status}.html", _context()), status=status)


def bad_request(request, exception=None):
    return too_large(request) if isinstance(exception, RequestDataTooBig) else _plain(400)


def permission_denied(request, exception=None):
    return render(request, "errors/403.html", _context(reason=str(exception or "")), status=403)


def page_not_found(request, exception=None):
    return render(request, "errors/404.html", _context(), status=404)


def server_error(request):
    """Also where the database fails before any view, as when the session is read."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return unavailable(request)
    return _plain(500)


def unavailable(request):
    """The database or another part the page needs does not answer; nothing of the request was stored."""
    response = _plain(503)
    response["Retry-After"] = "30"
    return response


def too_large(request):
    """The body is larger than any form of ours."""
    return _plain(413)


def wrong_method(allowed):
    """An address that only takes what a page sends was opened by itself."""
    response = _plain(405)
    response["Allow"] = allowed
    return response


def csrf_failure(request, reason=""):
    """The form is older than the session, or comes from another site."""
    return render(
        request,
        "errors/403.html",
        _context(reason="页面已过期或来源不正确，本次操作没有执行。请返回上一页刷新后重新提交。"),
        status=403,
    )


def refused(request, error):
    """A business error that no form on the page can show."""
    return render(request, f"errors/{error.status}.html", _context(reason=str(error)), status=error.status)
