"""What every page shows of a person's notices."""

from django.utils.functional import cached_property

from accounts.models import Notice


class Inbox:
    """What the header and the home page show of a person's notices; asked for only where it is shown."""

    SHOWN = 3

    def __init__(self, user):
        self.unread = Notice.objects.visible_to(user).unread()

    @cached_property
    def count(self):
        """Unread notices, as a short word."""
        count = self.unread.order_by()[:100].count()
        return "99+" if count > 99 else count

    @cached_property
    def latest(self):
        return list(self.unread.order_by("-id")[: self.SHOWN])


def page_context(request):
    """The inbox of the person signed in, for the header."""
    user = getattr(request, "user", None)
    return {"inbox": Inbox(user) if user and user.is_authenticated else None}
