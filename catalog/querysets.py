"""Reads of the catalogue."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Concat

from accounts.enums import ENTERPRISE_ROLES, Role
from catalog.enums import CatalogStatus
from catalog.names import name_key


def _linked(relation):
    """The other end of an approved link, approved itself."""
    states = ("links__status", f"links__{relation}__status")
    return Q(**dict.fromkeys(states, CatalogStatus.APPROVED))


class EntryQuerySet(models.QuerySet):
    """What all kinds of entries share."""

    def visible_to(self, user):
        """The approved catalogue belongs to everybody; a request is seen by its enterprises and by the
        administrator, who also sees what is no longer in use.
        """
        if user.role == Role.ADMIN:
            return self
        if user.role in ENTERPRISE_ROLES:
            return self.filter(Q(status=CatalogStatus.APPROVED) | Q(pk__in=self._requested_by(user)))
        return self.approved()

    def usable_by(self, user):
        """What may be chosen in a draft: approved, or requested by one's own enterprise and undecided."""
        own = Q(status=CatalogStatus.PENDING, pk__in=self._requested_by(user))
        return self.filter(Q(status=CatalogStatus.APPROVED) | own) if user.uscc else self.approved()

    def _requested_by(self, user):
        return self.model._default_manager.filter(requests__uscc=user.uscc).values("pk")

    def approved(self):
        return self.filter(status=CatalogStatus.APPROVED)

    def pending(self):
        return self.filter(status=CatalogStatus.PENDING)

    def awaiting(self):
        """Requests to decide on; displacements asked for with their model go with it."""
        return self.pending()

    def live(self):
        """Entries whose name is taken: everything but what was rejected."""
        return self.exclude(status=CatalogStatus.REJECTED)


class NamedQuerySet(EntryQuerySet):
    """Entries with a name, which may have been another before a correction or a merge."""

    def named_like(self, text):
        """Entries whose name contains the text, however it was typed, or once did."""
        key = name_key(text)
        if not text:
            return self
        aliases = self.model._default_manager.filter(merged_into__isnull=False, name_key__contains=key)
        return self.filter(
            self._own_name(key) | Q(former_keys__contains=key) | Q(pk__in=aliases.values("merged_into"))
        )

    def _own_name(self, key):
        return Q(name_key__contains=key)

    def with_kept_id(self):
        """Adds kept_id: what figures are counted under, the entry itself or the one it was merged into."""
        return self.annotate(kept_id=Coalesce("merged_into_id", "pk"))


class BrandQuerySet(NamedQuerySet):
    def with_list_columns(self):
        return self.annotate(
            producer_count=models.Count("links__producer", filter=_linked("producer"), distinct=True),
            model_count=models.Count(
                "models", filter=Q(models__status=CatalogStatus.APPROVED), distinct=True
            ),
        )


class ProducerQuerySet(NamedQuerySet):
    def with_list_columns(self):
        brands = self.model._meta.get_field("brands").related_model.objects
        brands = brands.approved().filter(links__status=CatalogStatus.APPROVED)
        return self.prefetch_related(models.Prefetch("brands", brands.order_by("id")))


class ModelQuerySet(NamedQuerySet):
    def with_list_columns(self, *, asked_by=None):
        """Approved displacements, and those that wait for the enterprise that asks: others' are not its
        affair.
        """
        displacements = self.model._meta.get_field("displacements").related_model.objects
        shown = displacements.usable_by(asked_by) if asked_by else displacements.approved()
        return self.select_related("brand", "producer").prefetch_related(
            models.Prefetch("displacements", shown.order_by("value"))
        )

    def named_like(self, text):
        """The key of a model lacks its brand, which people type all the same: 本田 cr v."""
        full_key = Concat("brand__name_key", "name_key")
        return super(ModelQuerySet, self.alias(full_key=full_key)).named_like(text)

    def _own_name(self, key):
        return Q(full_key__contains=key)


class DisplacementQuerySet(EntryQuerySet):
    def named_like(self, text):
        models = self.model._meta.get_field("model").related_model.objects.named_like(text)
        return self.filter(model__in=models) if text else self

    def awaiting(self):
        return self.pending().filter(model__status=CatalogStatus.APPROVED)


class LinkQuerySet(EntryQuerySet):
    """Brands with their producers; what may be chosen asks for both ends too."""

    def usable_by(self, user):
        ends = {name: self._end(name).usable_by(user) for name in ("brand", "producer")}
        return super().usable_by(user).filter(**{f"{name}__in": found for name, found in ends.items()})

    def effective(self):
        """Approved, and both ends are."""
        return self.approved().filter(_both_ends_approved())

    def awaiting(self):
        return self.pending().filter(_both_ends_approved())

    def named_like(self, text):
        brand, producer = (self._end(name).named_like(text) for name in ("brand", "producer"))
        return self.filter(Q(brand__in=brand) | Q(producer__in=producer)) if text else self

    def _end(self, name):
        return self.model._meta.get_field(name).related_model.objects


def _both_ends_approved():
    return Q(brand__status=CatalogStatus.APPROVED, producer__status=CatalogStatus.APPROVED)


class RequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An enterprise sees its own requests, whoever of its staff made them; the administrator all."""
        if user.role in ENTERPRISE_ROLES:
            return self.filter(uscc=user.uscc)
        return self if user.role == Role.ADMIN else self.none()

    def leading(self):
        """Without displacements that were asked for together with their model."""
        return self.exclude(displacement__requested_at=F("displacement__model__requested_at"))

    def with_list_columns(self, *, asked_by):
        """A model comes with the displacements this enterprise asked for together with it, whatever became of
        them; those another one added are not its affair.
        """
        displacements = self.model.displacement.field.related_model.objects
        together = displacements.filter(requested_at=F("model__requested_at"), requests__uscc=asked_by.uscc)
        return self.select_related(
            "brand__merged_into",
            "producer__merged_into",
            "model__brand",
            "model__merged_into",
            "displacement__model__brand",
            "link__brand",
            "link__producer",
            "by",
        ).prefetch_related(models.Prefetch("model__displacements", together.order_by("value")))


class LoadQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.role == Role.ADMIN else self.none()

    def with_list_columns(self):
        return self.select_related("uploaded_by")
