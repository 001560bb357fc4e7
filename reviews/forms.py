"""Forms of the authorities' pages: shape of the input only."""

from django import forms

from autoflow.common.checks import rules
from filing.sections import LABELS, parts_for


def problem_items(filing):
    """What can be pointed at when a filing is returned: the fields and sub-tables of its types."""
    parts = parts_for(filing.enterprise_types)
    names = [spec.identifier for part in parts for spec in part.fields_for(filing.enterprise_types)]
    names += [part.row_set for part in parts if part.row_set]
    return [(name, LABELS[name]) for name in names]


class ReturnForm(forms.Form):
    """Why a filing goes back: the reason in words and the items to mend (rule F-023)."""

    reason = forms.CharField(
        label="退回原因",
        min_length=5,
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        help_text="5–500 字，写明哪里不对、怎样修改。企业会看到这段话。",
    )

    def __init__(self, *args, filing, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].error_messages |= {
            "required": rules()["F-023"].message,
            "min_length": "至少写 5 个字，说明哪里不对、怎样修改。",
            "max_length": "最多 500 字，请精简。",
        }
        self.fields["fields"] = forms.MultipleChoiceField(
            label="问题项",
            choices=problem_items(filing),
            error_messages={"required": "请在左侧或影像下方至少勾选一个“有问题”的项目。"},
        )
