"""One report of an enterprise for a period, whatever its form; the content stands in tables of the form."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.urls import reverse

from accounts.models import User
from autoflow.common.constraints import paired
from autoflow.common.crypto import EncryptedTextField
from autoflow.common.workflow import StateMachine
from filing.models import Enterprise
from reporting.enums import ReasonCode, ReportAction, ReportStatus
from reporting.periods import Period
from reporting.querysets import ReportQuerySet
from reporting.registry import report_form

DRAFT, SUBMITTED, RETURNED = ReportStatus.DRAFT, ReportStatus.SUBMITTED, ReportStatus.RETURNED


class Report(StateMachine, models.Model):
    """What an enterprise reports for a period. What was submitted last counts; later edits wait until they
    are submitted too. Past its lock the database refuses to change it (`reporting.locking`); it reads windows
    and permissions that were set, and `usual_locks_at`, the default of the form, where none was.
    """

    Action = ReportAction
    TRANSITIONS = {
        ReportAction.SUBMIT: ({DRAFT, RETURNED}, SUBMITTED),
        ReportAction.CHANGE: ({SUBMITTED}, SUBMITTED),
        ReportAction.RETURN: ({SUBMITTED}, RETURNED),
    }

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="reports", verbose_name="企业")
    form = models.CharField("报表", max_length=20, db_collation="C")
    period = models.DateField("报告期")
    status = models.CharField("状态", max_length=9, choices=ReportStatus, default=DRAFT)
    nil_return = models.BooleanField("本期无业务", default=False)
    revision = models.PositiveIntegerField("修改次数", default=0)
    version = models.PositiveIntegerField("上报版本", default=0)
    has_unsubmitted_changes = models.BooleanField("有未上报的修改", default=False)
    preparer_name = models.CharField("填表人", max_length=50, blank=True)
    preparer_phone = EncryptedTextField("填表人电话", blank=True, default="")
    note = models.CharField("异常说明", max_length=1000, blank=True)
    jurisdiction_code = models.CharField("受理机构", max_length=6, db_collation="C")
    division_code = models.CharField("所在地区", max_length=6, db_collation="C")
    usual_locks_at = models.DateTimeField("通常锁定时间", editable=False)
    line_count = models.PositiveIntegerField("行数", default=0)
    qty = models.BigIntegerField("数量", default=0)
    amount = models.DecimalField("金额（万元）", max_digits=18, decimal_places=2, default=0)
    warning_count = models.PositiveIntegerField("异常数", default=0)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="填报人")
    saved_at = models.DateTimeField("保存时间", auto_now=True)
    submitted_at = models.DateTimeField("上报时间", null=True, blank=True)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上报人"
    )
    is_late = models.BooleanField("逾期上报", default=False)
    returned_at = models.DateTimeField("退回时间", null=True, blank=True)
    returned_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="退回人"
    )
    return_reason = models.CharField("退回原因", max_length=500, blank=True)
    deleted_at = models.DateTimeField("删除时间", null=True, blank=True)
    deleted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="删除人"
    )
    delete_reason = models.CharField("删除原因", max_length=500, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报表"
        constraints = [
            UniqueConstraint(
                fields=["enterprise", "form", "period"],
                condition=Q(deleted_at=None),
                name="report_one_per_period",
                violation_error_message="本期报表已存在，请在列表中修改。",
            ),
            CheckConstraint(name="report_status_known", condition=Q(status__in=ReportStatus.values)),
            CheckConstraint(
                name="report_period_first_day",
                condition=Q(period__day=1),
                violation_error_message="报告期须为月份的第一天。",
            ),
            CheckConstraint(
                name="report_submitted_has_moment",
                condition=Q(status=DRAFT) | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                violation_error_message="已上报的报表须有上报时间和上报人。",
            ),
            CheckConstraint(
                name="report_deleted_pair",
                condition=paired("deleted_at", "deleted_by"),
                violation_error_message="删除须记明时间和删除人。",
            ),
            CheckConstraint(
                name="report_nil_has_no_lines",
                condition=Q(nil_return=False) | Q(line_count=0),
                violation_error_message="勾选“本月无业务”时不得有明细行。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["form", "jurisdiction_code", "division_code", "period", "id"],
                condition=Q(deleted_at=None),
                name="report_area",
            ),
            models.Index(fields=["form", "period", "id"], condition=Q(deleted_at=None), name="report_period"),
        ]

    def __str__(self):
        return f"{self.month.label}{self.form_class.title}"

    @property
    def form_class(self):
        """The form this is a report of."""
        return report_form(self.form)

    @property
    def month(self) -> Period:
        """The period as a value: a month, or a year for annual forms."""
        return Period(self.period, self.form_class.period_kind)

    @property
    def delete_url(self):
        return self.url("delete")

    @property
    def is_submitted(self):
        return self.status == SUBMITTED

    def url(self, verb="detail"):
        """The address of a page of this report."""
        return reverse(f"{self.form_class.namespace}-{verb}", args=[self.pk])


class ReportVersion(models.Model):
    """What was submitted, word for word; never changed afterwards."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("版本")
    content = models.JSONField("内容")
    sha256 = models.CharField("内容摘要", max_length=64, db_collation="C")
    nil_return = models.BooleanField("本期无业务", default=False)
    warning_count = models.PositiveIntegerField("异常数", default=0)
    findings = models.JSONField("异常与说明", default=list)
    note = models.CharField("异常说明", max_length=1000, blank=True, default="")
    preparer_name = models.CharField("填表人", max_length=50, blank=True, default="")
    preparer_phone = EncryptedTextField("填表人电话", blank=True, default="", bound_to="reporting_report")
    submitted_at = models.DateTimeField("上报时间")
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="上报人")
    is_late = models.BooleanField("截止后上报", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "报表版本"
        constraints = [UniqueConstraint(fields=["report", "number"], name="reportversion_unique")]


class ReportFinding(models.Model):
    """A warning of the rules on what was saved last, with the reason the enterprise gives for it."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="findings")
    rule = models.CharField("规则", max_length=12, db_collation="C")
    field = models.CharField("项目", max_length=60)
    severity = models.CharField("级别", max_length=14)
    message = models.CharField("提示", max_length=300)
    reason_code = models.CharField("原因", max_length=12, choices=ReasonCode, blank=True)
    reason_text = models.CharField("说明", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "异常与说明"
        constraints = [
            UniqueConstraint(fields=["report", "rule", "field"], name="reportfinding_unique"),
        ]
        indexes = [models.Index(fields=["rule", "reason_code"], name="reportfinding_rule_reason")]

    @property
    def key(self):
        return f"{self.rule}:{self.field}"


class ReportEvent(models.Model):
    """One step in the life of a report, for its history."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="events")
    action = models.CharField("动作", max_length=8, choices=ReportAction)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    note = models.CharField("说明", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报表经过"
        ordering = ["id"]
