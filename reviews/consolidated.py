"""What the consolidated views share: period and place, comparisons that wait, how complete it is."""

from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from reporting.deadlines import windows_of
from reporting.enums import PeriodKind, Phase
from reporting.models import ObligationCount, Report
from reporting.periods import MONTHS, Period
from reporting.registry import report_form
from reporting.windows import limit_text
from reviews.areas import area_at, area_choices
from reviews.completeness import by_place, completeness
from reviews.filters import Filter

UNFINISHED = (Phase.BEFORE, Phase.OPEN)
KIND_WORDS = {PeriodKind.MONTH: "月", PeriodKind.QUARTER: "季", PeriodKind.YEAR: "年"}
OFFERED = {PeriodKind.MONTH: 25, PeriodKind.QUARTER: 9, PeriodKind.YEAR: 3}
PREVIOUS_WORDS = {PeriodKind.MONTH: "较上月", PeriodKind.QUARTER: "较上季"}
YEAR_BEFORE_WORDS = {
    PeriodKind.MONTH: "较上年同月",
    PeriodKind.QUARTER: "较上年同季",
    PeriodKind.YEAR: "较上年",
}


class SpanChoice(Filter):
    """The month, quarter or year and the place of a consolidated view; without a word the last month that is
    due. All of them are made of monthly reports.
    """

    form_key = ""
    subject = ""

    def __init__(self, query, user, at):
        super().__init__(query)
        self.at, self.form = at, report_form(self.form_key)
        self.area = area_at(user, query.get("place", ""))
        offered = {kind: offered_periods(kind, at) for kind in KIND_WORDS}
        years = offered[PeriodKind.YEAR]
        months = [month for year in (*years, years[-1].year_before) for month in year.months]
        self.windows = windows_of(self.form, months, self.area.jurisdiction_code)
        self.period_groups = [
            (KIND_WORDS[kind], [(str(period), period.label) for period in periods])
            for kind, periods in offered.items()
        ]
        known = {str(period): period for periods in offered.values() for period in periods}
        self.period = known.get(query.get("period", "")) or self._last_due(offered[PeriodKind.MONTH])
        self.period_key = str(self.period)
        self.place_choices = area_choices(user, self.area)

    def _last_due(self, months):
        return next((month for month in months if not self.is_unfinished(month)), months[-1])

    @property
    def title(self):
        return f"{self.area.reach}{self.period.label}{self.subject}"

    @property
    def address(self):
        """What names this period and place."""
        return urlencode({"period": self.period_key, "place": self.area.code})

    def labels(self):
        return {"place": f"地区：{self.area.name}"} if self.area.code else {}

    @property
    def is_month(self):
        return self.period.kind == PeriodKind.MONTH

    @property
    def previous_word(self):
        """What it is compared with besides last year; a year is compared with that alone."""
        return PREVIOUS_WORDS.get(self.period.kind, "")

    @property
    def year_before_word(self):
        return YEAR_BEFORE_WORDS[self.period.kind]

    @property
    def closing(self) -> Period:
        """The month whose stock is that of the whole period: its last one that is due, else its last."""
        months = self.period.months
        return next((month for month in reversed(months) if not self.is_unfinished(month)), months[-1])

    @property
    def shown_months(self) -> list[Period]:
        """Twelve months, the last of them the latest of the period that is open already."""
        months = self.period.months
        opened = (month for month in reversed(months) if self.windows[month].phase(self.at) != Phase.BEFORE)
        last = next(opened, months[0])
        return [last.plus(-count) for count in range(MONTHS - 1, -1, -1)]

    def is_unfinished(self, period) -> bool:
        """Whether enterprises may still report the period, or a month of it, in time."""
        return any(self.windows[month].phase(self.at) in UNFINISHED for month in period.months)

    @property
    def note(self) -> str:
        """What whoever reads the figures must know: they may still grow."""
        window = self.windows[self.period.months[-1]]
        match window.phase(self.at):
            case Phase.BEFORE | Phase.OPEN:
                return f"本期{limit_text(window.due_at)}截止，还在填报；以下是目前已上报的数字。"
            case Phase.LATE:
                return f"本期已截止，{limit_text(window.locks_at)}前仍可补报，数字可能还会变化。"
        return ""

    def compared(self, sums, name, other: Period) -> tuple[str, str]:
        """A change against another period, and its figure; no change while either is still being reported or
        nobody reported: what is missing is not nil.
        """
        for period in (self.period, other):
            if self.is_unfinished(period):
                return "–", f"{period.label}填报未截止，暂不比较"
        for period in (self.period, other):
            if not sums.is_reported(period):
                return "–", f"{period.label}没有数据"
        before = sums.flow(other, name)
        return change_text(sums.flow(self.period, name), before), f"{other.label}为 {before:,} 辆"


