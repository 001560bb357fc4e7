"""Entry points of the worker; each only calls, and is safe to deliver twice."""

from celery import shared_task

BELL_SECONDS = 60  # a bell not heard by then is forgotten: the sweeper has rung again
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


@shared_task(expires=BELL_SECONDS)
def push_message(message_id: int):
    """Send one message to the traffic police, then ring for the one that waited behind it."""
    from filing import delivery  # noqa: PLC0415 -- tasks are leaves; what they call imports them

    following = delivery.deliver(message_id=message_id)
    if following is not None:
        push_message.delay(following)


@shared_task
def sweep_pushes():
    """Ring again for every message whose bell was lost, whose worker died or whose time has come."""
    from filing import delivery  # noqa: PLC0415

    for message_id in delivery.sweep():
        push_message.delay(message_id)


@shared_task
def forget_tries():
    from filing import delivery  # noqa: PLC0415

    delivery.forget_tries()
