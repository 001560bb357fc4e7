"""The version submitted last takes over who filled in its report, unless that was edited since; of earlier
ones nobody knows.
"""

from django.db import migrations

AS_WHEN_OPEN = "SELECT set_config('autoflow.at', '2000-01-01', true)"
AS_USUAL = "SELECT set_config('autoflow.at', '', true)"
TAKE_OVER = """
    UPDATE reporting_reportversion AS version
    SET preparer_name = report.preparer_name, preparer_phone = report.preparer_phone
    FROM reporting_report AS report
    WHERE report.id = version.report_id AND report.version = version.number
      AND report.status = 'SUBMITTED' AND NOT report.has_unsubmitted_changes
"""


class Migration(migrations.Migration):
    dependencies = [("reporting", "0009_preparer_of_version")]

    operations = [
        migrations.RunSQL([AS_WHEN_OPEN, TAKE_OVER, AS_USUAL], migrations.RunSQL.noop),
    ]
