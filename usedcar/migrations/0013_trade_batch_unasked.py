import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The import of a trade is locked while its trades are written; the database need not ask row by row."""

    dependencies = [("usedcar", "0012_staged_row_key")]

    operations = [
        migrations.AlterField(
            "trade",
            "batch",
            models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="trades",
                to="usedcar.importbatch",
                verbose_name="来源导入",
            ),
        )
    ]
