"""The outbox to the traffic police as its administrator looks at it: filters, figures, faults."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from accounts.models import Jurisdiction
from autoflow.common.requests import chosen_text
from filing.delivery import receiver_is_well
from filing.enums import UNSETTLED, PushState
from filing.models import PushMessage
from filing.police_message import field_names
from filing.sections import LABELS
from reviews.filters import Filter

AGES = {"hour": ("超过 1 小时", timedelta(hours=1)), "day": ("超过 1 天", timedelta(days=1))}
AGES |= {"three": ("超过 3 天", timedelta(days=3))}
MESSAGE_LABELS = {
    "version": "备案版本",
    "number": "消息序号",
    "event": "事项",
    "state": "备案状态",
    "types": "企业类型",
}
NO_RECEIVER = "没有配置公安接收端地址，消息留存待推"


class SyncFilter(Filter):
    """State, how long it has waited, jurisdiction, and name or credit code."""

    state_choices = PushState.choices
    age_choices = [(name, label) for name, (label, _) in AGES.items()]

    def __init__(self, query):
        super().__init__(query)
        self.text = chosen_text(query, "q")
        self.state = self._one_of("state", PushState.values)
        self.age = self._one_of("age", AGES)
        self.area_choices = list(Jurisdiction.objects.order_by("code").values_list("code", "name"))
        self.area = self._one_of("area", dict(self.area_choices))

    def apply(self, pushes):
        if self.text:
            named = Q(enterprise__name__contains=self.text)
            pushes = pushes.filter(Q(uscc__startswith=self.text.upper()) | named)
        if self.state:
            pushes = pushes.filter(state=self.state)
        if self.age:
            before = timezone.now() - AGES[self.age][1]
            pushes = pushes.filter(state__in=UNSETTLED, first_queued_at__lt=before)
        if self.area:
            pushes = pushes.filter(enterprise__jurisdiction_code=self.area)
        return pushes

    def labels(self):
        labels = {
            "q": self.text and f"查询：{self.text}",
            "state": self.state and f"状态：{PushState(self.state).label}",
            "age": self.age and f"等待：{AGES[self.age][0]}",
            "area": self.area and f"受理机构：{dict(self.area_choices)[self.area]}",
        }
        return {name: label for name, label in labels.items() if label}


def figures(user) -> dict:
    """How many stand where, and since when the oldest waits."""
    pushes = PushMessage.objects.visible_to(user)
    counted = dict(pushes.order_by().values_list("state").annotate(Count("id")))
    counts = {state.lower(): counted.get(state, 0) for state in PushState.values}
    oldest = pushes.unsettled().aggregate(at=Min("first_queued_at"))["at"]
    return counts | {"oldest_wait": waited_text(oldest, timezone.now()) if oldest else ""}


def fault_text() -> str:
    """What is wrong with the push, empty where all is well: for the administrator's home."""
    unsettled = dict(PushMessage.objects.unsettled().order_by().values_list("state").annotate(Count("id")))
    failed = unsettled.pop(PushState.FAILED, 0)
    waiting = sum(unsettled.values())
    faults = [f"{failed} 件推送失败，需要处理"] if failed else []
    if waiting and not settings.POLICE_GATEWAY_URL:
        faults.append(f"{NO_RECEIVER}（{waiting} 件）")
    elif waiting and not receiver_is_well():
        faults.append(f"公安接收端没有正常应答，{waiting} 件等待自动重试")
    return "；".join(faults)


def waited_text(moment, now) -> str:
    """How long a message has waited: 5 分钟, 3 小时, 2 天."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} 分钟" if minutes else "不到 1 分钟"
    return f"{minutes // 60} 小时" if minutes < 48 * 60 else f"{minutes // 1440} 天"


def with_waits(pushes):
    """Adds how long each that is not settled has waited."""
    now = timezone.now()
    for push in pushes:
        push.waited = waited_text(push.first_queued_at, now) if push.state in UNSETTLED else ""
    return pushes


def field_labels(content) -> list[str]:
    """What a message carries, by the names the user knows."""
    labels = MESSAGE_LABELS | LABELS
    carried = set(field_names(content))
    return [label for name, label in labels.items() if name in carried]
