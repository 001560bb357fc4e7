"""Test clients share one loaded middleware, as the requests of a server do: to load it anew, and to list the
static files with it, costs more than most pages.
"""

from django.conf import settings
from django.test.client import ClientHandler

LISTS = ("_view_middleware", "_template_response_middleware", "_exception_middleware", "_middleware_chain")
UNCHANGED = settings._wrapped
load_anew = ClientHandler.load_middleware
loaded = {}


def load_once(handler, is_async=False):
    """Middleware may read settings while it is loaded: where a test changed some, it is loaded for it."""
    if is_async or settings._wrapped is not UNCHANGED:
        load_anew(handler, is_async)
        return
    if not loaded:
        load_anew(handler)
        loaded.update({name: getattr(handler, name) for name in LISTS})
    vars(handler).update(loaded)
