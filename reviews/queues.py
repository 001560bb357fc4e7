"""The queues of an authority: what waits for it, in which order, how long already, and in whose hands."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.utils import timezone

from accounts.enums import Permission
from accounts.permissions import can
from autoflow.common.codes import enterprise_types
from autoflow.common.crypto import blind_index
from autoflow.common.pages import COUNT_CAP
from autoflow.common.text import normalise_number
from autoflow.common.workdays import workdays_since
from filing.enums import AWAITING, FilingAction, FilingStatus
from filing.models import Filing, FilingEvent
from filing.permissions import own_filing_reason
from filing.presentation import day_text
from filing.querysets import held_for

BODIES = 10
ONE_SECOND = timedelta(seconds=1)


def waiting_for(user):
    """What this authority has to confirm or return."""
    return Filing.objects.visible_to(user).awaiting().held_by(user)


def overdue_below(user):
    """What lower bodies of the area have not decided in time."""
    return Filing.objects.visible_to(user).awaiting().held_below(user).overdue()


def latest_versions(user):
    """The newest version handed in and not given up of each enterprise of the area: one row an enterprise."""
    filings = Filing.objects.visible_to(user).filter(is_given_up=False)
    newer = filings.filter(enterprise=OuterRef("enterprise"), version__gt=OuterRef("version"))
    return filings.exclude(Exists(newer))


@dataclass(frozen=True)
class Tab:
    """One heap of the work list; a queue begins with what waits longest."""

    key: str
    label: str
    rows: callable
    is_queue: bool
    empty: str

    def count(self, user):
        """How many there are, up to the cap."""
        return self.rows(user).order_by()[: COUNT_CAP + 1].count()


@dataclass(frozen=True)
class WholeArea(Tab):
    """One row an enterprise, counted without looking for its newest version."""

    def count(self, user):
        filings = Filing.objects.visible_to(user).filter(is_given_up=False)
        enterprises = filings.order_by().values("enterprise_id").distinct()
        return enterprises[: COUNT_CAP + 1].count()


TABS = (
    Tab("mine", "待我办理", waiting_for, True, "企业提交备案或变更后会出现在这里。"),
    Tab("overdue", "已逾期", lambda user: waiting_for(user).overdue(), True, "没有过了确认期限还没办理的。"),
    Tab(
        "asked",
        "上级交办",
        lambda user: waiting_for(user).pressed_for(),
        True,
        "上级要求重新核实的、督办的会出现在这里。",
    ),
    Tab(
        "done",
        "我办理过的",
        lambda user: Filing.objects.visible_to(user).decided_with(user),
        False,
        "您确认或退回的备案会出现在这里。",
    ),
    Tab("below", "下级逾期", overdue_below, True, "下级机构没有逾期未办的备案。"),
    WholeArea("all", "辖区全部", latest_versions, False, "企业提交备案后会出现在这里。"),
)


def tabs_for(user):
    """The heaps that concern this person: who decides has a queue, who supervises sees what is late below."""
    decides, supervises = can(user, Permission.FILING_CONFIRM), can(user, Permission.FILING_URGE)
    left_out = set() if decides else {"mine", "overdue", "asked", "done"}
    left_out |= set() if supervises or not decides else {"below"}
    return [tab for tab in TABS if tab.key not in left_out]


def chosen_tab(tabs, key):
    """The heap asked for; else one's own queue, or the whole area for those who decide nothing."""
    known = {tab.key: tab for tab in tabs}
    return known.get(key) or known.get("mine") or known["all"]


def sizes_of(tabs, user) -> dict[str, int]:
    """How many each heap holds, by its key: the queue and its parts in one question, the others up to the
    cap.
    """
    sizes = {}
    if any(tab.key == "mine" for tab in tabs):
        sizes = waiting_for(user).aggregate(
            mine=Count("id"),
            overdue=Count("id", filter=Q(due_at__lt=timezone.now())),
            asked=Count("id", filter=Filing.objects.is_pressed_for()),
        )
    return sizes | {tab.key: tab.count(user) for tab in tabs if tab.key not in sizes}


def count_text(count):
    return f"{COUNT_CAP:,}+" if count > COUNT_CAP else f"{count:,}"


