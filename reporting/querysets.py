"""Reads of reports, obligations and permissions: every one starts with `visible_to(user)`."""

from django.db import models
from django.db.models import Count, Q, Sum

from accounts.enums import ENTERPRISE_ROLES
from accounts.scope import area_of
from reporting.enums import LateStatus, ObligationState, ReportStatus

STATES = {
    "on_time": ObligationState.ON_TIME,
    "late": ObligationState.LATE,
    "returned": ObligationState.RETURNED,
    "missing": ObligationState.MISSING,
}


class ScopedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An enterprise sees its own, an authority those of its area, everybody else nothing."""
        if user.role in ENTERPRISE_ROLES:
            return self.filter(enterprise__staff=user)
        area = area_of(user)
        return self.none() if area is None else self.filter(area)


class ReportQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """Authorities see what was submitted at least once; what was deleted is history for nobody's list."""
        found = super().visible_to(user).filter(deleted_at=None)
        return found if user.role in ENTERPRISE_ROLES else found.exclude(submitted_at=None)

    def alive(self):
        return self.filter(deleted_at=None)

    def counting(self):
        """Reports whose last submission counts."""
        return self.filter(deleted_at=None, status=ReportStatus.SUBMITTED)

    def of(self, form, period=None):
        found = self.filter(form=form.key)
        return found if period is None else found.filter(period=period.start)

    def with_list_columns(self):
        return self.select_related("enterprise", "submitted_by")


class ObligationQuerySet(ScopedQuerySet):
    sums = {"owed": Count("id")} | {
        name: Count("id", filter=Q(state=state)) for name, state in STATES.items()
    }

    def counts(self):
        """How many are owed, submitted in time, submitted late, returned and missing."""
        return self.aggregate(**self.sums)

    def of(self, form, period):
        return self.filter(form=form.key, period=period.start)

    def with_list_columns(self):
        return self.select_related("enterprise", "report")

    def missing(self):
        """Nothing was ever submitted for it."""
        return self.filter(Q(report=None) | Q(report__submitted_at=None))

    def unanswered(self):
        """Nothing counts for it: never submitted, or given back."""
        return self.exclude(report__isnull=False, report__status=ReportStatus.SUBMITTED)


class ObligationCountQuerySet(ScopedQuerySet):
    """The same figures as `ObligationQuerySet`, from the summary."""

    sums = {"owed": Sum("count", default=0)} | {
        name: Sum("count", filter=Q(state=state), default=0) for name, state in STATES.items()
    }

    def visible_to(self, user):
        """Places are an authority's; what one enterprise owes stands in its own obligations."""
        area = area_of(user)
        return self.none() if area is None else self.filter(area, count__gt=0)

    def of(self, form, period):
        return self.filter(form=form.key, period=period.start)

    def counts(self):
        return self.aggregate(**self.sums)


class LatePermissionQuerySet(ScopedQuerySet):
    def asked(self):
        return self.filter(status=LateStatus.ASKED)

    def in_force(self, at):
        return self.filter(status=LateStatus.GRANTED, until__gt=at)

    def with_list_columns(self):
        return self.select_related("enterprise", "asked_by", "decided_by")
