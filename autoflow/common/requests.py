"""Facts about a request that must not be believed from its headers alone."""

from django.conf import settings

from autoflow.common.text import hidden_character, normalise

SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}


def client_address(request):
    """The address of the client: the socket's, or the one our own TRUSTED_PROXY_COUNT proxies wrote,
    never a forged one.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    count = settings.TRUSTED_PROXY_COUNT
    if count and len(hops) >= count:
        return hops[-count]
    return request.META.get("REMOTE_ADDR") or "127.0.0.1"


def chosen_text(query, name, limit=60):
    """What was typed into a search box, as names are stored; nothing when it hides invisible characters."""
    text = normalise(query.get(name, ""))[:limit]
    return "" if hidden_character(text) else text


def chosen_id(request, name):
    """The id a filter in the address names, None when it is missing or no id."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
