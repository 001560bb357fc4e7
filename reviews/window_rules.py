"""Windows that were set: what holds for a form and period, what a new one would change, the history."""

from dataclasses import dataclass

from django.db.models import Q

from accounts.enums import Role
from accounts.models import Jurisdiction
from reporting.deadlines import window_of
from reporting.enums import Phase
from reporting.models import ObligationCount, WindowRule
from reporting.windows import Window, limit_text, opening_text
from reviews.completeness import Completeness, completeness
from reviews.report_filters import PeriodChoice

CAN_FILL = {Phase.OPEN, Phase.LATE}
AHEAD = 3


class WindowChoice(PeriodChoice):
    """One form and one period, those to come included."""

    ahead = AHEAD


@dataclass(frozen=True)
class Change:
    """One limit before and after."""

    label: str
    old: str
    new: str

    @property
    def is_changed(self):
        return self.old != self.new


@dataclass(frozen=True)
class Preview:
    """What a window would change, and for whom."""

    changes: list[Change]
    total: Completeness
    kept_by: list[str]
    effect: str


def setter_of(user) -> Jurisdiction | None:
    """Whose windows a person sets: a province its own, the ministry everybody's."""
    return None if user.role == Role.NATION else user.jurisdiction


def current_window(form, period, jurisdiction) -> Window:
    """What holds now for those the setter answers for."""
    return window_of(form, period, jurisdiction and jurisdiction.pk)


def limits(window: Window) -> dict[str, str]:
    """The three limits in words."""
    return {
        "开放": f"{opening_text(window.opens_at)} 0:00",
        "截止": limit_text(window.due_at),
        "锁定": limit_text(window.locks_at),
    }


def rules_of(form, period, jurisdiction):
    """Every row that was set for a form and period, the newest first: one's own and the ministry's; the
    ministry sees all.
    """
    rows = WindowRule.objects.filter(form=form.key, period=period.start)
    if jurisdiction is not None:
        rows = rows.filter(Q(jurisdiction=jurisdiction) | Q(jurisdiction=None))
    rows = list(rows.select_related("jurisdiction", "set_by").order_by("-pk"))
    for row in rows:
        row.limits = limits(Window(row.opens_at, row.due_at, row.locks_at))
    return rows


def preview(form, period, window: Window, user, at) -> Preview:
    """The limits before and after, the enterprises concerned, and the provinces that keep their own."""
    jurisdiction = setter_of(user)
    before = current_window(form, period, jurisdiction)
    old, new = limits(before), limits(window)
    owed = ObligationCount.objects.visible_to(user).of(form, period)
    kept_by = []
    if jurisdiction is None:
        own = WindowRule.objects.filter(form=form.key, period=period.start).exclude(jurisdiction=None)
        keeping = Jurisdiction.objects.filter(pk__in=own.values("jurisdiction")).order_by("code")
        kept_by = [row.name for row in keeping]
        owed = owed.exclude(jurisdiction_code__in=[row.pk for row in keeping])
    changes = [Change(label, old[label], new[label]) for label in old]
    return Preview(changes, completeness(owed), kept_by, _effect(before.phase(at), window.phase(at)))


def _effect(before, after):
    """What happens the moment it is saved."""
    if before in CAN_FILL and after not in CAN_FILL:
        return f"保存后企业立即不能填报或修改（{after.label}）。"
    if before not in CAN_FILL and after in CAN_FILL:
        return "保存后企业立即可以填报和修改。"
    if before == Phase.OPEN and after == Phase.LATE:
        return "保存后上报的，立即标记为“逾期”。"
    if before == Phase.LATE and after == Phase.OPEN:
        return "保存后首次上报的，不再标记为“逾期”；此前已标记的不变。"
    return "保存后当前状态不变，只改变以后的期限。"
