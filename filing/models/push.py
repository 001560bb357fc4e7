"""The outbox to the traffic police: one row a message, written with the step it tells of."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone

from filing.enums import PushEvent, PushOutcome, PushState
from filing.models.enterprises import Enterprise
from filing.models.filings import Filing
from filing.querysets import PushQuerySet


class PushMessage(models.Model):
    """One message on one enterprise. The row is the job, the queue only rings the bell, a lease keeps copies
    out.
    """

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="pushes", verbose_name="企业")
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="pushes", verbose_name="备案版本")
    uscc = models.CharField("统一社会信用代码", max_length=18, db_collation="C")
    number = models.PositiveIntegerField("序号")
    event = models.CharField("事项", max_length=9, choices=PushEvent)
    content = models.JSONField("推送内容")
    state = models.CharField("状态", max_length=10, choices=PushState, default=PushState.WAITING)
    first_queued_at = models.DateTimeField("排队时间", default=timezone.now)
    tries = models.PositiveIntegerField("推送次数", default=0)
    next_try_at = models.DateTimeField("下次推送时间", default=timezone.now)
    give_up_at = models.DateTimeField("停止重试时间", null=True, blank=True)
    last_status = models.PositiveSmallIntegerField("最近应答码", null=True, blank=True)
    last_answer = models.CharField("最近应答", max_length=200, blank=True)
    receipt = models.CharField("回执号", max_length=100, blank=True)
    delivered_at = models.DateTimeField("同步时间", null=True, blank=True)
    failed_at = models.DateTimeField("停止时间", null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.PositiveIntegerField(default=0)

    objects = PushQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公安推送"
        constraints = [
            CheckConstraint(name="pushmessage_state_known", condition=Q(state__in=PushState.values)),
            CheckConstraint(name="pushmessage_event_known", condition=Q(event__in=PushEvent.values)),
            CheckConstraint(
                name="pushmessage_lease_while_sending",
                condition=Q(state=PushState.SENDING, lease_until__isnull=False)
                | ~Q(state=PushState.SENDING) & Q(lease_until__isnull=True),
                violation_error_message="只有推送中的消息才被占用。",
            ),
            CheckConstraint(
                name="pushmessage_delivered_when",
                condition=~Q(state=PushState.DELIVERED) | Q(delivered_at__isnull=False),
                violation_error_message="已同步的消息须有同步时间。",
            ),
            CheckConstraint(
                name="pushmessage_failed_when",
                condition=~Q(state=PushState.FAILED) | Q(failed_at__isnull=False),
                violation_error_message="推送失败的消息须有停止时间。",
            ),
            UniqueConstraint(
                fields=["uscc", "number"],
                name="pushmessage_number_unique",
                violation_error_message="该企业已有相同序号的推送消息。",
            ),
            UniqueConstraint(
                fields=["uscc"],
                condition=Q(state=PushState.SENDING),
                name="pushmessage_one_in_flight",
                violation_error_message="该企业有一件消息正在推送。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"], condition=Q(state=PushState.WAITING), name="pushmessage_due"
            ),
            models.Index(fields=["state", "id"], name="pushmessage_state"),
        ]

    def __str__(self):
        return f"{self.enterprise.name} {self.get_event_display()}"

    @property
    def key(self):
        """The idempotency key: the same for every try of this message, another one for every other."""
        return f"{self.uscc}-{self.content['version']}-{self.number}"

    @property
    def version(self):
        return self.content["version"]


class PushTry(models.Model):
    """One try to deliver; without an outcome it was broken off before the answer could be written down."""

    message = models.ForeignKey(PushMessage, models.CASCADE, related_name="attempts")
    at = models.DateTimeField("时间", default=timezone.now)
    outcome = models.CharField("结果", max_length=9, choices=PushOutcome, blank=True)
    status = models.PositiveSmallIntegerField("应答码", null=True, blank=True)
    answer = models.CharField("应答", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "推送经过"
        ordering = ["id"]
