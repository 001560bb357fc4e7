"""Entry points of the worker; each only calls, and is safe to deliver twice."""

from celery import shared_task

VERIFY_SECONDS = 240  # well within the time after which the broker hands a task out again


@shared_task
def verify_images():
    """Look at the files of stored images, a slice at a time until all were looked at."""
    from filing import upkeep  # noqa: PLC0415 -- tasks are leaves; what they call imports them

    *_, has_more = upkeep.verify_images(seconds=VERIFY_SECONDS)
    if has_more:
        verify_images.delay()


@shared_task
def sweep_images():
    from filing import upkeep  # noqa: PLC0415

    upkeep.sweep_images()
