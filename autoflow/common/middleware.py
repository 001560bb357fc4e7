"""What holds for every request: its identity, its headers, same-site writes, and a kind answer when the
database is away.
"""

import logging
import time
from http import HTTPStatus

from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import sync_only_middleware

from autoflow.common import error_pages, identity, metrics
from autoflow.common.errors import BusinessError
from autoflow.common.requests import SAFE_METHODS

logger = logging.getLogger(__name__)


@sync_only_middleware
def request_identity(get_response):
    """Gives the request an id, logs it in one line without its query or body, and counts it."""

    def middleware(request):
        token = identity.begin(request.headers.get("X-Request-ID", ""))
        request.id = identity.request_id()
        started = time.monotonic()
        try:
            response = get_response(request)
            response["X-Request-ID"] = request.id
            seconds = time.monotonic() - started
            route = getattr(request.resolver_match, "route", "") or "unmatched"
            metrics.observe_request(request.method, route, response.status_code, seconds)
            logger.info(
                "request",
                extra={
                    "method": request.method,
                    "route": route,
                    "status": response.status_code,
                    "milliseconds": round(seconds * 1000, 1),
                },
            )
            return response
        finally:
            identity.end(token)

    return middleware


@sync_only_middleware
def response_headers(get_response):
    """Nothing a signed-in page shows stays in a shared or disk cache, and the browser grants the page no
    devices.
    """

    def middleware(request):
        response = get_response(request)
        response.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            response["Cache-Control"] = "private, no-store"
        return response

    return middleware


@sync_only_middleware
def wrong_method_explained(get_response):
    """Django answers the wrong method with an empty page."""

    def middleware(request):
        response = get_response(request)
        is_bare = response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content
        return error_pages.wrong_method(response["Allow"]) if is_bare else response

    return middleware


@sync_only_middleware
def same_site_only(get_response):
    """A write started by another site is refused before anything reads it, whatever token it carries."""

    def middleware(request):
        cross_site = request.headers.get("Sec-Fetch-Site") == "cross-site"
        if cross_site and request.method not in SAFE_METHODS:
            return error_pages.csrf_failure(request)
        return get_response(request)

    return middleware


class database_errors:
    """A database that is away or read-only answers 503 with a way out; a business error no form could
    show keeps its status.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, BusinessError):
            return error_pages.refused(request, exception)
        if isinstance(exception, OperationalError | InterfaceError):
            logger.error("database unavailable", exc_info=exception)
            return error_pages.unavailable(request)
        if isinstance(exception, ImproperlyConfigured):
            logger.error("configuration", exc_info=exception)
        return None
