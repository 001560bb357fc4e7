"""Steps a page offers beside its main one: open with what they mean, or closed with the reason."""

from dataclasses import dataclass

from django import forms
from django.urls import reverse

from accounts.enums import Permission
from accounts.permissions import decide
from autoflow.common.checks import rules
from filing.confirmers import bodies_of
from filing.enums import FilingStatus
from filing.permissions import pending_request
from filing.versions import open_version, version_in_force


class StepForm(forms.Form):
    """A step on what the page shows: the revision names the state that was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        texts = dict.fromkeys(("required", "invalid"), rules()["F-024"].message)
        self.fields["revision"].error_messages |= texts

    def seen_again(self, revision):
        """The form as it was written, over the state the page shows now."""
        self.data = self.data.copy()
        self.data["revision"] = revision
        return self


class ReasonField(forms.CharField):
    """Why something is done to another one's filing."""

    def __init__(self, label, help_text):
        area = forms.Textarea({"rows": 3})
        super().__init__(label=label, help_text=help_text, min_length=5, max_length=500, widget=area)
        self.error_messages |= {
            "required": f"请填写{label}，5–500 字。",
            "min_length": "至少写 5 个字。",
            "max_length": "最多 500 字，请精简。",
        }


class AskCancelForm(StepForm):
    reason = ReasonField("注销原因", "5–500 字，例如：企业停业、不再经营汽车流通业务。")


class ReasonForm(StepForm):
    reason = ReasonField("理由", "5–500 字。企业会看到这段话。")


class ReassignForm(ReasonForm):
    """Which of the other bodies at the filing's place goes on with it."""

    field_order = ["revision", "level", "reason"]
    level = forms.ChoiceField(label="改由", widget=forms.RadioSelect)

    def __init__(self, *args, filing, **kwargs):
        super().__init__(*args, **kwargs)
        others = [body for body in bodies_of(filing) if body.level != filing.confirm_level] if filing else []
        self.fields["level"].choices = [(body.level, body.body) for body in others]


@dataclass(frozen=True)
class Option:
    """One step: a non-empty reason closes it; a bound form opens its dialog with what was written."""

    label: str
    title: str
    consequence: str
    url: str
    form: forms.Form
    reason: str = ""
    tone: str = "danger"


def own_options(user, enterprise, refused=None) -> list[Option]:
    """What an enterprise may do to its filing besides filling it in; `refused` holds what came
    back. A first filing has no change to give up.
    """
    refused, seen = refused or {}, {"revision": enterprise.revision}
    made = [_withdrawal(enterprise), _cancellation(enterprise)]
    if version_in_force(enterprise):
        made.insert(1, _giving_up(enterprise))
    return [
        Option(
            **words,
            url=reverse(f"filing:{key}"),
            form=refused.get(key) or form_class(initial=seen, auto_id=f"{key}-%s"),
            reason=_reason(user, permission, enterprise),
            tone=tone,
        )
        for key, permission, form_class, tone, words in made
    ]


def _reason(user, permission, enterprise):
    decision = decide(user, permission, enterprise)
    return decision.reason if decision.by_role else "由企业管理员办理。"


def _withdrawal(enterprise):
    what = "变更" if enterprise.status == FilingStatus.CHANGED else "备案"
    words = {
        "label": f"撤回{what}",
        "title": f"撤回“{enterprise.name}”的{what}？",
        "consequence": "撤回后成为草稿，主管部门不再办理；内容全部保留，修改后可以重新提交，期限重新计算。",
    }
    return "withdraw", Permission.FILING_WITHDRAW, StepForm, "primary", words


def _giving_up(enterprise):
    filing = open_version(enterprise)
    is_unseen = filing is not None and filing.is_change and filing.status == FilingStatus.DRAFT
    label = "删除变更草稿" if is_unseen else "放弃变更"
    words = {
        "label": label,
        "title": f"{label}？",
        "consequence": f"“{enterprise.name}”这次的修改不再继续，恢复为现在有效的版本，状态回到“确认通过”。",
    }
    return "give-up", Permission.FILING_GIVE_UP, StepForm, "danger", words


def _cancellation(enterprise):
    request = pending_request(enterprise)
    if request is not None:
        words = {
            "label": "撤回注销申请",
            "title": f"撤回“{enterprise.name}”的注销申请？",
            "consequence": f"{request.confirm_body}不再办理注销，备案保持现在的状态。",
        }
        return "drop-cancellation", Permission.CANCELLATION_DROP, StepForm, "primary", words
    words = {
        "label": "申请注销",
        "title": f"申请注销“{enterprise.name}”的备案？",
        "consequence": (
            "主管部门同意后备案注销，不能恢复：停止填报，已报数据保留；"
            "该统一社会信用代码以后可以重新备案。同意前不影响填报，也可以撤回申请。"
        ),
    }
    return "ask-cancellation", Permission.CANCELLATION_ASK, AskCancelForm, "danger", words
