"""Locked reports stay as they are, and the deadline of annual reports is nobody's to move."""

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
        migrations.RunSQL(REPORT, REPORT_UNDONE),
        migrations.RunSQL(*guarded("reporting_reportversion")),
        migrations.RunSQL(*guarded("reporting_reportfinding")),
    ]
