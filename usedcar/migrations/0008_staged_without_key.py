import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("usedcar", "0007_requests_exports_filters"),
    ]

    operations = [
        migrations.AlterField(
            model_name="stagedtrade",
            name="batch",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="staged",
                to="usedcar.importbatch",
            ),
        ),
    ]
