"""The content of locked reports stays as it is."""

from django.db import migrations

from reporting.locking import guarded


class Migration(migrations.Migration):
    dependencies = [("usedcar", "0008_staged_without_key"), ("reporting", "0002_locks_and_reminders")]

    operations = [
        migrations.RunSQL(*guarded("usedcar_marketmonth")),
        migrations.RunSQL(*guarded("usedcar_marketyear")),
    ]
