"""The identity of the action under way: one request id joins its log lines, audit rows and error page."""

import re
import time
import uuid
from contextvars import ContextVar

_identity = ContextVar("identity", default=("", None, 0.0))
_WELL_FORMED = re.compile(r"[A-Za-z0-9-]{8,64}")


def begin(request_id=""):
    """Start an action; a well-formed id handed in by a proxy or a task message is kept, anything else
    replaced.
    """
    if not _WELL_FORMED.fullmatch(request_id or ""):
        request_id = uuid.uuid4().hex
    return _identity.set((request_id, None, time.monotonic()))


def end(token):
    """Forget the action begun with this token."""
    _identity.reset(token)


def request_id():
    """The id of the action under way, empty outside one."""
    return _identity.get()[0]


def user_id():
    """The key of the person acting, None for nobody."""
    return _identity.get()[1]


def received_at():
    """When the action under way began, on the monotonic clock; 0 outside one."""
    return _identity.get()[2]


def name_user(user_pk):
    """Remember who acts, for the log lines that follow."""
    _identity.set((request_id(), user_pk, received_at()))
