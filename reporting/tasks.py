"""Entry points of the worker; safe to deliver twice."""

from celery import shared_task


@shared_task
def owe_what_opened():
    """Write down what is owed for the periods that are open."""
    from reporting import owing  # noqa: PLC0415 -- tasks are leaves

    owing.owe_what_opened()


@shared_task
def remind_who_owes():
    """Remind the enterprises that owe what is due soon."""
    from reporting import reminders  # noqa: PLC0415 -- tasks are leaves

    reminders.remind_who_owes()
