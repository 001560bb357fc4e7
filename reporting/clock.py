"""What time it is for deadlines: the database's clock, at the moment the request was received.

A form that was sent at 23:59:59 and waited in a queue is in time. Tests stop the clock with `stopped_at`.
"""

import time
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.db import connection

from autoflow.common import identity

_stopped: ContextVar[datetime | None] = ContextVar("stopped", default=None)


def now() -> datetime:
    """The moment the request under way was received; outside one, this moment."""
    stopped = _stopped.get()
    if stopped is not None:
        return stopped
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    return moment - timedelta(seconds=_waited())


def _waited() -> float:
    received = identity.received_at()
    return time.monotonic() - received if received else 0.0


@contextmanager
def stopped_at(moment: datetime):
    """Deadlines are decided at this moment, whatever the clock says."""
    token = _stopped.set(moment)
    try:
        yield
    finally:
        _stopped.reset(token)
