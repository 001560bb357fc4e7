"""Reads of the accounts."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.enums import Role


class UserQuerySet(models.QuerySet):
    def named(self, name):
        """Who signs in with this: the account name without regard to case, or the credit code of a
        manager; an account name goes first.
        """
        name = name.strip()
        by_name, by_code = Q(lower_name=name.lower()), Q(role=Role.MANAGER, uscc=name.upper())
        found = self.alias(lower_name=Lower("username")).filter(by_name | by_code & ~Q(uscc=""))
        return max(found, key=lambda user: user.username.lower() == name.lower(), default=None)

    def staff_of(self, manager):
        """The operators a manager answers for: those of his own enterprise."""
        if manager.role != Role.MANAGER or not manager.uscc:
            return self.none()
        return self.filter(role=Role.OPERATOR, uscc=manager.uscc)

    def search(self, text):
        """By account, name of the person or of the body."""
        return self.filter(
            Q(username__icontains=text) | Q(display_name__contains=text) | Q(organisation__contains=text)
        )


class RecoveryCodeQuerySet(models.QuerySet):
    def open(self):
        """Neither used nor given up."""
        return self.filter(closed_at=None)

    def unsent(self):
        return self.open().filter(sent_at=None)


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A notice is its recipient's alone."""
        return self.filter(recipient=user)

    def unread(self):
        return self.filter(is_unread=True)


class DivisionQuerySet(models.QuerySet):
    def children_of(self, code):
        """What a person chooses below a division; placeholder levels (市辖区) are skipped, the nation for
        an empty code.
        """
        if not code:
            return self.filter(parent=None).order_by("code")
        direct = Q(parent_id=code, is_placeholder=False)
        return self.filter(direct | Q(parent__parent_id=code, parent__is_placeholder=True)).order_by("code")

    def with_leaf(self):
        """Adds has_children: a division without any is where a person stops choosing."""
        below = self.model._base_manager.filter(parent=models.OuterRef("pk"))
        return self.annotate(has_children=models.Exists(below))


class AuditQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The trail is the auditor's alone."""
        return self if user.role == Role.AUDITOR else self.none()

    def made_by(self, user):
        """One's own lines: what an authority may read back of what it did itself."""
        return self.filter(user_id=user.pk)
