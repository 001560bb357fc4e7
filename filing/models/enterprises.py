"""An enterprise in the service."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from accounts.models import User
from filing.enums import FilingStatus
from filing.querysets import EnterpriseQuerySet


class Enterprise(models.Model):
    """An enterprise that opened the service. Its status is that of its filing as everybody sees it, kept
    by the services.
    """

    uscc = models.CharField("统一社会信用代码", max_length=18, db_collation="C")
    name = models.CharField("企业名称", max_length=100)
    types = models.JSONField("企业类型", default=list)
    jurisdiction_code = models.CharField("受理机构", max_length=6, db_collation="C")
    division_code = models.CharField("所在地区", max_length=6, db_collation="C")
    status = models.CharField("备案状态", max_length=9, choices=FilingStatus, default=FilingStatus.DRAFT)
    staff = models.ManyToManyField(User, related_name="enterprises", verbose_name="经办人员")
    revision = models.PositiveIntegerField("状态更新次数", default=0)
    opened_at = models.DateTimeField("增加应用时间", auto_now_add=True)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业"
        constraints = [
            UniqueConstraint(
                fields=["uscc"],
                condition=~Q(status=FilingStatus.CANCELLED),
                name="enterprise_one_active_per_uscc",
                violation_error_message="该企业已开通本应用，请勿重复开通；如企业迁址请办理迁移。",
            ),
            CheckConstraint(name="enterprise_status_known", condition=Q(status__in=FilingStatus.values)),
        ]
        indexes = [models.Index(fields=["jurisdiction_code", "division_code"], name="enterprise_area")]

    def __str__(self):
        return self.name

    @property
    def is_confirmed(self):
        return self.status == FilingStatus.CONFIRMED
