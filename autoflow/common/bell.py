"""Rings for the worker: the row in the database is the job, the queue only tells of it."""

import logging
from functools import partial

from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def ring(task, ids) -> None:
    """Queue a task once the rows of these ids are committed; without a queue its sweeper rings later."""
    transaction.on_commit(partial(_publish, task, ids))


def _publish(task, ids):
    try:
        task.delay(ids)
    except OperationalError:
        logger.warning("queue unavailable", extra={"task": task.name})
