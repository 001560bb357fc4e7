"""The form every report shares, and what the engine expects of the editor of a form: shape of input only."""

import re

from django import forms

from autoflow.common import identifiers
from autoflow.common.checks import finding
from autoflow.common.codes import field_specs
from autoflow.common.text import TextRefused, normalise, reject_controls
from reporting.workbooks import Table, figures_table


class HeaderForm(forms.Form):
    """Who filled the report in, whether there was business at all, and the note on what is unusual."""

    preparer_name = forms.CharField(label="填表人", max_length=50, required=False)
    preparer_phone = forms.CharField(label="填表人电话", max_length=20, required=False)
    nil_return = forms.BooleanField(label="本月无业务", required=False)

    def __init__(self, *args, report, note, **kwargs):
        initial = {
            "preparer_name": report.preparer_name,
            "preparer_phone": report.preparer_phone,
            "nil_return": report.nil_return,
            note.identifier: report.note,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["preparer_name"].starred = self.fields["preparer_phone"].starred = True
        self.fields["nil_return"].help_text = "没有业务也要上报；勾选后不填明细。"
        if not report.form_class.has_nil_return:
            del self.fields["nil_return"]
        self.fields[note.identifier] = forms.CharField(
            label=note.label, max_length=1000, required=False, widget=forms.Textarea({"rows": 2})
        )
        self.fields[note.identifier].explain = note.explain

    def clean_preparer_name(self):
        return _text(self.cleaned_data["preparer_name"])

    def clean_preparer_phone(self):
        phone = identifiers.normalise_phone(self.cleaned_data["preparer_phone"])
        if phone and not (identifiers.is_mobile(phone) or identifiers.is_landline(phone)):
            raise forms.ValidationError(finding("F-009", "phone").message)
        return phone


def _text(value):
    try:
        return normalise(reject_controls(value))
    except TextRefused as error:
        raise forms.ValidationError(str(error)) from error


class ReportEditor:
    """The page of one report: the header here, the content in a subclass.

    A subclass gives `note_spec` (form of fields.csv, identifier), reads `content` from what was posted, and
    puts findings of the content at its own controls.
    """

    note_spec = ("MONTHLY_HEADER", "anomaly_note")
    told = ""  # what an action of the form itself did

    def __init__(self, report, data=None, files=None):
        form, identifier = self.note_spec
        self.report, self.data = report, data
        self.note = field_specs(form)[identifier]
        self.header = HeaderForm(data, report=report, note=self.note)
        self.revision = _number(data.get("revision", "")) if data is not None else report.revision

    @property
    def values(self):
        """What can be stored of the header."""
        self.header.is_valid()
        cleaned = dict(self.header.cleaned_data)
        if self.note.identifier in cleaned:
            cleaned["note"] = cleaned.pop(self.note.identifier)
        return cleaned

    @property
    def note_control(self):
        return self.header[self.note.identifier]

    @property
    def content(self):
        """The content posted, None where it cannot be stored as a whole."""
        raise NotImplementedError

    @property
    def tables(self) -> list[Table]:
        """The sheets of the report as a workbook: its `figures`; a subclass adds others or replaces them."""
        return [figures_table("指标", self.figures)]

    def act(self, by):
        """What a button of the form itself asks for beyond keeping what was typed; the page to go on with."""
        return self

    def is_valid(self):
        return self.header.is_valid()

    @property
    def bound(self):
        """Forms and formsets whose errors the summary lists."""
        return [self.header] if self.header.is_bound else []

    def add_findings(self, findings):
        """Put each message at its control; what has none stands in the panel above the form."""
        for found in findings:
            name = found.field if found.field in self.header.fields else None
            self.header.add_error(name, found.message)

    def keep(self, report):
        """Go on with the report as it is stored now, under the same page."""
        self.report, self.revision = report, report.revision


class LateRequestForm(forms.Form):
    """Why an enterprise asks for a closed period to be opened."""

    period = forms.CharField(max_length=7, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="申请原因",
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="5–500 字，写明为什么没有按时填报或需要修改什么。",
    )


class DeleteForm(forms.Form):
    """Why a report is taken back; asked for once it was submitted."""

    reason = forms.CharField(
        label="删除原因", max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )


def _number(text):
    """The revision a page was made from; one that was tampered with matches nothing."""
    return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else -1