class MonthSums:
    """Sums by month, from which every longer period is added up; months nobody reported have none."""

    def __init__(self, by_month: dict, reported: set, nothing: dict):
        self.by_month, self.reported, self.nothing = by_month, reported, nothing

    def month(self, period) -> dict:
        """The figures of one month, absent where nobody reported it."""
        absent = self.nothing if period.start in self.reported else dict.fromkeys(self.nothing)
        return self.by_month.get(period.start, absent)

    def is_reported(self, period) -> bool:
        return any(month.start in self.reported for month in period.months)

    def flow(self, period, name):
        """What is added up over the months."""
        return sum((self.by_month.get(month.start, self.nothing)[name] for month in period.months), start=0)

    def whole(self, chosen, stocks) -> dict:
        """The period: what flows added up, stocks as at its end."""
        closing = self.by_month.get(chosen.closing.start, self.nothing)
        return {
            name: closing[name] if name in stocks else self.flow(chosen.period, name) for name in self.nothing
        }


def month_sums(user, chosen, rows, sums, filled) -> MonthSums:
    """Sums of a summary by month, for the period, those it is compared with and the months shown."""
    first = min(chosen.shown_months[0].start, chosen.period.year_before.start)
    within = {"period__gte": first, "period__lte": chosen.period.last_day}
    found = rows.filter(**within).order_by().values("period").annotate(**sums)
    reports = Report.objects.visible_to(user).counting().of(chosen.form).filter(chosen.area.rows, **within)
    reported = set(reports.order_by().values_list("period", flat=True).distinct())
    return MonthSums({row["period"]: filled(row) for row in found}, reported, dict.fromkeys(sums, 0))


def offered_periods(kind, at) -> list[Period]:
    """The periods of a kind that can be chosen, the present one first."""
    present = Period.of_day(timezone.localdate(at), kind)
    return [present.plus(-count) for count in range(OFFERED[kind])]


def change_text(now, before) -> str:
    """How much more, in percent of before; a dash where there was nothing."""
    if not before:
        return "–"
    percent = f"{Decimal(now - before) * 100 / before:+z.1f}%"
    return percent.removeprefix("+") if percent == "+0.0%" else percent


def comparisons(chosen, sums, name) -> list[tuple[str, Period, tuple[str, str]]]:
    """What the period is compared with: its word, the other period, the change and its figure."""
    others = [
        (chosen.previous_word, chosen.period.previous),
        (chosen.year_before_word, chosen.period.year_before),
    ]
    return [(word, other, chosen.compared(sums, name, other)) for word, other in others if word]


def share_text(part, whole) -> str:
    """A share with one decimal; a dash where there is no whole."""
    return f"{Decimal(part) * 100 / whole:.1f}%" if whole else "–"


def completeness_of(user, chosen) -> dict:
    """How much of the period is in, whole and by place, and where it is looked at."""
    months = [month.start for month in chosen.period.months]
    owed = ObligationCount.objects.visible_to(user).filter(
        chosen.area.rows, form=chosen.form.key, period__in=months
    )
    total, unit = completeness(owed), "家" if chosen.is_month else "份"
    where = {"form": chosen.form_key, "period": chosen.period_key, "place": chosen.area.code}
    return {
        "completeness": total,
        "completeness_text": f"应报 {total.owed:,} {unit}，已报 {total.submitted:,} {unit}",
        "completeness_unit": unit,
        "completeness_parts": by_place(owed, chosen.area),
        "reports_url": f"{reverse('reviews:report-list')}?{urlencode(where)}" if chosen.is_month else "",
    }
