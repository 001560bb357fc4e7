"""The version submitted last takes over the note of its report, unless that was edited since."""

from django.db import migrations

AS_WHEN_OPEN = "SELECT set_config('autoflow.at', '2000-01-01', true)"
AS_USUAL = "SELECT set_config('autoflow.at', '', true)"
TAKE_OVER = """
    UPDATE reporting_reportversion AS version SET note = report.note
    FROM reporting_report AS report
    WHERE report.id = version.report_id AND report.version = version.number
      AND NOT report.has_unsubmitted_changes AND report.note <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("reporting", "0004_version_note")]

    operations = [
        migrations.RunSQL([AS_WHEN_OPEN, TAKE_OVER, AS_USUAL], migrations.RunSQL.noop),
    ]
