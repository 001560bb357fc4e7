"""What the worker does with the outbox to the traffic police: claim a message, send it, write down the
answer, pick up what was left lying.
"""

import logging
import random
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.audit import record
from accounts.enums import Role
from accounts.models import User
from accounts.notices import notify
from autoflow.common.leases import LEASE, LeaseLost
from filing.enums import UNSETTLED, PushOutcome, PushState
from filing.images import ImageUnavailable
from filing.models import PushMessage, PushTry
from filing.police_client import Answer, exchange
from filing.police_message import PURPOSE, RECEIVER, field_names, message_body

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
GIVE_UP_AFTER = timedelta(hours=72)
ALARM_PAUSE = timedelta(hours=1)
KEEP_TRIES = timedelta(days=180)
SWEEP_ROWS, PROBE_ROWS = 1_000, 2
IMAGE_GONE = "影像文件缺失或已损坏，没有发送，已停止推送；请恢复文件，或由企业变更备案重新上传"
BROKEN_OFF = "系统内部故障，没有完成推送"
GIVEN_UP = "已重试 72 小时仍未成功，停止推送"
logger = logging.getLogger(__name__)


def deliver(*, message_id: int) -> int | None:
    """Send one message when it is its turn; gives the message of the same enterprise that comes next."""
    message = claim(message_id) if settings.POLICE_GATEWAY_URL else None
    if message is None:
        return None
    try:
        answer = send(message)
    except BaseException:
        with suppress(DatabaseError, LeaseLost):
            settle(message, Answer(PushOutcome.POSTPONED, BROKEN_OFF))
        raise
    with suppress(LeaseLost):
        settle(message, answer)
    behind = PushMessage.objects.filter(uscc=message.uscc, number__gt=message.number)
    return behind.due(timezone.now()).values_list("pk", flat=True).first()


@transaction.atomic
def claim(message_id: int) -> PushMessage | None:
    """Take a message if it is the newest of its enterprise, its time has come and none is in flight; what is
    older gives way.
    """
    now = timezone.now()
    of_enterprise = PushMessage.objects.filter(
        uscc__in=PushMessage.objects.filter(pk=message_id).values("uscc")
    )
    line = list(of_enterprise.unsettled().order_by("number").select_for_update())
    newest = of_enterprise.newest()
    if newest is None or any(row.lease_until and row.lease_until > now for row in line):
        return None
    supersede(row for row in line if row.number < newest.number)
    is_left = newest.state == PushState.SENDING
    is_due = newest.state == PushState.WAITING and newest.next_try_at <= now
    return take(newest, now) if newest.pk == message_id and (is_left or is_due) else None


def take(message: PushMessage, now: datetime) -> PushMessage:
    """The lease, and the try that begins with it."""
    message.state, message.lease_until = PushState.SENDING, now + LEASE
    message.tries, message.lease_token = message.tries + 1, message.lease_token + 1
    message.give_up_at = message.give_up_at or now + GIVE_UP_AFTER
    message.save(update_fields=["state", "lease_until", "tries", "lease_token", "give_up_at"])
    message.attempt = PushTry.objects.create(message=message, at=now)
    return message


def supersede(rows: Iterable[PushMessage]) -> None:
    """What was not sent yet need not be sent any more: a newer message says what holds."""
    for row in rows:
        row.state, row.lease_until = PushState.SUPERSEDED, None
        row.save(update_fields=["state", "lease_until"])
        record("push.supersede", row, number=row.number)


def send(message: PushMessage) -> Answer:
    try:
        body = message_body(message)
    except ImageUnavailable:
        return Answer(PushOutcome.STOPPED, IMAGE_GONE)
    return exchange(body, key=message.key)


def hold(message: PushMessage, **values) -> None:
    """Write to the message only while it is ours, and let it go."""
    ours = PushMessage.objects.filter(pk=message.pk, lease_token=message.lease_token, state=PushState.SENDING)
    if not ours.update(lease_until=None, **values):
        raise LeaseLost
    for name, value in values.items():
        setattr(message, name, value)


