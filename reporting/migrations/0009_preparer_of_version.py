"""Each version keeps who filled it in."""

from django.db import migrations, models

import autoflow.common.crypto


class Migration(migrations.Migration):
    dependencies = [("reporting", "0008_counts_kept")]

    operations = [
        migrations.AddField(
            model_name="reportversion",
            name="preparer_name",
            field=models.CharField(blank=True, default="", max_length=50, verbose_name="填表人"),
        ),
        migrations.AddField(
            model_name="reportversion",
            name="preparer_phone",
            field=autoflow.common.crypto.EncryptedTextField(
                blank=True, bound_to="reporting_report", default="", verbose_name="填表人电话"
            ),
        ),
    ]
