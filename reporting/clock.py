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


def tell_database(at: datetime) -> None:
    """What refuses changes of locked reports in the database decides by this moment too, until the
    transaction ends; without it, by the database's own clock.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('autoflow.at', %s, true)", [at.isoformat()])


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
