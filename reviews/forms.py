"""Forms of the authorities' pages: shape of the input only."""

import uuid

from django import forms

from filing.reasons import OTHER, reasons_for
from filing.sections import LABELS, parts_for
from filing.services import Ticked


def problem_items(filing):
    """What can be pointed at when a filing is returned: the fields and sub-tables of its types."""
    parts = parts_for(filing.enterprise_types)
    names = [spec.identifier for part in parts for spec in part.fields_for(filing.enterprise_types)]
    names += [part.row_set for part in parts if part.row_set]
    return [(name, LABELS[name]) for name in names]


class ReturnForm(forms.Form):
    """Why a filing goes back (rule F-023): the items to mend, each with a reason from the list or in words,
    or one reason for them all.
    """

    reason = forms.CharField(
        label="总的说明",
        required=False,
        min_length=5,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="各项已选原因的可以不写。企业会看到这段话，5–500 字。",
        error_messages={
            "min_length": "至少写 5 个字，说明哪里不对、怎样修改。",
            "max_length": "最多 500 字，请精简。",
        },
    )

    def __init__(self, *args, filing, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["fields"] = forms.MultipleChoiceField(
            label="问题项",
            choices=problem_items(filing),
            error_messages={"required": "请填写退回原因，并指明需修改的项目：在有问题的项目后勾选“有问题”。"},
        )

    def clean(self):
        data = super().clean()
        reasons = {}
        for name in data.get("fields", ()):
            code, note = self._said(f"reason-{name}"), self._said(f"note-{name}")
            if code or note:
                reasons[name] = (code or OTHER, note)
            elif not data.get("reason") and "reason" not in self.errors:
                self.add_error("fields", f"请为“{LABELS[name]}”选择原因，或写总的说明。")
        self._check(reasons)
        return data | {"reasons": reasons}

    def _said(self, control):
        return self.data.get(control, "").strip()

    def _check(self, reasons):
        for name, (code, note) in reasons.items():
            if code not in {reason.code for reason in reasons_for(name)}:
                self.add_error("fields", f"请为“{LABELS[name]}”选择原因。")
            elif code == OTHER and not note:
                self.add_error("fields", f"请写明“{LABELS[name]}”哪里不对。")


class UrgeForm(forms.Form):
    """A superior's word to the body that confirms."""

    note = forms.CharField(
        label="督办意见",
        min_length=2,
        max_length=200,
        widget=forms.Textarea({"rows": 3}),
        help_text="2–200 字，只有主管部门能看到。",
    )


class BulkForm(forms.Form):
    """The pile as it stood on the page: each item names the version and its hash."""

    key = forms.UUIDField()
    item = forms.CharField(required=False)

    def clean(self):
        data = super().clean()
        try:
            data["items"] = [ticked_of(text) for text in self.data.getlist("item")]
        except ValueError as error:
            raise forms.ValidationError("请回到列表重新选择。") from error
        if not data["items"]:
            raise forms.ValidationError("没有勾选备案，请至少勾选一件。")
        return data


def ticked_of(text):
    """`id:version:hash` as the page sends it."""
    filing_id, version, content_hash = text.split(":")
    if not (filing_id.isascii() and filing_id.isdigit() and len(filing_id) <= 18):
        raise ValueError(text)
    if not (version.isascii() and version.isdigit() and len(version) <= 9 and len(content_hash) == 64):
        raise ValueError(text)
    return Ticked(int(filing_id), int(version), content_hash)


def new_key():
    """Names one showing of a form, so that sending it twice does it once."""
    return uuid.uuid4()
