"""Looks at every stored image now; ends with an error when a file is missing or altered."""

from django.core.management.base import BaseCommand, CommandError

from filing import upkeep
from filing.models import StoredImage


class Command(BaseCommand):
    help = "核验影像文件是否齐全、完好（每晚自动执行，一天内核验过的不再核验）；--sweep 另清理无记录的文件。"

    def add_arguments(self, parser):
        parser.add_argument("--sweep", action="store_true", help="删除没有记录引用的影像文件（满一天的）")

    def handle(self, *, sweep, **options):
        count, *_ = upkeep.verify_images()
        self.stdout.write(f"已核验 {count:,} 个影像文件。")
        if sweep:
            self.stdout.write(f"已清理 {upkeep.sweep_images():,} 个没有记录的文件。")
        faulty = list(StoredImage.objects.faulty().order_by("pk"))
        for row in faulty:
            self.stderr.write(f"影像 {row.pk}：{row.get_fault_display()}（{row.storage_name}）")
        if faulty:
            raise CommandError(f"{len(faulty)} 个影像文件缺失或已损坏，请从备份恢复，或请企业重新上传。")