def has_next_waiting(user, filing):
    """Whether anything but this one waits that is in no colleague's hands."""
    return waiting_for(user).free_for(user).exclude(pk=filing.pk).exists()


def figures(user):
    """The queue in numbers, and what waits at other bodies of the area."""
    now, own = timezone.now(), held_for(user)
    counts = (
        Filing.objects.visible_to(user)
        .awaiting()
        .aggregate(
            all=Count("id"),
            waiting=Count("id", filter=own),
            overdue=Count("id", filter=own & Q(due_at__lt=now)),
            changed=Count("id", filter=own & Q(status=FilingStatus.CHANGED)),
            asked=Count("id", filter=own & Q(Filing.objects.is_pressed_for())),
            oldest=Min("submitted_at", filter=own),
        )
    )
    elsewhere = counts.pop("all") - counts["waiting"]
    oldest = f"等待最久的：{age_text(counts['oldest'], now)}" if counts["waiting"] else ""
    return counts | {"elsewhere": elsewhere, "oldest_text": oldest} | done_today(user)


def done_today(user):
    """What this person confirmed and returned since midnight."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return FilingEvent.objects.filter(by=user, at__gte=today).aggregate(
        confirmed_today=Count("id", filter=Q(action=FilingAction.CONFIRM)),
        returned_today=Count("id", filter=Q(action=FilingAction.RETURN)),
    )


def late_bodies(user):
    """The lower bodies with what is overdue, the most first."""
    grouped = overdue_below(user).order_by().values("confirm_body", "confirm_level")
    found = grouped.annotate(count=Count("id"), oldest=Min("submitted_at"), place=Min("division_code"))
    now = timezone.now()
    return [
        body | {"age": age_text(body["oldest"], now), "place": _place_of(body)}
        for body in found.order_by("-count", "confirm_body")[:BODIES]
    ]


def _place_of(body):
    """The division to filter by: that of a county, or the city above it."""
    return body["place"] if body["confirm_level"] == "COUNTY" else f"{body['place'][:4]}00"


def with_ages(filings):
    """Adds what it is, how long it has waited, whether its term is over, and, of those read with their
    holder, in whose hands it is.
    """
    now = timezone.now()
    for filing in filings:
        is_waiting = filing.status in AWAITING
        filing.type_text = "、".join(enterprise_types()[code].name for code in filing.enterprise_types)
        filing.age = age_text(filing.submitted_at, now) if is_waiting else ""
        filing.is_overdue = is_waiting and filing.due_at is not None and filing.due_at < now
        filing.holder = filing.claim if getattr(filing, "is_held", False) else None
    return filings


def with_own_marks(filings, user):
    """Adds why the officer may not decide on his own filing. Only those that look like his are read whole: a
    list reads no phones. An agent known by the phone of his account alone shows on the filing's page.
    """
    waiting = [filing.pk for filing in filings if filing.status in AWAITING]
    like_his = Q(submitted_by=user)
    if user.phone:
        like_his |= Q(contact_mobile_index=blind_index("mobile", normalise_number(user.phone)))
    if user.email:
        like_his |= Q(contact_email__iexact=user.email) | Q(submitted_by__email__iexact=user.email)
    if user.uscc:
        like_his |= Q(uscc=user.uscc)
    visible = Filing.objects.visible_to(user)
    his = list(visible.filter(like_his, pk__in=waiting).values_list("pk", flat=True))
    shared = visible.filter(pk__in=his).select_related("submitted_by") if his else ()
    reasons = {each.pk: own_filing_reason(user, each) for each in shared}
    for filing in filings:
        filing.own_reason = reasons.get(filing.pk, "")
    return filings


def age_text(moment, now):
    """How long something waits as an officer counts it: the working day it is in; weekends count nothing."""
    if moment is None:
        return ""
    days = workdays_since(moment, now)
    if days:
        return f"第 {days} 个工作日"
    is_today = timezone.localdate(moment) == timezone.localdate(now)
    return "今天提交" if is_today else "不足 1 个工作日"


def deadline_text(moment):
    """A term that ends at midnight is named by the day that ends: 11月27日 24:00."""
    if moment is None:
        return "–"
    return f"{day_text(timezone.localdate(moment - ONE_SECOND))} 24:00"
