"""Who confirms where, what a province may switch, and who decides while an officer is away."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from accounts.enums import Role
from accounts.models import Jurisdiction, User
from autoflow.common.constraints import paired
from filing.enums import ConfirmLevel, EnterpriseGroup
from filing.querysets import DeputyQuerySet, PolicyQuerySet, SettingQuerySet

MOST_WORKDAYS = 20


class ConfirmPolicy(models.Model):
    """Which level confirms where: by division prefix and group of enterprises, fixed at submission.

    A row never changes: a newer one for the same place and group takes its place. Without a jurisdiction it
    is the default of the nation.
    """

    jurisdiction = models.ForeignKey(
        Jurisdiction,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="policies",
        verbose_name="受理机构",
    )
    division_prefix = models.CharField("区划前缀", max_length=6, blank=True, db_collation="C")
    enterprise_group = models.CharField("企业类别", max_length=6, choices=EnterpriseGroup, blank=True)
    level = models.CharField("确认层级", max_length=8, choices=ConfirmLevel)
    effective_from = models.DateTimeField("生效时间")
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="设置人")
    set_at = models.DateTimeField("设置时间", auto_now_add=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "确认权限设置"
        constraints = [
            CheckConstraint(name="confirmpolicy_level_known", condition=Q(level__in=ConfirmLevel.values)),
            CheckConstraint(
                name="confirmpolicy_place_of_a_province",
                condition=Q(jurisdiction__isnull=True, division_prefix="")
                | (Q(jurisdiction__isnull=False) & ~Q(division_prefix="")),
                violation_error_message="省级设置须指明地区，全国默认不指明地区。",
            ),
        ]
        indexes = [
            models.Index(fields=["jurisdiction", "division_prefix"], name="confirmpolicy_place"),
        ]

    @property
    def key(self):
        """Rows of one key follow each other; the newest that is in force holds."""
        return self.jurisdiction_id, self.division_prefix, self.enterprise_group


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
    workdays_to_confirm = models.PositiveSmallIntegerField(
        "确认期限（工作日）",
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_WORKDAYS)],
    )
    reports_while_changed = models.BooleanField("已变更期间允许用有效版本填报", default=False)
    brokers_may_report = models.BooleanField("二手车经纪企业填报二手车交易", default=False)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="设置人")
    set_at = models.DateTimeField("设置时间", auto_now=True)

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "省级开关"
        constraints = [
            UniqueConstraint(
                fields=["jurisdiction"], nulls_distinct=False, name="provincesetting_one_per_jurisdiction"
            ),
            CheckConstraint(
                name="provincesetting_workdays_sound",
                condition=Q(workdays_to_confirm__gte=1, workdays_to_confirm__lte=MOST_WORKDAYS),
                violation_error_message=f"确认期限须为 1–{MOST_WORKDAYS} 个工作日。",
            ),
        ]


class Deputy(models.Model):
    """代办: for some days one officer decides on the filings of another one's body (its role and place).

    It holds only while both are where they were when it was set.
    """

    absent = models.ForeignKey(User, models.PROTECT, related_name="deputies", verbose_name="被代办人")
    role = models.CharField("代办角色", max_length=10, choices=Role)
    division_code = models.CharField("代办地区", max_length=6, db_collation="C")
    deputy = models.ForeignKey(User, models.PROTECT, related_name="deputyships", verbose_name="代办人")
    deputy_role = models.CharField("代办人角色", max_length=10, choices=Role)
    deputy_division_code = models.CharField("代办人地区", max_length=6, db_collation="C")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    reason = models.CharField("事由", max_length=200)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="设置人")
    set_at = models.DateTimeField("设置时间", auto_now_add=True)
    ended_at = models.DateTimeField("提前结束时间", null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提前结束人"
    )

    objects = DeputyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代办"
        constraints = [
            CheckConstraint(
                name="deputy_is_another_officer",
                condition=~Q(absent=F("deputy")),
                violation_error_message="不能安排本人代办。",
            ),
            CheckConstraint(
                name="deputy_days_in_order",
                condition=Q(starts_on__lte=F("ends_on")),
                violation_error_message="结束日期不能早于开始日期。",
            ),
            CheckConstraint(name="deputy_ended_pair", condition=paired("ended_at", "ended_by")),
        ]

    @property
    def is_standing(self):
        """Not ended early, and both officers active and where they were."""
        seats = (self.absent.role, self.absent.division_id, self.deputy.role, self.deputy.division_id)
        kept = (self.role, self.division_code, self.deputy_role, self.deputy_division_code)
        return self.ended_at is None and self.absent.is_active and self.deputy.is_active and seats == kept
