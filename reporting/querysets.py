"""Reads of reports, obligations and permissions: every one starts with `visible_to(user)`."""

from django.db import models
from django.db.models import Count, Q

from accounts.enums import ENTERPRISE_ROLES
from accounts.scope import area_of
from reporting.enums import LateStatus, ReportStatus

_SUBMITTED = Q(report__status=ReportStatus.SUBMITTED)
COUNTS = {
    "owed": Count("id"),
    "on_time": Count("id", filter=_SUBMITTED & Q(report__is_late=False)),
    "late": Count("id", filter=_SUBMITTED & Q(report__is_late=True)),
    "returned": Count("id", filter=Q(report__status=ReportStatus.RETURNED)),
    "missing": Count("id", filter=Q(report=None) | Q(report__submitted_at=None)),
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

    def counts(self):
        """How many are owed, submitted in time, submitted late, returned and missing."""
        return self.aggregate(**COUNTS)


class LatePermissionQuerySet(ScopedQuerySet):
    def asked(self):
        return self.filter(status=LateStatus.ASKED)

    def in_force(self, at):
        return self.filter(status=LateStatus.GRANTED, until__gt=at)

    def with_list_columns(self):
        return self.select_related("enterprise", "asked_by", "decided_by")
