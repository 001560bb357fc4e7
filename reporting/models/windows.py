"""Windows that differ from the defaults, and permissions of single enterprises after a window has closed."""

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from accounts.models import Jurisdiction, User
from autoflow.common.constraints import paired
from filing.models import Enterprise
from reporting.enums import LateStatus
from reporting.periods import Period
from reporting.querysets import LatePermissionQuerySet
from reporting.registry import ANNUAL_SUFFIX, report_form

ANNUAL = Q(form__endswith=ANNUAL_SUFFIX)


class WindowRule(models.Model):
    """The window of one form and period, set by the ministry for all or by a province for its area; a later
    row replaces an earlier one, none is ever changed.
    """

    form = models.CharField("报表", max_length=20, db_collation="C")
    period = models.DateField("报告期")
    jurisdiction = models.ForeignKey(
        Jurisdiction, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="受理机构"
    )
    opens_at = models.DateTimeField("开放时间")
    due_at = models.DateTimeField("截止时间")
    locks_at = models.DateTimeField("锁定时间")
    reason = models.CharField("原因", max_length=500)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="设置人")
    set_at = models.DateTimeField("设置时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "填报期限"
        constraints = [
            CheckConstraint(
                name="windowrule_not_annual",
                condition=~ANNUAL,
                violation_error_message="年报的填报期限不能调整。",
            ),
            CheckConstraint(
                name="windowrule_in_order",
                condition=Q(opens_at__lt=F("due_at"), due_at__lte=F("locks_at")),
                violation_error_message="开放时间须早于截止时间，截止时间不得晚于锁定时间。",
            ),
        ]
        indexes = [models.Index(fields=["form", "period", "jurisdiction"], name="windowrule_of")]


class LatePermission(models.Model):
    """That one enterprise may fill in or change one report until a moment after its window has closed."""

    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="late_permissions", verbose_name="企业"
    )
    form = models.CharField("报表", max_length=20, db_collation="C")
    period = models.DateField("报告期")
    status = models.CharField("状态", max_length=8, choices=LateStatus, default=LateStatus.ASKED)
    asked_at = models.DateTimeField("申请时间", null=True, blank=True)
    asked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="申请人"
    )
    ask_reason = models.CharField("申请原因", max_length=500, blank=True)
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    note = models.CharField("办理意见", max_length=500, blank=True)
    until = models.DateTimeField("有效期止", null=True, blank=True)
    jurisdiction_code = models.CharField("受理机构", max_length=6, db_collation="C")
    division_code = models.CharField("所在地区", max_length=6, db_collation="C")

    objects = LatePermissionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "补报与开锁"
        constraints = [
            CheckConstraint(
                name="latepermission_not_annual",
                condition=~ANNUAL,
                violation_error_message="年报截止后不能补报或开锁。",
            ),
            UniqueConstraint(
                fields=["enterprise", "form", "period"],
                condition=Q(status=LateStatus.ASKED),
                name="latepermission_one_request",
                violation_error_message="本期已有一份申请在办理，请等待主管部门答复。",
            ),
            CheckConstraint(name="latepermission_status_known", condition=Q(status__in=LateStatus.values)),
            CheckConstraint(name="latepermission_asked_pair", condition=paired("asked_at", "asked_by")),
            CheckConstraint(name="latepermission_decided_pair", condition=paired("decided_at", "decided_by")),
            CheckConstraint(
                name="latepermission_granted_until",
                condition=~Q(status=LateStatus.GRANTED) | Q(until__isnull=False, decided_at__isnull=False),
                violation_error_message="同意补报须写明有效期。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["jurisdiction_code", "division_code", "status", "id"], name="latepermission_area"
            ),
        ]

    @property
    def form_class(self):
        return report_form(self.form)

    @property
    def month(self) -> Period:
        return Period(self.period, self.form_class.period_kind)
