"""Work of the worker whose row is the job: a lease keeps copies out, a token stops the copy that lost it."""

from datetime import timedelta

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

LEASE = timedelta(seconds=60)
MAX_TRIES = 3


class LeaseLost(Exception):
    """Another worker took the job over, or somebody cancelled it: this copy stops without a trace."""


class Leased(models.Model):
    """What a job remembers of who works on it."""

    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


def unheld(jobs: models.QuerySet) -> models.QuerySet:
    """Jobs nobody works on."""
    return jobs.filter(Q(lease_until=None) | Q(lease_until__lte=timezone.now()))


@transaction.atomic
def claim(jobs: models.QuerySet, pk: int) -> Leased | None:
    """Take one of the jobs if nobody works on it; how often it was tried is in `tries`."""
    job = unheld(jobs).filter(pk=pk).select_for_update(skip_locked=True, of=("self",)).first()
    if job is None:
        return None
    hold(job, lease_token=job.lease_token + 1, tries=job.tries + 1)
    return job


def hold(job: Leased, **values) -> None:
    """Write to the job and prolong the lease, only while it is ours; the row stays locked to the commit."""
    ours = type(job).objects.filter(pk=job.pk, lease_token=job.lease_token, status=job.status)
    changed = {"lease_until": timezone.now() + LEASE, **values}
    if not ours.update(**changed):
        raise LeaseLost
    for name, value in changed.items():
        setattr(job, name, value)


def release(job: Leased) -> None:
    """After a fault of the machine: the sweeper may try again at once."""
    hold(job, lease_until=None)