@transaction.atomic
def settle(message: PushMessage, answer: Answer) -> None:
    """What an answer means for the message; the try and its consequence are written together."""
    said = {"last_status": answer.status, "last_answer": answer.text[:200]}
    if answer.outcome == PushOutcome.ACCEPTED:
        accept(message, answer, said)
    elif PushMessage.objects.filter(uscc=message.uscc, number__gt=message.number).exists():
        hold(message, state=PushState.SUPERSEDED, **said)
        record("push.supersede", message, number=message.number)
    elif answer.outcome == PushOutcome.STOPPED:
        stop(message, said)
    else:
        postpone(message, answer, said)
    outcome = {"outcome": answer.outcome, "status": answer.status, "answer": said["last_answer"]}
    PushTry.objects.filter(pk=message.attempt.pk).update(**outcome)


def accept(message: PushMessage, answer: Answer, said: dict) -> None:
    now = timezone.now()
    hold(message, state=PushState.DELIVERED, delivered_at=now, receipt=answer.receipt, **said)
    record(
        "push.deliver",
        message,
        summary=f"{RECEIVER}已收下，回执号 {answer.receipt or '无'}",
        receiver=urlsplit(settings.POLICE_GATEWAY_URL).hostname,
        purpose=PURPOSE,
        fields=field_names(message.content),
        key=message.key,
    )


def postpone(message: PushMessage, answer: Answer, said: dict) -> None:
    """Try again later, for three days in all."""
    now = timezone.now()
    if now >= message.give_up_at:
        stop(message, said | {"last_answer": f"{GIVEN_UP}：{said['last_answer']}"[:200]})
        return
    next_try_at = min(now + pause(message.tries, answer.retry_after), message.give_up_at)
    hold(message, state=PushState.WAITING, next_try_at=next_try_at, **said)


def pause(tries: int, retry_after: timedelta | None = None) -> timedelta:
    """Twice as long each time, from one minute to six hours, or as long as the receiver asked for; not all
    at the same moment.
    """
    wanted = FIRST_PAUSE * 2 ** min(tries - 1, 10) if retry_after is None else retry_after
    return min(max(wanted, FIRST_PAUSE) * random.uniform(1, 1.25), LONGEST_PAUSE)


def stop(message: PushMessage, said: dict) -> None:
    """Nothing more is tried until an administrator looks; he hears of it at once, of a flood once an hour."""
    now = timezone.now()
    hold(message, state=PushState.FAILED, failed_at=now, **said)
    logger.error(
        "push to the traffic police stopped", extra={"push": message.pk, "status": message.last_status}
    )
    record("push.fail", message, summary=message.last_answer, status=message.last_status, key=message.key)
    lately = PushMessage.objects.filter(state=PushState.FAILED, failed_at__gt=now - ALARM_PAUSE)
    if not lately.exclude(pk=message.pk).exists():
        notify(
            User.objects.filter(role=Role.ADMIN, is_active=True),
            title="公安推送失败，需要处理",
            text=f"“{message.enterprise.name}”的备案没有推送成功：{message.last_answer}。"
            "排除原因后请重新推送；一小时内的其他失败不再单独提醒，见推送列表。",
            url=reverse("reviews:sync-detail", args=[message.pk]),
        )


@transaction.atomic
def sweep() -> list[int]:
    """The messages whose bell must ring again: their time has come, or whoever had them is gone. While the
    receiver is ill only a few are tried, so that its silence does not keep the workers from other work.
    """
    if not settings.POLICE_GATEWAY_URL:
        return []
    now, count = timezone.now(), SWEEP_ROWS if receiver_is_well() else PROBE_ROWS
    rows = PushMessage.objects.select_for_update(skip_locked=True).only("pk")
    return [row.pk for found in (rows.left_lying(now), rows.due(now)) for row in found[:count]]


def receiver_is_well() -> bool:
    """Whether the last finished try got an answer that could be believed, be it a refusal."""
    last = PushTry.objects.exclude(outcome="").order_by("-id").first()
    return last is None or last.outcome != PushOutcome.POSTPONED


def forget_tries() -> int:
    """The tries of half a year ago go, once their message is settled; it keeps its time and its receipt."""
    settled = PushMessage.objects.exclude(state__in=UNSETTLED)
    old = PushTry.objects.filter(at__lt=timezone.now() - KEEP_TRIES, message__in=settled)
    count, _ = old.delete()
    if count:
        record("push.forget", summary=f"清理 {count} 次已了结的推送经过", count=count)
    return count
