"""A fifth report form, for tests alone: a new form costs this class, a template and a migration."""

from decimal import Decimal

from django import forms

from autoflow.common.checks import Severity, invalid
from reporting.changes import Line
from reporting.enums import PeriodKind
from reporting.forms import ReportEditor
from reporting.periods import day_begins, midnight_after
from reporting.registry import ReportForm
from reporting.windows import Window
from tests.reporting.appraisal.models import Appraisals


class AppraisalContent(forms.Form):
    count = forms.IntegerField(label="评估数量", min_value=0, required=False)
    fees = forms.DecimalField(label="评估收入", min_value=0, required=False)


class AppraisalEditor(ReportEditor):
    def __init__(self, report, data=None, files=None):
        super().__init__(report, data, files)
        self.figures = AppraisalContent(data, initial=report.form_class.read(report) or None)

    @property
    def content(self):
        if not self.figures.is_valid() or self.header.data.get("nil_return"):
            return None
        given = self.figures.cleaned_data
        return {"count": given["count"] or 0, "fees": str(given["fees"] or 0)}

    def is_valid(self):
        return super().is_valid() and self.figures.is_valid()


class QuarterlyAppraisal(ReportForm):
    key = "appraisal"
    title = "鉴定评估季度报表"
    period_kind = PeriodKind.QUARTER
    types = frozenset({"B5"})
    namespace = "appraisal:quarter"
    edit_template = "appraisal/edit.html"
    content_template = "appraisal/_content.html"
    columns = (("评估数量（辆）", "qty"),)

    def default_window(self, period):
        year, month = period.next.start.year, period.next.start.month
        due = midnight_after(year, month, 5)
        return Window(day_begins(year, month, 1), due, midnight_after(year, month, 15))

    def read(self, report):
        found = Appraisals.objects.filter(report=report.pk).first()
        return {"count": found.count, "fees": str(found.fees)} if found else {}

    def write(self, report, content):
        Appraisals.objects.filter(report=report).delete()
        if content:
            Appraisals.objects.create(report=report, **content)

    def check(self, report, content):
        if not content and not report.nil_return:
            yield invalid("", "请填写评估数量。")
        if content and content["count"] and Decimal(content["fees"]) / content["count"] > 1:
            yield invalid("fees", "平均评估费超过1万元，请核对单位。", severity=Severity.WARN)

    def figures(self, content):
        amount = Decimal(content.get("fees", 0))
        return {"line_count": bool(content), "qty": content.get("count", 0), "amount": amount}

    def lines(self, content):
        figures = {"评估数量（辆）": content.get("count"), "评估收入（万元）": content.get("fees")}
        return [Line(("figures",), "评估", figures)]

    def editor(self, report, data=None, files=None):
        return AppraisalEditor(report, data, files)
