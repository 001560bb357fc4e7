"""What is owed: the basis of completeness."""

from django.db import models
from django.db.models import UniqueConstraint

from accounts.models import User
from filing.models import Enterprise
from reporting.enums import ObligationState
from reporting.models.reports import Report
from reporting.periods import Period
from reporting.querysets import ObligationCountQuerySet, ObligationQuerySet
from reporting.registry import report_form


class Obligation(models.Model):
    """That an enterprise owes one form for one period; without a report it is missing."""

    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="obligations", verbose_name="企业"
    )
    form = models.CharField("报表", max_length=20, db_collation="C")
    period = models.DateField("报告期")
    report = models.OneToOneField(
        Report, models.PROTECT, null=True, blank=True, related_name="obligation", verbose_name="报表"
    )
    jurisdiction_code = models.CharField("受理机构", max_length=6, db_collation="C")
    division_code = models.CharField("所在地区", max_length=6, db_collation="C")

    state = models.CharField(
        "上报情况",
        max_length=8,
        choices=ObligationState,
        default=ObligationState.MISSING,
        editable=False,
        db_collation="C",
    )

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "应报"
        constraints = [
            UniqueConstraint(fields=["enterprise", "form", "period"], name="obligation_unique"),
        ]
        indexes = [
            models.Index(
                fields=["form", "period", "jurisdiction_code", "division_code", "id"],
                name="obligation_area",
            ),
        ]

    @property
    def form_class(self):
        return report_form(self.form)

    @property
    def month(self) -> Period:
        return Period(self.period, self.form_class.period_kind)


class ObligationCount(models.Model):
    """How many obligations of a place are in a state; kept by the database (`reporting.counting`)."""

    form = models.CharField("报表", max_length=20, db_collation="C")
    period = models.DateField("报告期")
    jurisdiction_code = models.CharField("受理机构", max_length=6, db_collation="C")
    division_code = models.CharField("所在地区", max_length=6, db_collation="C")
    state = models.CharField("上报情况", max_length=8, choices=ObligationState, db_collation="C")
    count = models.IntegerField("家数")

    objects = ObligationCountQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "应报家数"
        constraints = [
            UniqueConstraint(
                fields=["form", "period", "jurisdiction_code", "division_code", "state"],
                name="obligationcount_unique",
            ),
        ]


class Chase(models.Model):
    """That an authority reminded (催报) who owes a form; once a day, whichever authority it was."""

    obligation = models.ForeignKey(Obligation, models.CASCADE, related_name="chases", verbose_name="应报")
    day = models.DateField("催报日期")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="催报人")

    class Meta:
        verbose_name = verbose_name_plural = "催报"
        constraints = [
            UniqueConstraint(
                fields=["obligation", "day"],
                name="chase_once_a_day",
                violation_error_message="今天已催报过。",
            ),
        ]


class Reminder(models.Model):
    """That those who owe a form were reminded so many days before it is due: each stage once."""

    obligation = models.ForeignKey(Obligation, models.CASCADE, related_name="reminders", verbose_name="应报")
    days = models.PositiveSmallIntegerField("截止前天数")
    sent_at = models.DateTimeField("提醒时间")

    class Meta:
        verbose_name = verbose_name_plural = "填报提醒"
        constraints = [
            UniqueConstraint(
                fields=["obligation", "days"],
                name="reminder_once",
                violation_error_message="本次提醒已经发出。",
            ),
        ]
