"""An enterprise's wish to be struck off."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from accounts.models import User
from filing.enums import CancellationOutcome, ConfirmLevel
from filing.models.enterprises import Enterprise
from filing.querysets import CancellationQuerySet


class CancellationRequest(models.Model):
    """注销申请: an enterprise asks with its reason; the body that decides is fixed when it asks."""

    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="cancellations", verbose_name="企业"
    )
    reason = models.CharField("注销原因", max_length=500)
    asked_at = models.DateTimeField("申请时间", auto_now_add=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人")
    jurisdiction_code = models.CharField("受理机构", max_length=6, db_collation="C")
    division_code = models.CharField("所在地区", max_length=6, db_collation="C")
    confirm_level = models.CharField("办理层级", max_length=8, choices=ConfirmLevel)
    confirm_body = models.CharField("办理机构", max_length=60)
    outcome = models.CharField(
        "办理结果", max_length=8, choices=CancellationOutcome, default=CancellationOutcome.PENDING
    )
    answer = models.CharField("办理意见", max_length=500, blank=True)
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )

    objects = CancellationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "注销申请"
        constraints = [
            UniqueConstraint(
                fields=["enterprise"],
                condition=Q(outcome=CancellationOutcome.PENDING),
                name="cancellation_one_pending",
                violation_error_message="该企业已有一份注销申请正在办理，请勿重复申请。",
            ),
            CheckConstraint(
                name="cancellation_decided_pair",
                condition=Q(outcome="PENDING", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(outcome="PENDING") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                violation_error_message="已办理的注销申请须有办理时间和办理人。",
            ),
            CheckConstraint(
                name="cancellation_outcome_known", condition=Q(outcome__in=CancellationOutcome.values)
            ),
        ]
        indexes = [
            models.Index(
                fields=["jurisdiction_code", "division_code", "asked_at", "id"],
                condition=Q(outcome="PENDING"),
                name="cancellation_pending",
            ),
        ]

    def __str__(self):
        return f"{self.enterprise.name} 注销申请"

    @property
    def is_pending(self):
        return self.outcome == CancellationOutcome.PENDING
