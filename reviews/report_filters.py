"""What a list of reports is narrowed to: always one form and one period, then anything else."""

import re
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from autoflow.common.checks import rules
from autoflow.common.requests import chosen_text
from filing.models import Enterprise
from newcar.monthly import NewcarMonthly
from reporting.deadlines import windows_by_jurisdiction, windows_of
from reporting.enums import LOCKED, PeriodKind, Phase, ReasonCode, ReportStatus
from reporting.models import LatePermission, Report, ReportFinding
from reporting.periods import Period
from reporting.registry import form_choices, report_form, report_forms
from reviews.areas import area_at, area_choices, whole_area
from reviews.filters import Filter

FINDINGS = {"any": "有异常", "none": "没有异常"}
LONGEST_RULE = 24
PLACEHOLDER = re.compile(r"\{\w+\}")
PERIODS_OFFERED = {PeriodKind.MONTH: 25, PeriodKind.QUARTER: 9, PeriodKind.YEAR: 6}


def _rule_text(rule):
    """A rule by its number and how its message begins."""
    known = rules().get(rule)
    text = PLACEHOLDER.sub("…", known.message) if known else "其他核对"
    return f"{rule} {text if len(text) <= LONGEST_RULE else text[:LONGEST_RULE] + '…'}" if known else text


def periods_of(form, at, ahead=0) -> list[Period]:
    """The periods that can be chosen, newest first: some ahead, the present one and those before it."""
    period = Period.of_day(timezone.localdate(at), form.period_kind).plus(ahead)
    return [period.plus(-count) for count in range(PERIODS_OFFERED[form.period_kind] + ahead)]


def present_period(form, at) -> Period:
    """The newest period that is open by default or was."""
    periods = periods_of(form, at)
    opened = (period for period in periods if form.default_window(period).phase(at) != Phase.BEFORE)
    return next(opened, periods[-1])


def overseen_period(form, at, jurisdiction_code) -> Period:
    """The newest period that is over and whose window at this authority has opened: the one that is due or,
    until the next is over, was due last. Of a period under way next to nothing can have come in.
    """
    today = timezone.localdate(at)
    over = [period for period in periods_of(form, at) if period.last_day < today]
    windows = windows_of(form, over, jurisdiction_code).items()
    return next((period for period, window in windows if window.phase(at) != Phase.BEFORE), over[-1])


class PeriodChoice(Filter):
    """One form and one period, which every page on reports is about."""

    ahead = 0

    def __init__(self, query, at):
        super().__init__(query)
        self.at = at
        self.form_choices = form_choices()
        key = self._one_of("form", dict(self.form_choices))
        self.form = report_form(key) if key else report_forms()[0]
        self.period_choices = [
            (str(period), period.label) for period in periods_of(self.form, at, self.ahead)
        ]
        named = self._one_of("period", dict(self.period_choices))
        found = Period.parse(named, self.form.period_kind) if named else None
        self.period = found or self._usual_period()

    def _usual_period(self):
        return present_period(self.form, self.at)

    @property
    def key(self):
        return self.form.key

    @property
    def period_key(self):
        return str(self.period)

    @property
    def heading(self):
        return f"{self.period.label}{self.form.title}"

    @property
    def base(self):
        """The address of the form and the period alone."""
        return urlencode({"form": self.key, "period": self.period_key})

    @property
    def clear_url(self):
        return f"?{self.base}"

    def labels(self):
        return {}


