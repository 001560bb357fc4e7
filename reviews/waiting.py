"""What waits for an authority besides filings: requests to answer, and reports that are due or missing."""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from urllib.parse import urlencode

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Permission
from accounts.permissions import can
from filing.models import CancellationRequest
from reporting import clock
from reporting.deadlines import windows_of_forms
from reporting.enums import LateStatus, Phase
from reporting.models import LatePermission, ObligationCount
from reporting.periods import Period
from reporting.registry import ReportForm, report_forms
from reporting.windows import Window, limit_text
from reviews.areas import whole_area
from reviews.completeness import Completeness
from reviews.queues import age_text
from reviews.report_filters import periods_of
from usedcar.enums import CorrectionStatus
from usedcar.models import Correction, Release

PERIODS = 2  # the present one and the one before it


@dataclass(frozen=True)
class Heap:
    """Requests of one kind that nobody has answered yet."""

    label: str
    count: int
    oldest_text: str
    url: str


@dataclass(frozen=True)
class Due:
    """How complete one form is in a period in which something can still be done."""

    form: ReportForm
    period: Period
    total: Completeness
    limit: str

    @property
    def title(self):
        return f"{self.period.label}{self.form.title}"

    @property
    def url(self):
        query = urlencode({"form": self.form.key, "period": str(self.period)})
        return f"{reverse('reviews:report-list')}?{query}"

    @property
    def missing_url(self):
        return f"{self.url}&tab=missing"


def requests_waiting(user) -> list[Heap]:
    """Kinds of requests that the person may answer; those without any are left out."""
    kinds = []
    if can(user, Permission.REPORT_UNLOCK):
        kinds = [
            ("补报申请", LatePermission, {"status": LateStatus.ASKED}, "reviews:late-list"),
            ("更正申请", Correction, {"status": CorrectionStatus.ASKED}, "reviews:correction-list"),
            ("频繁出售核实", Release, {"status": CorrectionStatus.ASKED}, "reviews:release-list"),
        ]
    heaps = [
        _heap(label, model.objects.visible_to(user).filter(**asked), url)
        for label, model, asked, url in kinds
    ]
    if can(user, Permission.CANCELLATION_DECIDE):
        wishes = CancellationRequest.objects.visible_to(user).pending()
        heaps.append(_heap("注销申请", wishes, "reviews:cancellation-list"))
    return [heap for heap in heaps if heap.count]


def _heap(label, rows, url_name):
    found = rows.order_by().aggregate(count=Count("id"), oldest=Min("asked_at"))
    text = f"等待最久的：{age_text(found['oldest'], timezone.now())}" if found["count"] else ""
    return Heap(label, found["count"], text, reverse(url_name))


def reports_due(user) -> list[Due]:
    """Each form in its latest periods, where anybody owes it and somebody can still do something about it."""
    at, code = clock.now(), whole_area(user).jurisdiction_code
    wanted = {form: periods_of(form, at)[:PERIODS] for form in report_forms()}
    limits = {
        (form, period): limit
        for (form, period), window in windows_of_forms(wanted, code).items()
        if (limit := _limit(form, window, at))
    }
    owed = reduce(or_, (Q(form=form.key, period=period.start) for form, period in limits), Q(pk=None))
    counts = ObligationCount.objects.visible_to(user).filter(owed).order_by()
    rows = counts.values("form", "period").annotate(**counts.sums)
    counted = {(row.pop("form"), row.pop("period")): Completeness(**row) for row in rows}
    return [
        Due(form, period, counted[form.key, period.start], limit)
        for (form, period), limit in limits.items()
        if (form.key, period.start) in counted
    ]


def _limit(form, window: Window, at):
    """The limit that matters now; nothing where nobody can fill in or be let in."""
    match window.phase(at):
        case Phase.OPEN:
            return f"{limit_text(window.due_at)}截止"
        case Phase.LATE:
            return f"已截止，{limit_text(window.locks_at)}锁定"
        case Phase.LOCKED if form.can_be_unlocked:
            return "已锁定，须开锁才能补报"
    return ""
