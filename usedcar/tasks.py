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
def run_export(export_id: int):
    from usedcar import export_jobs  # noqa: PLC0415

    export_jobs.run_export(export_id=export_id)


@shared_task
def undo_import(batch_id: int):
    from usedcar import jobs  # noqa: PLC0415

    jobs.undo_batch(batch_id=batch_id)


@shared_task
def sweep_imports():
    """Ring again for every import and export whose bell was lost or whose worker died."""
    from usedcar import export_jobs, jobs  # noqa: PLC0415

    for batch_id, status in jobs.sweep():
        TASKS.get(status, check_import).delay(batch_id)
    for export_id in export_jobs.sweep():
        run_export.delay(export_id)


TASKS = {ImportStatus.WRITING: write_import, ImportStatus.UNDOING: undo_import}
