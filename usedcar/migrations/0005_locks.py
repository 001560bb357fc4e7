"""The content of locked reports stays as it is."""

from django.db import migrations

from reporting.locking import guarded


class Migration(migrations.Migration):
    dependencies = [("usedcar", "0004_market_reports"), ("reporting", "0002_locks_and_reminders")]

    operations = [
        migrations.RunSQL(*guarded("usedcar_marketmonth")),
        migrations.RunSQL(*guarded("usedcar_marketyear")),
    ]
