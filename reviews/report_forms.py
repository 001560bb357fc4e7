"""Forms of an authority's work on reports: shape of the input only."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from reporting.periods import day_begins, midnight_after
from reporting.windows import Window

USUAL_DAYS, MOST_DAYS = 7, 30

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


class UntilField(forms.DateField):
    """The last day of a permission, that day included."""

    def __init__(self):
        help_text = f"含当天 24:00，最长 {MOST_DAYS} 天；到期自动关闭。"
        super().__init__(label="有效期至", widget=forms.DateInput, help_text=help_text)

    def clean(self, value):
        day = super().clean(value)
        return day and midnight_after(day.year, day.month, day.day)


class LateDecisionForm(forms.Form):
    """The answer to a request for more time; a refusal says why, which the service asks for."""

    until = UntilField()
    note = ReasonField("办理意见", "不同意时必填，企业会看到这段话。", required=False, min_length=0)

    def __init__(self, *args, at, is_granted=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = _usual_day(at)
        self.fields["until"].required = is_granted


class LateGrantForm(forms.Form):
    """A permission nobody asked for: until when, and why."""

    until = UntilField()
    note = ReasonField("开锁原因", "5–500 字，如“系统故障未能按时上报”。")

    def __init__(self, *args, at, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = _usual_day(at)


def _usual_day(at):
    return timezone.localdate(at) + timedelta(days=USUAL_DAYS)


class WindowForm(forms.Form):
    """The days of a window."""

    opens_on = forms.DateField(label="开放日期", widget=forms.DateInput, help_text="当天 0:00 起可以填报。")
    due_on = forms.DateField(
        label="截止日期", widget=forms.DateInput, help_text="当天 24:00 截止，之后上报的标记为“逾期”。"
    )
    locks_on = forms.DateField(
        label="锁定日期", widget=forms.DateInput, help_text="当天 24:00 锁定，之后须开锁才能补报。"
    )
    reason = ReasonField("调整原因", "5–500 字，如“国庆假期顺延”。")

    def __init__(self, *args, current: Window, **kwargs):
        last = timedelta(seconds=1)
        initial = {
            "opens_on": timezone.localdate(current.opens_at),
            "due_on": timezone.localdate(current.due_at - last),
            "locks_on": timezone.localdate(current.locks_at - last),
        }
        super().__init__(*args, initial=initial, **kwargs)

    @property
    def window(self) -> Window:
        opens, due, locks = (self.cleaned_data[name] for name in ("opens_on", "due_on", "locks_on"))
        return Window(
            opens_at=day_begins(opens.year, opens.month, opens.day),
            due_at=midnight_after(due.year, due.month, due.day),
            locks_at=midnight_after(locks.year, locks.month, locks.day),
        )
