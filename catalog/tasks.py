"""Entry points of the worker; each only fetches and calls, and is safe to deliver twice."""

from celery import shared_task


@shared_task
def run_load(load_id: int):
    from catalog import load_jobs  # noqa: PLC0415 -- tasks are leaves; what they call imports them

    load_jobs.run_load(load_id=load_id)


@shared_task
def sweep_loads():
    """Delete what is over, and ring again for every load whose bell was lost or whose worker died."""
    from catalog import load_jobs  # noqa: PLC0415

    for load_id in load_jobs.sweep():
        run_load.delay(load_id)
