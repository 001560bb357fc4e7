"""Forms of an authority's work on reports: shape of the input only."""

from django import forms

REASON = {
    "required": "请写明原因（5–500 字）。",
    "min_length": "至少写 5 个字。",
    "max_length": "最多 500 字，请精简。",
}


class ReasonField(forms.CharField):
    """Why something is done to a report; the enterprise reads it."""

    def __init__(self, label, help_text, **kwargs):
        options = {"min_length": 5, "max_length": 500, "error_messages": REASON} | kwargs
        widget = forms.Textarea({"rows": 3})
        super().__init__(label=label, help_text=help_text, widget=widget, **options)


class ReturnReportForm(forms.Form):
    """Why a report goes back, and the version that was read."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reason = ReasonField("退回原因", "5–500 字，写明哪些数字需要修改。企业会看到这段话。")
