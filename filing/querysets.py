"""Reads of enterprises and filings: every one starts with `visible_to(user)`."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.enums import ENTERPRISE_ROLES, Role
from accounts.scope import area_of
from filing.enums import AWAITING, CLAIM_TERM, IN_FORCE, ConfirmLevel, FilingStatus

LIST_COLUMNS = (
    *("enterprise_id", "version", "status", "enterprise_name", "uscc", "enterprise_types"),
    *("submitted_at", "due_at", "confirm_body", "content_hash"),
    *("claim__at", "claim__by__display_name", "claim__by__username"),
)


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

    def held_below(self, user):
        """Filings whose confirmation is a lower authority's of one's area."""
        match user.role:
            case Role.NATION:
                return self
            case Role.PROVINCE:
                return self.filter(confirm_level__in=[ConfirmLevel.CITY, ConfirmLevel.COUNTY])
            case Role.CITY:
                return self.filter(confirm_level=ConfirmLevel.COUNTY)
        return self.none()

    def overdue(self):
        """The term to decide is over; working days of the State Council's calendar set it at submission."""
        return self.filter(due_at__lt=timezone.now())

    def asked_by_province(self):
        """Confirmed once, and the province asked to verify again."""
        return self.filter(self._has("events", action="REVERIFY"))

    def pressed_for(self):
        """Asked for from above: to verify again, or to be quick about it (督办)."""
        return self.filter(self._has("events", action="REVERIFY") | self._has("urges"))

    def decided_with(self, user):
        """What this person confirmed or returned at some time."""
        return self.filter(self._has("events", by=user, action__in=["CONFIRM", "RETURN"]))

    def in_hand_of(self, user):
        return self.filter(self._claimed(Q(by=user)))

    def in_other_hands(self, user):
        return self.filter(self._claimed(~Q(by=user)))

    def in_no_hands(self):
        return self.exclude(self._claimed(Q()))

    def free_for(self, user):
        """What no colleague has in hand right now."""
        return self.exclude(self._claimed(~Q(by=user)))

    def next_after(self, filing):
        """The one that has waited longest after this one; from the end of the queue back to its beginning."""
        queue = self.exclude(pk=filing.pk).order_by("submitted_at", "id")
        moment = filing.submitted_at
        later = Q(submitted_at__gt=moment) | Q(submitted_at=moment, id__gt=filing.pk)
        return queue.filter(later).first() or queue.first()

    def _claimed(self, whose):
        """A claim counts for its term, and not for what was handed in again since."""
        since = timezone.now() - CLAIM_TERM
        return self._has("claim", whose, at__gt=since, at__gte=OuterRef("submitted_at"))

    def _has(self, related, *conditions, **values):
        model = self.model._meta.get_field(related).related_model
        return Exists(model._base_manager.filter(*conditions, filing=OuterRef("pk"), **values))

    def open_versions(self):
        """Versions still under way: drafts, handed in, returned."""
        return self.filter(status__in=[FilingStatus.DRAFT, FilingStatus.RETURNED, *AWAITING])

    def with_list_columns(self):
        """What a list shows and nothing else: personal data stays encrypted where it is."""
        return (
            self.select_related("claim__by")
            .only(*LIST_COLUMNS)
            .annotate(is_urged=self._has("urges"), is_to_reverify=self._has("events", action="REVERIFY"))
        )

    def search(self, text):
        """By the beginning of the credit code, or a part of the name."""
        if not text:
            return self
        return self.filter(Q(uscc__startswith=text.upper()) | Q(enterprise_name__contains=text))


class BulkConfirmQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The result of a pile is its officer's."""
        return self.filter(by=user)
