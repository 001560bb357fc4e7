"""Tasks of no single business app."""

import time

from celery import shared_task
from django.core.cache import cache

from autoflow.common.health import HEARTBEAT_KEY, HEARTBEAT_SECONDS


@shared_task
def beat_heart():
    """Show that a worker takes tasks: readiness and the import page look at this moment."""
    cache.set(HEARTBEAT_KEY, time.time(), HEARTBEAT_SECONDS * 10)
