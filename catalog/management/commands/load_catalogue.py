"""Load the national catalogue from a workbook of the template's form."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from autoflow.common.workbooks import WorkbookRefused
from catalog.loading import Plan, Verdict
from catalog.services import load_rows
from catalog.workbook import read_catalogue


class Command(BaseCommand):
    help = "从工作簿载入全国品牌车型目录；可重复执行，不会产生重复项。"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="按模板填写的 xlsx 文件")
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")
        parser.add_argument("--with-doubtful", action="store_true", help="存疑项也写入")

    def handle(self, *args, **options):
        try:
            rows = list(read_catalogue(options["file"]))
        except (WorkbookRefused, OSError) as error:
            raise CommandError(str(error)) from error
        if options["dry_run"]:
            plan = Plan(rows)
        else:
            plan = load_rows(rows=rows, with_doubtful=options["with_doubtful"])
        for item in plan.items:
            if item.verdict in (Verdict.DOUBTFUL, Verdict.ERROR):
                self.stdout.write(
                    f"第{item.number}行 {item.label}“{item.name}” {item.verdict.label}：{item.message}"
                )
        counts = "，".join(f"{Verdict(name).label} {count}" for name, count in plan.counts.items())
        self.stdout.write(f"{'核对' if options['dry_run'] else '载入'}完成：{counts}。")
