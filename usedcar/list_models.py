"""What belongs to a person's work with the list of trades: named filters and exports in the background."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from accounts.models import User
from autoflow.common.leases import Leased
from usedcar.enums import EXPORT_UNFINISHED, ExportStatus
from usedcar.querysets import ExportQuerySet, SavedFilterQuerySet


class SavedFilter(models.Model):
    """A filter of the list under a name its owner gave it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="用户")
    name = models.CharField("名称", max_length=20)
    address = models.CharField("条件", max_length=400)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "常用条件"
        ordering = ["id"]
        constraints = [
            UniqueConstraint(
                fields=["user", "name"],
                name="savedfilter_name_unique",
                violation_error_message="已有同名的常用条件，请换一个名称。",
            ),
            CheckConstraint(
                name="savedfilter_named", condition=~Q(name=""), violation_error_message="请填写名称。"
            ),
        ]

    def __str__(self):
        return self.name


class TradeExport(Leased):
    """An export too large to wait for. The row is the job, the queue only rings the bell, a lease keeps
    copies out; `scope` is what its owner saw when he asked, and whoever sees something else does not get it.
    """

    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="导出人")
    scope = models.CharField("范围", max_length=100)
    asked_at = models.DateTimeField("导出时间", auto_now_add=True)
    address = models.CharField("条件", max_length=400, blank=True)
    words = models.CharField("条件说明", max_length=400)
    status = models.CharField("状态", max_length=8, choices=ExportStatus, default=ExportStatus.QUEUED)
    failure = models.CharField("失败原因", max_length=200, blank=True)
    total_count = models.PositiveIntegerField("总行数", default=0)
    written_count = models.PositiveIntegerField("已写入", default=0)
    stored_as = models.CharField("存放名", max_length=100, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    expires_at = models.DateTimeField("文件保留至", null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "后台导出"
        constraints = [
            CheckConstraint(name="tradeexport_status_known", condition=Q(status__in=ExportStatus.values)),
            CheckConstraint(
                name="tradeexport_done_has_file",
                condition=~Q(status=ExportStatus.DONE) | ~Q(stored_as="") & Q(expires_at__isnull=False),
                violation_error_message="已完成的导出须有文件和保留期限。",
            ),
            UniqueConstraint(
                fields=["by"],
                condition=Q(status__in=EXPORT_UNFINISHED),
                name="tradeexport_one_unfinished",
                violation_error_message="您有一个导出正在进行，完成后再导出。",
            ),
        ]
        indexes = [models.Index(fields=["by", "-id"], name="tradeexport_by")]

    def __str__(self):
        return f"{self.words}（{self.get_status_display()}）"

    @property
    def is_unfinished(self):
        """The worker has something to do; the page asks again every two seconds."""
        return self.status in EXPORT_UNFINISHED

    @property
    def percent(self):
        return self.written_count * 100 // self.total_count if self.total_count else 0
