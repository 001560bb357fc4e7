"""Reads of enterprises and filings: every one starts with `visible_to(user)`."""

import re
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Left
from django.utils import timezone

from accounts.enums import ENTERPRISE_ROLES, Role
from accounts.scope import area_of
from autoflow.common.asking import once_a_page
from filing.enums import (
    AWAITING,
    CLAIM_TERM,
    EDITABLE,
    IN_FORCE,
    UNSETTLED,
    CancellationOutcome,
    ConfirmLevel,
    ImageSlot,
    PushState,
)

LIST_COLUMNS = (
    *("enterprise_id", "version", "status", "enterprise_name", "uscc", "enterprise_types"),
    *("submitted_at", "due_at", "confirm_body", "content_hash", "is_from_old_system"),
    *("claim__at", "claim__by__display_name", "claim__by__username"),
)
TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
CONFIRMING_ROLES = (Role.COUNTY, Role.CITY, Role.PROVINCE)


@once_a_page
def seats_of(user):
    """The officers whose matters this one decides today: himself, and those he stands in for (代办)."""
    if user.role not in CONFIRMING_ROLES:
        return [user]
    return [user, *(row.absent for row in user.deputyships.in_force().select_related("absent"))]


def areas_of(user):
    """The area of an authority, with that of everybody he stands in for; None for everybody else."""
    areas = [area_of(seat) for seat in seats_of(user)]
    return None if None in areas else reduce(or_, areas)


def held_at(seat):
    """Filings whose confirmation was fixed at this officer's body when they were handed in."""
    held = Q(confirm_level=seat.role, jurisdiction_code=seat.jurisdiction_id)
    match seat.role:
        case Role.PROVINCE:
            return held
        case Role.CITY:
            return held & Q(division_code__startswith=seat.division_id[:4])
        case Role.COUNTY:
            return held & Q(division_code=seat.division_id)
    return Q(pk__in=[])


def held_for(user):
    """What this officer decides today, at his own body or for a body where he stands in."""
    return reduce(or_, map(held_at, seats_of(user)))


class StoredImageQuerySet(models.QuerySet):
    def faulty(self):
        """Those whose file was missing or altered when it was last looked at."""
        return self.exclude(fault="")

    def not_verified_since(self, moment):
        """Those whose file nobody looked at since, the longest unseen first."""
        unseen = Q(verified_at=None) | Q(verified_at__lt=moment)
        return self.filter(unseen).order_by(models.F("verified_at").asc(nulls_first=True), "id")


class EnterpriseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An enterprise sees itself, an authority the enterprises of its area, everybody else nothing."""
        if user.role in ENTERPRISE_ROLES:
            return self.filter(staff=user)
        area = areas_of(user)
        return self.none() if area is None else self.filter(area)

    def in_area_of(self, user):
        """The authority's own area alone: what a person who stands in may not do for the other body."""
        area = area_of(user)
        return self.none() if area is None else self.filter(area)

    def search(self, text):
        """By the beginning of the credit code, or a part of the name."""
        if not text:
            return self
        return self.filter(Q(uscc__startswith=text.upper()) | Q(name__contains=text))

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
        area = areas_of(user)
        return self.none() if area is None else self.handed_in().filter(area)

    def handed_in(self):
        return self.exclude(submitted_at=None)

    def awaiting(self):
        """Handed in and not yet decided."""
        return self.filter(status__in=AWAITING)

    def held_by(self, user):
        """Filings whose confirmation is this authority's, or that of a body for which he stands in today."""
        return self.filter(held_for(user))

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
        return self.filter(self.is_pressed_for())

    def is_pressed_for(self):
        """The condition of it, to count by."""
        return self._has("events", action="REVERIFY") | self._has("urges")

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
        claims = self.model._meta.get_field("claim").related_model.objects.live()
        return Exists(claims.filter(whose, filing=OuterRef("pk")))

    def _has(self, related, *conditions, **values):
        model = self.model._meta.get_field(related).related_model
        return Exists(model._base_manager.filter(*conditions, filing=OuterRef("pk"), **values))

    def open_versions(self):
        """Versions still under way: drafts, handed in, returned; not what was given up."""
        return self.filter(status__in=[*EDITABLE, *AWAITING], is_given_up=False)

    def with_content(self):
        """Everything the long form and the checks read of an enterprise's version, in one go."""
        pictures = self.model.brand_lines.rel.related_model.objects.select_related("authorization_image")
        rows = models.Prefetch("brand_lines", pictures), "authorization_lines", "residents"
        return self.select_related(*ImageSlot.values).prefetch_related(*rows)

    def with_holder(self):
        """Adds the claim on each, and whether it still counts (is_held)."""
        return self.select_related("claim__by").annotate(is_held=self._claimed(Q()))

    def with_list_columns(self):
        """What a list shows and nothing else: personal data stays encrypted where it is."""
        return (
            self.with_holder()
            .only(*LIST_COLUMNS)
            .annotate(is_urged=self._has("urges"), is_to_reverify=self._has("events", action="REVERIFY"))
        )

    def printed_as(self, token):
        """The version on the paper with this code, for anybody: None when there is none."""
        if not TOKEN.fullmatch(token):
            return None
        return self.filter(verify_token=token).select_related("enterprise").first()

    def search(self, text):
        """By the beginning of the credit code, or a part of the name."""
        if not text:
            return self
        return self.filter(Q(uscc__startswith=text.upper()) | Q(enterprise_name__contains=text))


