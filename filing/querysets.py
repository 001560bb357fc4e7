"""Reads of enterprises and filings: every one starts with `visible_to(user)`."""

from django.db import models
from django.db.models import Q

from accounts.enums import ENTERPRISE_ROLES, Role
from accounts.scope import area_of
from filing.enums import AWAITING, IN_FORCE, FilingStatus


class EnterpriseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An enterprise sees itself, an authority the enterprises of its area, everybody else nothing."""
        if user.role in ENTERPRISE_ROLES:
            return self.filter(staff=user)
        area = area_of(user)
        return self.none() if area is None else self.filter(area)

    def markets_near(self, enterprise):
        """Confirmed used-car markets under the same authority, as (id, name): what a resident may name."""
        confirmed = self.filter(jurisdiction_code=enterprise.jurisdiction_code, types__contains=["B1"])
        return confirmed.filter(status__in=IN_FORCE).order_by("name").values_list("pk", "name")


class FilingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Rows the user may know exist: one's own with its drafts, or what was handed in within one's
        area.
        """
        if user.role in ENTERPRISE_ROLES:
            return self.filter(enterprise__staff=user)
        area = area_of(user)
        return self.none() if area is None else self.handed_in().filter(area)

    def handed_in(self):
        return self.exclude(submitted_at=None)

    def awaiting(self):
        """Handed in and not yet decided."""
        return self.filter(status__in=AWAITING)

    def held_by(self, user):
        """Filings whose confirmation is this authority's: the level fixed at submission, at its own place."""
        match user.role:
            case Role.PROVINCE:
                return self.filter(confirm_level="PROVINCE", jurisdiction_code=user.jurisdiction_id)
            case Role.CITY:
                return self.filter(
                    confirm_level="CITY",
                    jurisdiction_code=user.jurisdiction_id,
                    division_code__startswith=user.division_id[:4],
                )
            case Role.COUNTY:
                return self.filter(
                    confirm_level="COUNTY",
                    jurisdiction_code=user.jurisdiction_id,
                    division_code=user.division_id,
                )
        return self.none()

    def open_versions(self):
        """Versions still under way: drafts, handed in, returned."""
        return self.filter(status__in=[FilingStatus.DRAFT, FilingStatus.RETURNED, *AWAITING])

    def with_content(self):
        """Everything the long form and the checks read, in one go."""
        pictures = self.model.brand_lines.rel.related_model.objects.select_related("authorization_image")
        return self.select_related(
            "enterprise", "licence_original_image", "licence_duplicate_image", "seal_image"
        ).prefetch_related(models.Prefetch("brand_lines", pictures), "authorization_lines", "residents")

    def with_list_columns(self):
        return self.select_related("enterprise", "submitted_by", "decided_by")

    def search(self, text):
        """By the beginning of the credit code, or a part of the name."""
        if not text:
            return self
        return self.filter(Q(uscc__startswith=text.upper()) | Q(enterprise_name__contains=text))