class ReportFilter(PeriodChoice):
    """State, in time or late, findings, reason given, place, and name or credit code of the enterprise."""

    status_choices = [
        (ReportStatus.SUBMITTED.value, ReportStatus.SUBMITTED.label),
        (ReportStatus.RETURNED.value, ReportStatus.RETURNED.label),
        LOCKED,
    ]
    timing_choices = [("on-time", "按时上报"), ("late", "逾期上报")]
    reason_choices = ReasonCode.choices

    def __init__(self, query, user, at):
        self.own = whole_area(user)
        super().__init__(query, at)
        self.text = chosen_text(query, "q")
        self.status = self._one_of("status", dict(self.status_choices))
        self.timing = self._one_of("timing", dict(self.timing_choices))
        self.reason = self._one_of("reason", dict(self.reason_choices))
        self.area = area_at(user, query.get("place", ""))
        self.place_choices = area_choices(user, self.area)
        self.windows = windows_by_jurisdiction(self.form, self.period)
        self.finding_choices = [*FINDINGS.items(), *self._rules(user)]
        self.finding = self._one_of("finding", dict(self.finding_choices))

    def _usual_period(self):
        return overseen_period(self.form, self.at, self.own.jurisdiction_code)

    def _rules(self, user):
        """The rules that found something in this form and period, with what they say."""
        reports = Report.objects.visible_to(user).of(self.form, self.period).filter(self.area.rows)
        found = ReportFinding.objects.filter(report__in=reports).order_by("rule")
        return [(rule, _rule_text(rule)) for rule in found.values_list("rule", flat=True).distinct()]

    @property
    def here(self):
        """The address of the form, the period, the place and the name, which both tabs share."""
        shared = {"place": self.area.code, "q": self.text}
        return urlencode(
            {"form": self.key, "period": self.period_key}
            | {name: text for name, text in shared.items() if text}
        )

    @property
    def has_outliers(self):
        """Only sales of new cars are compared within a city."""
        return self.form.key == NewcarMonthly.key

    @property
    def links(self):
        """The lists behind the totals of the place, whatever else was chosen."""
        where = f"?{self.base}&place={self.area.code}"
        return {
            "on_time": f"{where}&timing=on-time",
            "late": f"{where}&timing=late",
            "returned": f"{where}&status={ReportStatus.RETURNED}",
            "missing": f"{where}&tab=missing",
        }

    @property
    def address(self):
        """The address of everything chosen; of the export."""
        names = ("status", "timing", "finding", "reason")
        chosen = {name: getattr(self, name) for name in names if getattr(self, name)}
        return "&".join(filter(None, (self.here, urlencode(chosen))))

    @property
    def conditions(self):
        """Everything chosen besides form and period, in words."""
        return "；".join(self.labels().values())

    def owed(self, obligations):
        """The obligations of the form, the period and the place: what completeness counts."""
        return obligations.of(self.form, self.period).filter(self.area.rows)

    def missing(self, obligations):
        return self._searched(self.owed(obligations).missing())

    def reports(self, reports):
        """The reports that fit every condition."""
        found = self._searched(reports.of(self.form, self.period).filter(self.area.rows))
        if self.status:
            found = self._by_status(found)
        if self.timing:
            found = found.filter(status=ReportStatus.SUBMITTED, is_late=self.timing == "late")
        if self.finding:
            found = self._by_finding(found)
        if self.reason:
            explained = ReportFinding.objects.filter(report=OuterRef("pk"), reason_code=self.reason)
            found = found.filter(Exists(explained))
        return found

    def _by_finding(self, reports):
        if self.finding == "any":
            return reports.filter(warning_count__gt=0)
        if self.finding == "none":
            return reports.filter(warning_count=0)
        return reports.filter(Exists(ReportFinding.objects.filter(report=OuterRef("pk"), rule=self.finding)))

    def _searched(self, rows):
        if not self.text:
            return rows
        return rows.filter(enterprise__in=Enterprise.objects.search(self.text))

    def _by_status(self, reports):
        if self.status == ReportStatus.RETURNED:
            return reports.filter(status=ReportStatus.RETURNED)
        submitted = reports.filter(status=ReportStatus.SUBMITTED)
        locked = self._locked()
        return submitted.filter(locked) if self.status == LOCKED[0] else submitted.exclude(locked)

    def _locked(self):
        """Reports whose window has closed and whose enterprise has no permission in force."""
        codes = [code for code, window in self.windows.items() if window.phase(self.at) == Phase.LOCKED]
        closed = Q(enterprise__jurisdiction_code__in=codes)
        if not self.form.can_be_unlocked:
            return closed
        permitted = LatePermission.objects.in_force(self.at).filter(
            form=self.form.key, period=self.period.start, enterprise=OuterRef("enterprise")
        )
        return closed & ~Exists(permitted)

    def labels(self):
        labels = {
            "q": self.text and f"查询：{self.text}",
            "place": self.area.code and f"地区：{self.area.name}",
            "status": self.status and f"状态：{dict(self.status_choices)[self.status]}",
            "timing": self.timing and f"时间：{dict(self.timing_choices)[self.timing]}",
            "finding": self.finding and f"异常：{dict(self.finding_choices)[self.finding]}",
            "reason": self.reason and f"异常原因：{ReasonCode(self.reason).label}",
        }
        return {name: label for name, label in labels.items() if label}
