"""Reads of trades and imports: every one starts with `visible_to(user)`."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Left, Reverse

from accounts.enums import ENTERPRISE_ROLES, Role
from accounts.scope import area_of
from filing.models import Filing

SEALED = tuple(
    f"{prefix}_{name}" for prefix in ("seller", "buyer") for name in ("id_number", "phone", "address")
)

EXPORTED = (
    "id",
    "vin",
    "plate_no",
    "vehicle_type",
    "maker_model",
    *(
        f"{prefix}_{name}"
        for prefix in ("seller", "buyer")
        for name in ("party_kind", "name", "uscc", "id_mask")
    ),
    "invoice_code",
    "invoice_number",
    "invoice_date",
    "traded_on",
    "price",
    "trade_type",
    "transfer_type",
    "transfer_to_division",
    "status",
    "enterprise__name",
    "reported_at",
)


class AnyOf(models.Func):
    """`column = ANY (values)`: one parameter however many values, and an index that serves the column."""

    arg_joiner, template, arity = " = ANY(", "%(expressions)s)", 2
    output_field = models.BooleanField()

    def __init__(self, column: str | models.Expression, values: list):
        super().__init__(column, models.Value(values))


class ScopedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own enterprise's rows, or those of an authority's area."""
        if user.role in ENTERPRISE_ROLES:
            return self.filter(enterprise__staff=user)
        area = area_of(user)
        return self.none() if area is None else self.filter(area)


class TradeQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """The same rows as anywhere, said so that one index gives them in the order of the list: the own
        enterprise by its number, a city and its counties by the city.
        """
        if user.role in ENTERPRISE_ROLES:
            return self.filter(enterprise__in=list(user.enterprises.values_list("pk", flat=True)))
        visible = super().visible_to(user)
        if user.role in (Role.CITY, Role.COUNTY):
            visible = visible.alias(city_code=Left("division_code", 4)).filter(city_code=user.division_id[:4])
        return visible

    def with_list_columns(self):
        """What lists show; sealed columns stay in the database."""
        return self.select_related("enterprise").defer(*SEALED)

    def as_exported(self):
        """What workbooks hold, as plain rows: a model for each costs more than the rest of its export."""
        return self.values_list(*EXPORTED, named=True)

    def of_vehicles(self, vins):
        """Trades of these vehicles; the one index on vehicles holds their numbers reversed, for the tails."""
        return self.filter(AnyOf(Reverse("vin"), [vin[::-1] for vin in vins]))

    def sold_by(self, keys):
        """Trades in which somebody with one of these fingerprints sold."""
        return self.exclude(seller_id_key=b"").filter(AnyOf("seller_id_key", list(keys)))

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


class AskedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Requests of one's own enterprise, or of the enterprises of an authority's area."""
        if user.role in ENTERPRISE_ROLES:
            return self.filter(enterprise__staff=user)
        area = area_of(user, "enterprise__")
        return self.none() if area is None else self.filter(area)

    def open_at(self, at):
        """Granted, not used yet and not run out."""
        return self.filter(status="GRANTED", until__gt=at)

    def with_list_columns(self):
        """With whether the county confirms the enterprise, and so decides."""
        in_force = Filing.objects.filter(enterprise=models.OuterRef("enterprise"), is_in_force=True)
        is_of_county = models.Exists(in_force.filter(confirm_level="COUNTY"))
        return self.select_related("enterprise").annotate(is_of_county=is_of_county)


class CorrectionQuerySet(AskedQuerySet):
    def open_for(self, trade_id, at):
        """What opens this trade."""
        return self.open_at(at).filter(trade_number=trade_id)


class ReleaseQuerySet(AskedQuerySet):
    def open_for(self, enterprise_id, at):
        """What lets this enterprise report a third short sale."""
        return self.open_at(at).filter(enterprise=enterprise_id)


class SavedFilterQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Filters are their owner's alone."""
        return self.filter(user=user)


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own exports, as long as one sees what they hold."""
        return self.filter(by=user, scope=scope_of(user))


def scope_of(user) -> str:
    """What a person sees of the trades, as text to compare."""
    if user.role in ENTERPRISE_ROLES:
        numbers = user.enterprises.order_by("pk").values_list("pk", flat=True)
        return f"ENTERPRISE {' '.join(map(str, numbers))}"[:100]
    return f"{user.role} {user.jurisdiction_id or ''} {user.division_id or ''}"


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Imports belong to the enterprise that made them; authorities see their trades, not their files."""
        return self.filter(enterprise__staff=user) if user.role in ENTERPRISE_ROLES else self.none()

    def with_list_columns(self):
        return self.select_related("uploaded_by")