class ClaimQuerySet(models.QuerySet):
    def live(self):
        """Claims that still say something: not after their term, a decision or another submission, and not
        those of somebody who decides there no longer: moved, switched off, his standing in ended.
        """
        since = timezone.now() - CLAIM_TERM
        claims = self.filter(filing__status__in=AWAITING, at__gt=since, at__gte=F("filing__submitted_at"))
        return claims.filter(Exists(self._seats()))

    def _seats(self):
        """The officers at the body of the filing who are the holder, or for whom he stands in today."""
        officers = self.model.by.field.related_model.objects
        deputies = officers.model.deputies.rel.related_model.objects.in_force()
        standing_in = deputies.filter(absent=OuterRef("pk"), deputy=OuterRef(OuterRef("by")))
        place = OuterRef("filing__division_code")
        return officers.alias(city=Left("division_id", 4)).filter(
            Q(role=Role.PROVINCE)
            | Q(role=Role.CITY, city=Left(place, 4))
            | Q(role=Role.COUNTY, division=place),
            Q(pk=OuterRef("by")) | Exists(standing_in),
            is_active=True,
            role=OuterRef("filing__confirm_level"),
            jurisdiction=OuterRef("filing__jurisdiction_code"),
        )


class PolicyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A province sees its own rows, the ministry all."""
        match user.role:
            case Role.NATION:
                return self
            case Role.PROVINCE:
                return self.filter(jurisdiction=user.jurisdiction_id)
        return self.none()

    def that_hold_for(self, jurisdiction_code):
        """The rows of a province and the default of the nation behind them."""
        return self.filter(_province_or_nation(jurisdiction_code))


class SettingQuerySet(models.QuerySet):
    def visible_to(self, user):
        match user.role:
            case Role.NATION:
                return self
            case Role.PROVINCE:
                return self.filter(jurisdiction=user.jurisdiction_id)
        return self.none()

    def of(self, jurisdiction_code):
        """The switches that hold for a province: its own, else those of the nation, else the defaults."""
        known = {row.jurisdiction_id: row for row in self.filter(_province_or_nation(jurisdiction_code))}
        return known.get(jurisdiction_code) or known.get(None) or self.model()


def _province_or_nation(jurisdiction_code):
    return Q(jurisdiction=jurisdiction_code) | Q(jurisdiction=None)


class DeputyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those one takes part in, and those of one's area."""
        mine = Q(absent=user) | Q(deputy=user)
        match user.role:
            case Role.PROVINCE:
                return self.filter(mine | Q(absent__jurisdiction=user.jurisdiction_id))
            case Role.CITY:
                area = Q(
                    absent__jurisdiction=user.jurisdiction_id, division_code__startswith=user.division_id[:4]
                )
                return self.filter(mine | area)
            case Role.COUNTY:
                return self.filter(mine | Q(role=Role.COUNTY, division_code=user.division_id))
        return self.none()

    def in_force(self):
        """Those of today, in Shanghai, that stand."""
        today = timezone.localdate()
        return self.standing().filter(starts_on__lte=today, ends_on__gte=today)

    def standing(self):
        """Not ended early, and both officers active and where they were: `Deputy.is_standing` of one row."""
        return self.filter(
            ended_at=None,
            absent__is_active=True,
            absent__role=F("role"),
            absent__division=F("division_code"),
            deputy__is_active=True,
            deputy__role=F("deputy_role"),
            deputy__division=F("deputy_division_code"),
        )

    def with_list_columns(self):
        return self.select_related("absent", "deputy", "set_by", "ended_by")


class PushQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An enterprise sees what was said of it, an authority that of its area, the administrator all."""
        if user.role in ENTERPRISE_ROLES:
            return self.filter(enterprise__staff=user)
        if user.role == Role.ADMIN:
            return self
        area = area_of(user, "enterprise__")
        return self.none() if area is None else self.filter(area)

    def newest(self):
        """The message that holds: an older one is never sent after it."""
        return self.order_by("-number").first()

    def due(self, now):
        """Waiting, and its time has come; those that waited longest first."""
        return self.filter(state=PushState.WAITING, next_try_at__lte=now).order_by("next_try_at", "id")

    def left_lying(self, now):
        """In flight, but whoever had it is gone."""
        return self.filter(state=PushState.SENDING, lease_until__lte=now)

    def unsettled(self):
        """Neither taken over by the police nor by a newer message."""
        return self.filter(state__in=UNSETTLED)

    def with_list_columns(self):
        return self.select_related("enterprise")


class BulkConfirmQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The result of a pile is its officer's."""
        return self.filter(by=user)


class CancellationQuerySet(models.QuerySet):
    """Wishes to be struck off; they name their body in the same columns as a filing that waits."""

    held_by = FilingQuerySet.held_by

    def visible_to(self, user):
        """One's own, or those of the area."""
        if user.role in ENTERPRISE_ROLES:
            return self.filter(enterprise__staff=user)
        area = areas_of(user)
        return self.none() if area is None else self.filter(area)

    def pending(self):
        return self.filter(outcome=CancellationOutcome.PENDING)

    def with_list_columns(self):
        return self.select_related("enterprise", "asked_by")
