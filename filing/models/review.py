"""What an authority notes beside a filing while it works on it: who has it in hand, what was wrong with it,
that a superior presses for it, and what became of a pile confirmed at once.
"""

import json

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from accounts.models import User
from autoflow.common.crypto import EncryptedTextField
from filing.enums import BulkOutcome
from filing.models.filings import Filing
from filing.querysets import BulkConfirmQuerySet, ClaimQuerySet


class ReviewClaim(models.Model):
    """Who has a waiting filing in hand (办理人). It only warns; it binds nobody and runs out by itself."""

    filing = models.OneToOneField(Filing, models.CASCADE, related_name="claim", verbose_name="备案")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="办理人")
    at = models.DateTimeField("开始办理时间")

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办理占用"


class ReturnItem(models.Model):
    """One thing to mend, at its field, from the latest return of a version; it stays readable when the
    version is handed in again.
    """

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="return_items", verbose_name="备案")
    field = models.CharField("项目", max_length=40, db_collation="C")
    reason_code = models.CharField("原因", max_length=24, db_collation="C")
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "退回问题项"
        ordering = ["id"]
        constraints = [
            UniqueConstraint(
                fields=["filing", "field"],
                name="returnitem_one_per_field",
                violation_error_message="同一项目只能有一条退回原因。",
            ),
        ]


class ReturnedContent(models.Model):
    """What a version said when it was last returned; the version itself is mended in place. The text is
    encrypted, since the enterprise's telephone numbers are in it.
    """

    filing = models.OneToOneField(
        Filing, models.CASCADE, related_name="returned_content", verbose_name="备案"
    )
    text = EncryptedTextField("退回时的内容")

    class Meta:
        verbose_name = verbose_name_plural = "退回时的内容"

    @property
    def statement(self):
        return json.loads(self.text)


class Urge(models.Model):
    """A superior authority presses the body that confirms (督办)."""

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="urges", verbose_name="备案")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="督办人")
    at = models.DateTimeField("督办时间", auto_now_add=True)
    note = models.CharField("督办意见", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "督办"
        ordering = ["id"]


class BulkConfirm(models.Model):
    """Many filings confirmed by one press; the page of its results stays."""

    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="办理人")
    key = models.UUIDField("表单编号")
    at = models.DateTimeField("办理时间", auto_now_add=True)

    objects = BulkConfirmQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "批量确认"
        constraints = [
            UniqueConstraint(
                fields=["by", "key"],
                name="bulkconfirm_once",
                violation_error_message="这一批已经提交过，请查看办理结果。",
            ),
        ]


class BulkConfirmItem(models.Model):
    """What became of one filing of a pile."""

    bulk = models.ForeignKey(BulkConfirm, models.CASCADE, related_name="items", verbose_name="批量确认")
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="+", verbose_name="备案")
    version = models.PositiveIntegerField("版本")
    content_hash = models.CharField("内容摘要", max_length=64, db_collation="C")
    outcome = models.CharField("结果", max_length=9, choices=BulkOutcome, default=BulkOutcome.PENDING)
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "批量确认结果"
        ordering = ["id"]
        constraints = [
            UniqueConstraint(fields=["bulk", "filing"], name="bulkconfirmitem_once"),
            CheckConstraint(
                name="bulkconfirmitem_outcome_known", condition=Q(outcome__in=BulkOutcome.values)
            ),
        ]

    @property
    def tone(self):
        """The code by which the state word takes its colour."""
        return {"CONFIRMED": "CONFIRMED", "DENIED": "FAILED"}.get(self.outcome, "RETURNED")
