"""Entry points of the worker; each only fetches and calls, and is safe to deliver twice."""

from celery import shared_task


@shared_task
def send_code(code_id: int):
    from accounts import delivery  # noqa: PLC0415 -- tasks are leaves; what they call imports them

    delivery.send_code(code_id=code_id)


@shared_task
def mail_notices(notice_ids: list[int]):
    from accounts import delivery  # noqa: PLC0415

    delivery.mail_notices(notice_ids=notice_ids)


@shared_task
def sweep_messages():
    """Ring again for every code and notice whose bell was lost."""
    from accounts import delivery  # noqa: PLC0415

    codes, notices = delivery.sweep()
    for code_id in codes:
        send_code.delay(code_id)
    if notices:
        mail_notices.delay(notices)
