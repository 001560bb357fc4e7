"""Obligations carry their state, and a summary counts them by place and state."""

from django.db import migrations, models

STATES = [("MISSING", "未报"), ("ON_TIME", "按时上报"), ("LATE", "逾期上报"), ("RETURNED", "退回修改")]


class Migration(migrations.Migration):
    dependencies = [("reporting", "0006_chases")]

    operations = [
        migrations.AddField(
            model_name="obligation",
            name="state",
            field=models.CharField(
                choices=STATES,
                db_collation="C",
                default="MISSING",
                editable=False,
                max_length=8,
                verbose_name="上报情况",
            ),
        ),
        migrations.CreateModel(
            name="ObligationCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("form", models.CharField(db_collation="C", max_length=20, verbose_name="报表")),
                ("period", models.DateField(verbose_name="报告期")),
                (
                    "jurisdiction_code",
                    models.CharField(db_collation="C", max_length=6, verbose_name="受理机构"),
                ),
                ("division_code", models.CharField(db_collation="C", max_length=6, verbose_name="所在地区")),
                (
                    "state",
                    models.CharField(choices=STATES, db_collation="C", max_length=8, verbose_name="上报情况"),
                ),
                ("count", models.IntegerField(verbose_name="家数")),
            ],
            options={"verbose_name": "应报家数", "verbose_name_plural": "应报家数"},
        ),
        migrations.AddConstraint(
            model_name="obligationcount",
            constraint=models.UniqueConstraint(
                fields=("form", "period", "jurisdiction_code", "division_code", "state"),
                name="obligationcount_unique",
            ),
        ),
    ]
