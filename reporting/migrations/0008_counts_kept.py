"""The database keeps states and counts of obligations, beginning with what is there."""

from django.db import migrations

from reporting.counting import COUNTS, COUNTS_UNDONE, FILL_COUNTS, FILL_STATES, STATE, STATE_UNDONE


class Migration(migrations.Migration):
    dependencies = [("reporting", "0007_obligation_counts")]

    operations = [
        migrations.RunSQL(STATE, STATE_UNDONE),
        migrations.RunSQL(FILL_STATES, migrations.RunSQL.noop),
        migrations.RunSQL(FILL_COUNTS, migrations.RunSQL.noop),
        migrations.RunSQL(COUNTS, COUNTS_UNDONE),
    ]
