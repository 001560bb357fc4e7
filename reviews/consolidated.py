"""What the consolidated views share: month and place, comparisons that wait, how complete it is."""

from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from reporting.deadlines import windows_of
from reporting.enums import Phase
from reporting.models import Obligation
from reporting.periods import MONTHS, Period
from reporting.registry import report_form
from reporting.windows import limit_text
from reviews.areas import area_at, area_choices
from reviews.completeness import by_place, completeness
from reviews.filters import Filter
from reviews.report_filters import periods_of

UNFINISHED = (Phase.BEFORE, Phase.OPEN)


class MonthChoice(Filter):
    """The month and the place of a consolidated view; without a word the last month that is due."""

    form_key = ""
    subject = ""

    def __init__(self, query, user, at):
        super().__init__(query)
        self.at, self.form = at, report_form(self.form_key)
        periods = periods_of(self.form, at)
        self.area = area_at(user, query.get("place", ""))
        before = periods[-1]
        asked = [*periods, *(before.plus(-count) for count in range(1, MONTHS + 1))]
        self.windows = windows_of(self.form, asked, self.area.jurisdiction_code)
        self.period_choices = [(str(period), period.label) for period in periods]
        named = self._one_of("period", dict(self.period_choices))
        found = Period.parse(named, self.form.period_kind) if named else None
        self.period = found or next((one for one in periods if not self.is_unfinished(one)), before)
        self.period_key = str(self.period)
        self.place_choices = area_choices(user, self.area)

    @property
    def title(self):
        return f"{self.area.name}{self.period.label}{self.subject}"

    @property
    def address(self):
        """What names this month and place."""
        return urlencode({"period": self.period_key, "place": self.area.code})

    def labels(self):
        return {"place": f"地区：{self.area.name}"} if self.area.code else {}

    def is_unfinished(self, period) -> bool:
        """Whether enterprises may still report the month in time."""
        return self.windows[period].phase(self.at) in UNFINISHED

    @property
    def note(self) -> str:
        """What whoever reads the figures must know: they may still grow."""
        window = self.windows[self.period]
        match window.phase(self.at):
            case Phase.BEFORE | Phase.OPEN:
                return f"本期{limit_text(window.due_at)}截止，还在填报；以下是目前已上报的数字。"
            case Phase.LATE:
                return f"本期已截止，{limit_text(window.locks_at)}前仍可补报，数字可能还会变化。"
        return ""

    def compared(self, now, before, other: Period) -> tuple[str, str]:
        """A change against another month, and its figure; no change while either is still being reported."""
        for period in (self.period, other):
            if self.is_unfinished(period):
                return "–", f"{period.label}填报未截止，暂不比较"
        if not before:
            return "–", f"{other.label}没有数据"
        percent = Decimal(now - before) * 100 / before
        return f"{percent:+.1f}%", f"{other.label}为 {before:,} 辆"


def months_shown(period) -> list[Period]:
    """The same month of last year, then the twelve that end with this one."""
    return [period.plus(-count) for count in range(MONTHS, -1, -1)]


def share_text(part, whole) -> str:
    """A share with one decimal; a dash where there is no whole."""
    return f"{Decimal(part) * 100 / whole:.1f}%" if whole else "–"


def completeness_of(user, chosen) -> dict:
    """How much of the month is in, whole and by place, and where it is looked at."""
    owed = Obligation.objects.visible_to(user).of(chosen.form, chosen.period).filter(chosen.area.rows)
    total = completeness(owed)
    where = {"form": chosen.form_key, "period": chosen.period_key, "place": chosen.area.code}
    return {
        "completeness": total,
        "completeness_text": f"应报 {total.owed:,} 家，已报 {total.submitted:,} 家",
        "completeness_parts": by_place(owed, chosen.area),
        "reports_url": f"{reverse('reviews:report-list')}?{urlencode(where)}",
    }
