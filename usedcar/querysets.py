"""Reads of trades and imports: every one starts with `visible_to(user)`."""

from django.db import models

from accounts.enums import ENTERPRISE_ROLES
from accounts.scope import area_of


class AnyOf(models.Func):
    """`column = ANY (values)`: one parameter however many values, and an index that serves the column."""

    arg_joiner, template, arity = " = ANY(", "%(expressions)s)", 2
    output_field = models.BooleanField()

    def __init__(self, column: str, values: list):
        super().__init__(models.F(column), models.Value(values))


class ScopedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own enterprise's rows, or those of an authority's area."""
        if user.role in ENTERPRISE_ROLES:
            return self.filter(enterprise__staff=user)
        area = area_of(user)
        return self.none() if area is None else self.filter(area)


class TradeQuerySet(ScopedQuerySet):
    def with_list_columns(self):
        return self.select_related("enterprise")


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Imports belong to the enterprise that made them; authorities see their trades, not their files."""
        return self.filter(enterprise__staff=user) if user.role in ENTERPRISE_ROLES else self.none()

    def with_list_columns(self):
        return self.select_related("uploaded_by")
