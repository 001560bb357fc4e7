from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("filing", "0002_policy_and_deputies"),
    ]

    operations = [
        migrations.AddField(
            model_name="filing",
            name="is_from_old_system",
            field=models.BooleanField(default=False, verbose_name="由原系统导入"),
        ),
        migrations.AddField(
            model_name="filing",
            name="verify_token",
            field=models.CharField(
                blank=True, db_collation="C", max_length=32, null=True, unique=True, verbose_name="查验码"
            ),
        ),
        migrations.AddField(
            model_name="storedimage",
            name="fault",
            field=models.CharField(
                blank=True,
                choices=[("MISSING", "文件缺失"), ("ALTERED", "文件已损坏或被改动")],
                default="",
                max_length=7,
                verbose_name="文件故障",
            ),
        ),
        migrations.AddField(
            model_name="storedimage",
            name="sharpness",
            field=models.PositiveSmallIntegerField(default=100, verbose_name="清晰度"),
        ),
        migrations.AddField(
            model_name="storedimage",
            name="verified_at",
            field=models.DateTimeField(null=True, verbose_name="核验时间"),
        ),
        migrations.AlterField(
            model_name="filingevent",
            name="action",
            field=models.CharField(
                choices=[
                    ("START", "开始填写"),
                    ("CHANGE", "变更"),
                    ("SUBMIT", "提交"),
                    ("SUBMIT_CHANGE", "提交变更"),
                    ("CONFIRM", "确认通过"),
                    ("RETURN", "退回"),
                    ("LOAD", "由原系统导入"),
                ],
                max_length=16,
                verbose_name="动作",
            ),
        ),
        migrations.AddIndex(
            model_name="storedimage",
            index=models.Index(
                models.OrderBy(models.F("verified_at"), nulls_first=True),
                models.F("id"),
                name="storedimage_verified",
            ),
        ),
        migrations.AddIndex(
            model_name="storedimage",
            index=models.Index(
                condition=models.Q(("fault", ""), _negated=True), fields=["id"], name="storedimage_faulty"
            ),
        ),
        migrations.AddConstraint(
            model_name="storedimage",
            constraint=models.CheckConstraint(
                condition=models.Q(("sharpness__lte", 100)),
                name="storedimage_sharpness_in_range",
                violation_error_message="清晰度须在 0 到 100 之间。",
            ),
        ),
        migrations.AddConstraint(
            model_name="storedimage",
            constraint=models.CheckConstraint(
                condition=models.Q(("fault__in", ["", "MISSING", "ALTERED"])),
                name="storedimage_fault_known",
                violation_error_message="文件故障的代码不在列表中。",
            ),
        ),
    ]
