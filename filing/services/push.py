"""What the traffic police must hear of, written in the transaction of the step that caused it."""

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.bell import ring
from autoflow.common.errors import BusinessError, ConflictError
from filing.delivery import supersede
from filing.enums import FilingStatus, PushEvent, PushState
from filing.models import Enterprise, Filing, PushMessage
from filing.police_message import message_content
from filing.tasks import push_message


def queue_push(filing: Filing) -> None:
    """Leave word for the traffic police that this version (its state, types and images) is what holds now.

    Called inside the transaction of every confirmation, confirmed change, suspension, resumption and
    cancellation, once the enterprise shows its new state. Of an enterprise they never heard of they need not
    hear that it was cancelled.
    """
    enterprise = Enterprise.objects.select_for_update().get(pk=filing.enterprise_id)
    told = enterprise.pushes.newest()
    if told is None and not filing.is_in_force:
        return
    earlier = PushMessage.objects.filter(uscc=filing.uscc)
    unsent = earlier.filter(state__in=[PushState.WAITING, PushState.FAILED])
    supersede(unsent.order_by("number").select_for_update())
    newest = earlier.newest()
    number = newest.number + 1 if newest else 1
    event = _event(enterprise, filing, told)
    message = PushMessage.objects.create(
        enterprise=enterprise,
        filing=filing,
        uscc=filing.uscc,
        number=number,
        event=event,
        content=message_content(filing, event=event, number=number),
    )
    record("push.queue", message, event=event, version=filing.version, number=number)
    ring(push_message, message.pk)


def _event(enterprise, filing, told):
    match enterprise.status:
        case FilingStatus.SUSPENDED:
            return PushEvent.SUSPENDED
        case FilingStatus.CANCELLED:
            return PushEvent.CANCELLED
    if told is not None and told.event == PushEvent.SUSPENDED and told.filing_id == filing.pk:
        return PushEvent.RESUMED
    return PushEvent.CHANGED if filing.is_change else PushEvent.CONFIRMED


def reason_not_to_resend(message: PushMessage) -> str:
    """Why a message cannot be sent again now, empty when it can."""
    if message.state == PushState.SENDING:
        return "正在推送，请稍后刷新查看结果。"
    if PushMessage.objects.filter(uscc=message.uscc, number__gt=message.number).exists():
        return "该企业已有更新的推送，这一件无需再推。"
    return ""


@transaction.atomic
def resend_push(*, message_id: int, by: User) -> PushMessage:
    """Send a message again, be it stopped, waiting for its next try, or taken over before."""
    require(by, Permission.SYNC_MANAGE)
    message = PushMessage.objects.visible_to(by).select_for_update(of=("self",)).get(pk=message_id)
    if reason := reason_not_to_resend(message):
        raise ConflictError(reason)
    _start_anew(PushMessage.objects.filter(pk=message.pk))
    record("push.resend", message, by=by, number=message.number)
    ring(push_message, message.pk)
    return message


@transaction.atomic
def resend_failed(*, by: User) -> int:
    """Send everything again that was stopped; the sweeper rings for it within a minute."""
    require(by, Permission.SYNC_MANAGE)
    failed = PushMessage.objects.visible_to(by).filter(state=PushState.FAILED)
    ids = list(failed.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True))
    if not ids:
        raise BusinessError("没有推送失败的消息，无需重新推送。")
    _start_anew(PushMessage.objects.filter(pk__in=ids))
    record("push.resend-failed", by=by, summary=f"重新推送 {len(ids)} 件", count=len(ids), pushes=ids)
    return len(ids)


def _start_anew(messages):
    """Three days of tries begin again, with short pauses first."""
    messages.update(state=PushState.WAITING, next_try_at=timezone.now(), tries=0, give_up_at=None)
