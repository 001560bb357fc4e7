"""Locked reports stay as they are, nobody moves the deadline of annual reports; reminders are sent once."""

from django.db import migrations, models

from reporting.locking import REPORT, REPORT_UNDONE, guarded

NOT_ANNUAL = models.Q(("form__endswith", "_annual"), _negated=True)
USUAL_LOCKS = """
    UPDATE reporting_report SET usual_locks_at = CASE
        WHEN form LIKE '%\\_annual' THEN period + interval '15 months'
        ELSE period + interval '1 month 15 days'
    END AT TIME ZONE 'Asia/Shanghai'
"""
NO_ANNUAL_RULES = """
    DELETE FROM reporting_windowrule WHERE form LIKE '%\\_annual';
    DELETE FROM reporting_latepermission WHERE form LIKE '%\\_annual';
"""


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_reports")]

    operations = [
        migrations.AddField(
            model_name="report",
            name="usual_locks_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="通常锁定时间"),
        ),
        migrations.RunSQL(USUAL_LOCKS, migrations.RunSQL.noop),
        migrations.RunSQL(NO_ANNUAL_RULES, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="report",
            name="usual_locks_at",
            field=models.DateTimeField(editable=False, verbose_name="通常锁定时间"),
        ),
        migrations.AddConstraint(
            model_name="windowrule",
            constraint=models.CheckConstraint(
                condition=NOT_ANNUAL,
                name="windowrule_not_annual",
                violation_error_message="年报的填报期限不能调整。",
            ),
        ),
        migrations.AddConstraint(
            model_name="latepermission",
            constraint=models.CheckConstraint(
                condition=NOT_ANNUAL,
                name="latepermission_not_annual",
                violation_error_message="年报截止后不能补报或开锁。",
            ),
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("days", models.PositiveSmallIntegerField(verbose_name="截止前天数")),
                ("sent_at", models.DateTimeField(verbose_name="提醒时间")),
                (
                    "obligation",
                    models.ForeignKey(
                        on_delete=models.CASCADE,
                        related_name="reminders",
                        to="reporting.obligation",
                        verbose_name="应报",
                    ),
                ),
            ],
            options={"verbose_name": "填报提醒", "verbose_name_plural": "填报提醒"},
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(
                fields=("obligation", "days"),
                name="reminder_once",
                violation_error_message="本次提醒已经发出。",
            ),
        ),
        migrations.RunSQL(REPORT, REPORT_UNDONE),
        migrations.RunSQL(*guarded("reporting_reportversion")),
        migrations.RunSQL(*guarded("reporting_reportfinding")),
    ]
