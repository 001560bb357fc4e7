"""Word to a person, in the inbox of the product and by mail."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import Notice, User
from accounts.tasks import mail_notices
from autoflow.common.bell import ring

TITLE_LENGTH, TEXT_LENGTH = 100, 1000


@transaction.atomic
def notify(
    recipients: Iterable[User], *, title: str, text: str, url: str = "", always_mail: bool = False
) -> None:
    """Tell these people what happened and what comes next; `url` is the page where they go on.

    Mail goes to those who want it, and whatever they want when the safety of the account is at stake
    (`always_mail`). Called inside the transaction of the step that causes it, so that nobody hears of what
    did not happen.
    """
    if url and not is_local(url):
        raise ValueError("a notice leads to a page of ours")
    persons = {user.pk: user for user in recipients if user.is_active}
    notices = Notice.objects.bulk_create(
        Notice(
            recipient=user,
            title=_shortened(title, TITLE_LENGTH),
            text=_shortened(text, TEXT_LENGTH),
            url=url,
            is_mail_due=bool(user.email and (user.wants_mail or always_mail)),
        )
        for user in persons.values()
    )
    due = [notice.pk for notice in notices if notice.is_mail_due]
    if due:
        ring(mail_notices, due)


def is_local(url):
    """Whether an address is a path on this site."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)


def _shortened(text, limit):
    """One line, for subjects and lists."""
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
