import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_recovery_notices_invitations"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("phone", models.CharField(max_length=40, verbose_name="电话")),
                ("hours", models.CharField(blank=True, max_length=60, verbose_name="接听时间")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.jurisdiction",
                        verbose_name="受理机构",
                    ),
                ),
            ],
            options={
                "verbose_name": "联系方式",
                "verbose_name_plural": "联系方式",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("jurisdiction", "name"),
                        name="contact_once_per_jurisdiction",
                        nulls_distinct=False,
                        violation_error_message="该机构已有同名的联系方式。",
                    )
                ],
            },
        ),
    ]
