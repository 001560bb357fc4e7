"""Entry points of the worker; each only fetches and calls, and is safe to deliver twice."""

from celery import shared_task

from usedcar.enums import ImportStatus


@shared_task
def check_import(batch_id: int):
    from usedcar import jobs  # noqa: PLC0415 -- tasks are leaves; what they call imports them

    jobs.check_batch(batch_id=batch_id)


@shared_task
def write_import(batch_id: int):
    from usedcar import jobs  # noqa: PLC0415

    jobs.write_batch(batch_id=batch_id)


@shared_task
def undo_import(batch_id: int):
    from usedcar import jobs  # noqa: PLC0415

    jobs.undo_batch(batch_id=batch_id)


@shared_task
def sweep_imports():
    """Ring again for every batch whose bell was lost or whose worker died."""
    from usedcar import jobs  # noqa: PLC0415

    for batch_id, status in jobs.sweep():
        TASKS.get(status, check_import).delay(batch_id)


TASKS = {ImportStatus.WRITING: write_import, ImportStatus.UNDOING: undo_import}
