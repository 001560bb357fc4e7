"""Each version keeps the note on the whole report."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reporting", "0003_version_findings")]

    operations = [
        migrations.AddField(
            model_name="reportversion",
            name="note",
            field=models.CharField(blank=True, default="", max_length=1000, verbose_name="异常说明"),
        ),
    ]
