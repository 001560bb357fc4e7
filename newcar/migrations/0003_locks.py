"""The content of locked reports stays as it is."""

from django.db import migrations

from reporting.locking import guarded


class Migration(migrations.Migration):
    dependencies = [("newcar", "0002_annual"), ("reporting", "0002_locks_and_reminders")]

    operations = [
        migrations.RunSQL(*guarded("newcar_monthlyline")),
        migrations.RunSQL(*guarded("newcar_annualfigures")),
    ]
