"""Reads of the accounts."""

from django.db import models
from django.db.models import Q


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
        return self if user.role == "AUDITOR" else self.none()

    def made_by(self, user):
        """One's own lines: what an authority may read back of what it did itself."""
        return self.filter(user_id=user.pk)


class UserQuerySet(models.QuerySet):
    def search(self, text):
        """By account, name of the person or of the body."""
        return self.filter(
            Q(username__icontains=text) | Q(display_name__contains=text) | Q(organisation__contains=text)
        )
