"""Word to a person, in the inbox of the product and by mail."""

from collections.abc import Iterable

from accounts.models import User


def notify(recipients: Iterable[User], *, title: str, text: str, url: str = "") -> None:
    """Tell these people what happened and what comes next; `url` is the page where they go on.

    Called inside the transaction of the step that causes it, so that nobody hears of what did not happen.
    """
