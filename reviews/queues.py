"""The queues of an authority: what waits for it, in which order, and how long already."""

from datetime import timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.utils import timezone

from autoflow.common.workdays import workdays_since
from filing.enums import AWAITING, FilingStatus
from filing.models import Filing


def waiting_for(user):
    """What this authority has to confirm or return."""
    return Filing.objects.visible_to(user).awaiting().held_by(user)


def latest_versions(user):
    """The newest version handed in and not given up of each enterprise of the area: one row an enterprise."""
    filings = Filing.objects.visible_to(user).filter(is_given_up=False)
    newer = filings.filter(enterprise=OuterRef("enterprise"), version__gt=OuterRef("version"))
    return filings.exclude(Exists(newer))


def next_waiting(user, filing):
    """The one that has waited longest after this one; from the end of the queue back to its beginning."""
    queue = waiting_for(user).exclude(pk=filing.pk).order_by("submitted_at", "id")
    moment = filing.submitted_at
    later = Q(submitted_at__gt=moment) | Q(submitted_at=moment, id__gt=filing.pk)
    return queue.filter(later).first() or queue.first()


def figures(user):
    """The queue in numbers, and what waits at other bodies of the area."""
    now = timezone.now()
    counts = waiting_for(user).aggregate(
        waiting=Count("id"),
        overdue=Count("id", filter=Q(due_at__lt=now)),
        changed=Count("id", filter=Q(status=FilingStatus.CHANGED)),
        oldest=Min("submitted_at"),
    )
    elsewhere = Filing.objects.visible_to(user).awaiting().count() - counts["waiting"]
    return counts | {"elsewhere": elsewhere, "oldest_age": age_text(counts["oldest"], now)}


def with_ages(filings):
    """Adds how long each has waited and whether its term is over."""
    now = timezone.now()
    for filing in filings:
        is_waiting = filing.status in AWAITING
        filing.age = age_text(filing.submitted_at, now) if is_waiting else ""
        filing.is_overdue = is_waiting and filing.due_at is not None and filing.due_at < now
    return filings


def age_text(moment, now):
    """How long something waits as an officer counts it: the working day it is in."""
    if moment is None:
        return ""
    days = workdays_since(moment, now)
    return f"第 {days} 个工作日" if days else "今天提交"


def deadline_text(moment):
    """A term that ends at midnight is named by the day that ends: 11月27日 24:00."""
    if moment is None:
        return "–"
    day = timezone.localdate(moment - timedelta(seconds=1))
    return f"{day.year}年{day.month}月{day.day}日 24:00"
