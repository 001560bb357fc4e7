"""What an enterprise asks its authority: to correct a locked trade, or to report a third short sale."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from accounts.models import User
from autoflow.common.constraints import paired
from filing.models import Enterprise
from usedcar.enums import CorrectionStatus, ReleaseStatus
from usedcar.querysets import CorrectionQuerySet, ReleaseQuerySet


class Asked(models.Model):
    """A request about one deal, with its answer; granted, it opens once and until a day."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+", verbose_name="企业")
    vin = models.CharField("车辆识别代号", max_length=17, db_collation="C")
    traded_on = models.DateField("交易日期")
    reason = models.CharField("申请原因", max_length=200)
    asked_at = models.DateTimeField("申请时间", auto_now_add=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人")
    answer = models.CharField("办理意见", max_length=200, blank=True)
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    until = models.DateTimeField("有效期至", null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.vin}（{self.get_status_display()}）"


class Correction(Asked):
    """An enterprise asks to change or delete a trade whose month is locked; granted, it may once."""

    trade_number = models.BigIntegerField("交易编号")
    status = models.CharField("状态", max_length=8, choices=CorrectionStatus, default=CorrectionStatus.ASKED)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "更正申请"
        constraints = [
            CheckConstraint(name="correction_status_known", condition=Q(status__in=CorrectionStatus.values)),
            CheckConstraint(name="correction_decided_pair", condition=paired("decided_at", "decided_by")),
            UniqueConstraint(
                fields=["trade_number"],
                condition=Q(status=CorrectionStatus.ASKED),
                name="correction_one_waiting",
                violation_error_message="该交易的更正申请正在办理，请勿重复申请。",
            ),
        ]
        indexes = [models.Index(fields=["enterprise", "-id"], name="correction_enterprise")]


class Release(Asked):
    """An enterprise asks to report the third short sale of a person (T-062); released, it may once.

    The person is known by the fingerprint of his document and shown by its mask.
    """

    seller_id_key = models.BinaryField()
    seller_id_mask = models.CharField("卖方证件号码（掩码）", max_length=40)
    status = models.CharField("状态", max_length=8, choices=ReleaseStatus, default=ReleaseStatus.ASKED)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "频繁出售核实申请"
        constraints = [
            CheckConstraint(name="release_status_known", condition=Q(status__in=ReleaseStatus.values)),
            CheckConstraint(name="release_decided_pair", condition=paired("decided_at", "decided_by")),
            UniqueConstraint(
                fields=["enterprise", "vin", "seller_id_key"],
                condition=Q(status=ReleaseStatus.ASKED),
                name="release_one_waiting",
                violation_error_message="该卖方出售该车的核实申请正在办理，请勿重复申请。",
            ),
        ]
        indexes = [models.Index(fields=["enterprise", "-id"], name="release_enterprise")]
