"""Reads of trades and imports: every one starts with `visible_to(user)`."""

from django.db import models
from django.db.models import Q

from accounts.enums import ENTERPRISE_ROLES, Role
from accounts.scope import area_of
from filing.models import Filing
from usedcar.enums import CorrectionStatus

SEALED = tuple(
    f"{prefix}_{name}" for prefix in ("seller", "buyer") for name in ("id_number", "phone", "address")
)


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
        """What lists and exports show; sealed columns stay in the database."""
        return self.select_related("enterprise").defer(*SEALED)

    def with_history_for(self, user):
        """Trades whose history somebody may read; auditors see all."""
        return self.all() if user.role == Role.AUDITOR else self.visible_to(user)

    def of_persons(self, keys):
        """Trades in which somebody with one of these fingerprints sold or bought."""
        return self.filter(Q(seller_id_key__in=keys) | Q(buyer_id_key__in=keys))


class EventQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The history of the trades of one's own enterprise or of an authority's area; auditors see all."""
        if user.role in ENTERPRISE_ROLES:
            return self.filter(enterprise__staff=user)
        if user.role == Role.AUDITOR:
            return self.all()
        area = area_of(user, "enterprise__")
        return self.none() if area is None else self.filter(area)


class CorrectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Requests of one's own enterprise, or of the enterprises of an authority's area."""
        if user.role in ENTERPRISE_ROLES:
            return self.filter(enterprise__staff=user)
        area = area_of(user, "enterprise__")
        return self.none() if area is None else self.filter(area)

    def open_for(self, trade_id, at):
        """Granted, not used yet and not run out."""
        return self.filter(trade_number=trade_id, status=CorrectionStatus.GRANTED, until__gt=at)

    def with_list_columns(self):
        """With whether the county confirms the enterprise, and so decides."""
        in_force = Filing.objects.filter(enterprise=models.OuterRef("enterprise"), is_in_force=True)
        is_of_county = models.Exists(in_force.filter(confirm_level="COUNTY"))
        return self.select_related("enterprise").annotate(is_of_county=is_of_county)


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Imports belong to the enterprise that made them; authorities see their trades, not their files."""
        return self.filter(enterprise__staff=user) if user.role in ENTERPRISE_ROLES else self.none()

    def with_list_columns(self):
        return self.select_related("uploaded_by")
