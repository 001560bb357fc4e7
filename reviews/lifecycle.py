"""What an authority may do to a filing besides deciding on it, and the wishes to be struck off."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.urls import reverse

from accounts.enums import Permission
from accounts.permissions import decide
from filing import services
from filing.enums import FilingStatus
from filing.options import Option, ReasonField, ReasonForm, ReassignForm
from filing.permissions import away_reason, pending_request
from filing.versions import open_version


@dataclass(frozen=True)
class Kind:
    """One step of an authority: the words of its dialog, the service that takes it, and what is said then."""

    key: str
    permission: Permission
    label: str
    consequence: str
    done: str
    service: Callable
    form_class: type[forms.Form] = ReasonForm
    tone: str = "danger"

    def form_for(self, filing, data=None):
        more = {"filing": open_version(filing.enterprise)} if self.form_class is ReassignForm else {}
        initial = {"revision": filing.enterprise.revision}
        return self.form_class(data, initial=initial, auto_id=f"{self.key}-%s", **more)

    def option(self, user, filing, form=None):
        enterprise = filing.enterprise
        return Option(
            label=self.label,
            title=f"{self.label}：{enterprise.name}",
            consequence=self.consequence,
            url=reverse(f"reviews:filing-{self.key}", args=[filing.pk]),
            form=form or self.form_for(filing),
            reason=decide(user, self.permission, enterprise).reason,
            tone=self.tone,
        )


REASSIGN = Kind(
    "reassign",
    Permission.FILING_REASSIGN,
    "改派",
    "这一件改由当地另一级机构确认或退回；确认期限不变，企业和两个机构都会收到通知。",
    "已改派，企业和有关机构会收到通知。",
    services.reassign_filing,
    form_class=ReassignForm,
    tone="primary",
)
REVERIFY = Kind(
    "reverify",
    Permission.FILING_REVERIFY,
    "要求重新核实",
    "状态变为“已变更”，由原确认机构重新确认；确认前企业可能不能填报，有效版本不变。",
    "已要求重新核实，等待原确认机构办理。",
    services.request_reverification,
    tone="primary",
)
SUSPEND = Kind(
    "suspend",
    Permission.FILING_SUSPEND,
    "暂停备案",
    "暂停期间企业不能填报、打印和变更，已报数据仍可查看；等待确认的变更退回为企业的草稿，内容保留。公安交管部门会收到通知。",
    "备案已暂停，企业会收到通知和原因。",
    services.suspend_filing,
)
RESUME = Kind(
    "resume",
    Permission.FILING_RESUME,
    "恢复备案",
    "状态回到“确认通过”，有效版本不变，企业可以填报、打印和变更。公安交管部门会收到通知。",
    "备案已恢复，状态为“确认通过”。",
    services.resume_filing,
    tone="primary",
)
CANCEL = Kind(
    "cancel",
    Permission.FILING_CANCEL,
    "注销备案",
    "不能恢复：停止填报，已报数据保留，该统一社会信用代码可以重新备案。公安交管部门会收到通知。",
    "备案已注销，已报数据保留。",
    services.cancel_filing,
)


class RefuseCancelForm(forms.Form):
    reason = ReasonField("不同意的理由", "5–500 字。企业会看到这段话。")


@dataclass(frozen=True)
class Others:
    """The block «其他办理» of the review page."""

    options: list[Option]
    request: object = None
    away: str = ""

    def __bool__(self):
        return bool(self.options or self.request or self.away)


def other_actions(user, filing) -> Others:
    """What this person's role may do, open or closed with the reason; a former authority reads only."""
    enterprise = filing.enterprise
    if away := away_reason(user, enterprise):
        return Others([], away=away)
    is_suspended = enterprise.status == FilingStatus.SUSPENDED
    kinds = (REASSIGN, REVERIFY, RESUME if is_suspended else SUSPEND, CANCEL)
    options = [kind.option(user, filing) for kind in kinds if decide(user, kind.permission).by_role]
    return Others(options, request=pending_request(enterprise))


def answers(user, request, refused=None) -> list[Option]:
    """Agreeing and refusing, for the body that holds the wish."""
    decision = decide(user, Permission.CANCELLATION_DECIDE, request)
    if not decision.by_role or not request.is_pending:
        return []
    name = request.enterprise.name
    agree = Option(
        label="同意注销",
        title=f"同意注销“{name}”的备案？",
        consequence=CANCEL.consequence,
        url=reverse("reviews:cancellation-agree", args=[request.pk]),
        form=forms.Form(),
        reason=decision.reason,
    )
    refuse = Option(
        label="不同意",
        title=f"不同意注销“{name}”的备案？",
        consequence="备案保持现在的状态，企业会收到理由，以后可以再次申请。",
        url=reverse("reviews:cancellation-refuse", args=[request.pk]),
        form=refused or RefuseCancelForm(),
        reason=decision.reason,
        tone="primary",
    )
    return [agree, refuse]
