"""What annual reports share: figures of the table of fields, the basics of the filing in force at the end
of the year, and what the twelve months add up to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.urls import reverse

from autoflow.common.codes import field_specs
from filing.enums import FilingAction
from filing.models import BrandLine, Filing
from filing.presentation import text_of
from filing.sections import FIELDS
from reporting.changes import Line
from reporting.deadlines import effective_from
from reporting.figures import Figure, FiguresForm
from reporting.forms import ReportEditor
from reporting.models import ReportVersion
from reporting.periods import Period, day_begins
from reporting.registry import AnnualForm, report_form

BASICS = (
    *("enterprise_name", "uscc", "enterprise_types", "division_code", "legal_representative"),
    *("registered_capital", "business_address", "contact_name"),
)
FILL = "fill"
NOTE = "variance_note"


@dataclass(frozen=True)
class Months:
    """What the submitted months of a year add up to: figures the annual report takes over, by identifier."""

    figures: Mapping[str, Figure] = field(default_factory=dict)
    missing: tuple[Period, ...] = ()

    @property
    def has_any(self):
        return bool(self.figures)


@dataclass(frozen=True)
class Indicator:
    """A derived figure; `text` is a dash when its divisor is nil."""

    label: str
    text: str


class YearForm(AnnualForm):
    """An annual report whose content is one row of figures. Content: {identifier: figure, "basics": [[label,
    text], …]} and what a subclass adds.

    A subclass names `table` (form of fields.csv), `model` (the row, one column a figure), `sections` (title
    and first figure of each), `monthly` (key of the months behind it), and says what the months add up to.
    """

    table = ""
    model = None
    sections: tuple[tuple[str, str], ...] = ()
    monthly = ""
    basics: tuple[str, ...] = BASICS
    edit_template = "reporting/annual_edit.html"
    content_template = "reporting/_annual_content.html"
    print_template = "reporting/_annual_print.html"

    @cached_property
    def specs(self):
        """The figures, in the order of the table."""
        return [spec for name, spec in field_specs(self.table).items() if name not in ("year", NOTE)]

    def parts(self):
        """The figures by section, each with its title."""
        starts, parts = {first: title for title, first in self.sections}, []
        for spec in self.specs:
            if spec.identifier in starts:
                parts.append((starts[spec.identifier], []))
            parts[-1][1].append(spec)
        return parts

    def read(self, report):
        row = self.model.objects.filter(report=report.pk).first()
        figures = {spec.identifier: _plain(row, spec) for spec in self.specs}
        return {**figures, "basics": basics_of(report, self.basics)}

    def write(self, report, content):
        figures = {spec.identifier: content.get(spec.identifier) for spec in self.specs}
        self.model.objects.update_or_create(report=report, defaults=figures)

    def lines(self, content):
        basics = Line(("基本情况",), "基本情况", dict(content.get("basics") or []))
        figures = [
            Line((title,), title, {_heading(spec): content.get(spec.identifier) for spec in specs})
            for title, specs in self.parts()
        ]
        return [basics, *figures]

    def editor(self, report, data=None, files=None):
        return YearEditor(report, data, files)

    def months(self, report) -> Months:
        """What the months of the year say."""
        raise NotImplementedError

    def indicators(self, content) -> list[Indicator]:
        """Derived figures, for reading only."""
        return []

    def previous(self, report) -> dict | None:
        """What the report of the year before said when it was submitted last."""
        return submitted_contents(report, self.key, [report.month.previous]).get(report.month.previous)


class YearEditor(ReportEditor):
    """The page of one year; «按月报带出» takes over what the months add up to."""

    def __init__(self, report, data=None, files=None):
        self.note_spec = (report.form_class.table, NOTE)
        super().__init__(report, data, files)
        self.form = report.form_class
        self.stored = self.form.read(report)
        self.figures = FiguresForm(data, specs=self.form.specs, content=self.stored)

    @cached_property
    def months(self):
        return self.form.months(self.report)

    @property
    def monthly(self):
        return report_form(self.form.monthly)

    @property
    def monthly_url(self):
        return reverse(f"{self.monthly.namespace}-list")

    @property
    def parts(self):
        return [
            (title, [self.figures[spec.identifier] for spec in specs]) for title, specs in self.form.parts()
        ]

    @property
    def taken_over(self):
        """What the months say, as the page names it."""
        specs = field_specs(self.form.table)
        return [
            (specs[name].label.removeprefix("其中："), value, specs[name].unit)
            for name, value in self.months.figures.items()
        ]

    @property
    def indicators(self):
        return self.form.indicators({**self.stored, **self.figures.figures})

    @property
    def content(self):
        content = self.figures.figures
        if self.data is not None and self.data.get("action") == FILL:
            content |= self.months.figures
        return content

    def is_valid(self):
        return super().is_valid() and self.figures.is_valid()

    @property
    def bound(self):
        return [*super().bound, self.figures] if self.figures.is_bound else super().bound

    def add_findings(self, findings):
        for found in findings:
            if found.field in self.figures.fields:
                self.figures.add_error(found.field, found.message)
            else:
                self.header.add_error(None, found.message)


def _heading(spec):
    return f"{spec.label}（{spec.unit}）" if spec.unit else spec.label


def _plain(row, spec):
    """A stored figure as content: decimals as text, so that JSON keeps them exactly."""
    value = getattr(row, spec.identifier, None)
    return value if value is None or spec.kind == "int" else str(value)


def filing_at_end(report) -> Filing | None:
    """The version of the filing in force at the end of the year."""
    following = report.month.next.start
    confirmed = Filing.objects.filter(
        enterprise=report.enterprise_id,
        events__action=FilingAction.CONFIRM,
        events__at__lt=day_begins(following.year, 1, 1),
    )
    return confirmed.order_by("-version").first()


def basics_of(report, names) -> list[list[str]]:
    """The basics of the enterprise as the filing in force on 31 December has them."""
    filing = filing_at_end(report)
    if filing is None:
        return []
    rows = [[FIELDS[name].label, text_of(filing, FIELDS[name])] for name in names]
    brands = BrandLine.objects.filter(filing=filing).select_related("brand", "producer").order_by("pk")
    listed = [f"{line.brand.name}（{line.supplier_name}）" for line in brands]
    return rows + ([["品牌与授权", "、".join(listed)]] if listed else [])


def submitted_contents(report, key, periods) -> dict[Period, dict]:
    """What counts of other periods of the enterprise; periods without a submitted report are missing."""
    versions = ReportVersion.objects.filter(
        report__enterprise=report.enterprise_id,
        report__form=key,
        report__deleted_at=None,
        report__status="SUBMITTED",
        report__period__in=[period.start for period in periods],
    )
    latest = versions.order_by("report", "-number").distinct("report")
    found = dict(latest.values_list("report__period", "content"))
    return {period: found[period.start] for period in periods if period.start in found}


def months_owed(report) -> list[Period]:
    """The months of the year from the one on in which the filing took effect."""
    since = effective_from(report.enterprise)
    return [month for month in report.month.months if since is not None and month >= since]
