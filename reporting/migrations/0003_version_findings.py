"""Each version keeps its warnings with the reasons given for them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reporting", "0002_locks_and_reminders")]

    operations = [
        migrations.AddField(
            model_name="reportversion",
            name="findings",
            field=models.JSONField(default=list, verbose_name="异常与说明"),
        ),
        migrations.AddField(
            model_name="reportversion",
            name="warning_count",
            field=models.PositiveIntegerField(default=0, verbose_name="异常数"),
        ),
    ]
