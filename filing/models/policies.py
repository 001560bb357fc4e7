"""Who confirms where, and what a province may switch."""

from django.db import models
from django.db.models import UniqueConstraint

from accounts.models import Jurisdiction, User
from filing.enums import ConfirmLevel, EnterpriseGroup
from filing.querysets import SettingQuerySet


class ConfirmPolicy(models.Model):
    """Which level confirms where: the province decides by division prefix and group of enterprises; fixed
    at submission.
    """

    jurisdiction = models.ForeignKey(
        Jurisdiction, models.PROTECT, related_name="policies", verbose_name="受理机构"
    )
    division_prefix = models.CharField("区划前缀", max_length=6, db_collation="C")
    enterprise_group = models.CharField("企业类别", max_length=6, choices=EnterpriseGroup, blank=True)
    level = models.CharField("确认层级", max_length=8, choices=ConfirmLevel)
    effective_from = models.DateTimeField("生效时间")
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="设置人")

    class Meta:
        verbose_name = verbose_name_plural = "确认权限设置"
        constraints = [
            UniqueConstraint(
                fields=["jurisdiction", "division_prefix", "enterprise_group", "effective_from"],
                name="confirmpolicy_unique",
            ),
        ]


class ProvinceSetting(models.Model):
    """The switches of a province; the row without a jurisdiction is the default of the nation."""

    jurisdiction = models.OneToOneField(
        Jurisdiction,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="setting",
        verbose_name="受理机构",
    )
    reports_while_changed = models.BooleanField("已变更、退回期间允许用有效版本填报", default=False)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="设置人")
    set_at = models.DateTimeField("设置时间", auto_now=True)

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "省级开关"
        constraints = [
            UniqueConstraint(
                fields=["jurisdiction"],
                nulls_distinct=False,
                name="provincesetting_one_per_jurisdiction",
                violation_error_message="每个受理机构只有一份开关设置。",
            ),
        ]
