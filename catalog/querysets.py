"""Reads of the catalogue."""

from django.db import models

from catalog.enums import CatalogStatus
from catalog.names import name_key


def _approved(relation):
    return models.Q(**{f"{relation}__status": CatalogStatus.APPROVED})


class CatalogQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The approved catalogue belongs to everybody; requests of others stay unseen until they are
        approved.
        """
        return self.approved()

    def usable_by(self, user):
        """What this person may choose in a filing."""
        return self.approved()

    def approved(self):
        return self.filter(status=CatalogStatus.APPROVED)

    def named_like(self, text):
        """Entries whose name contains the text, however it was typed."""
        return self.filter(name_key__contains=name_key(text)) if text else self


class BrandQuerySet(CatalogQuerySet):
    def with_list_columns(self):
        return self.annotate(
            producer_count=models.Count("producers", filter=_approved("producers"), distinct=True),
            model_count=models.Count("models", filter=_approved("models"), distinct=True),
        )


class ProducerQuerySet(CatalogQuerySet):
    def with_list_columns(self):
        brands = self.model._meta.get_field("brands").related_model.objects.approved()
        return self.prefetch_related(models.Prefetch("brands", brands.order_by("id")))

    def of_brand(self, brand_id):
        return self.filter(brands=brand_id)


class ModelQuerySet(CatalogQuerySet):
    def with_list_columns(self):
        return self.select_related("brand", "producer").prefetch_related("displacements")
