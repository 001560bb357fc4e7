"""Authorities remind who owes a report: once a day each."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0005_note_of_latest"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Chase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="催报日期")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=models.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="催报人",
                    ),
                ),
                (
                    "obligation",
                    models.ForeignKey(
                        on_delete=models.CASCADE,
                        related_name="chases",
                        to="reporting.obligation",
                        verbose_name="应报",
                    ),
                ),
            ],
            options={"verbose_name": "催报", "verbose_name_plural": "催报"},
        ),
        migrations.AddConstraint(
            model_name="chase",
            constraint=models.UniqueConstraint(
                fields=("obligation", "day"),
                name="chase_once_a_day",
                violation_error_message="今天已催报过。",
            ),
        ),
    ]
