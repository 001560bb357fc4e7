"""Brings enterprises over that were filed in the old system; safe to run again with the same workbook."""

from collections import Counter

from django.core.management.base import BaseCommand, CommandError

from accounts.enums import Role
from accounts.models import User
from autoflow.common import identity
from autoflow.common.errors import BusinessError
from autoflow.common.workbooks import WorkbookRefused, check_container
from filing.old_filings import ENTERPRISES, OldWorkbook, write_template
from filing.services.old_filings import Loaded, load_old_filing


class Command(BaseCommand):
    help = "从工作簿导入在原系统已确认备案的企业（可重复执行）；--template 生成空白模板。"

    def add_arguments(self, parser):
        parser.add_argument("workbook", nargs="?", help="填好的工作簿（.xlsx）")
        parser.add_argument("--template", metavar="文件", help="把空白模板写到这个文件")
        parser.add_argument("--by", metavar="账号", help="以哪个系统管理员账号的名义导入，记入审计日志")

    def handle(self, *, workbook, template, by, **options):
        if template:
            write_template(template)
            self.stdout.write(f"模板已写到 {template}。")
        elif not workbook or not by:
            raise CommandError("请给出工作簿和 --by 账号，或用 --template 生成模板。")
        else:
            self.load(workbook, self.administrator(by))

    def administrator(self, username):
        found = User.objects.filter(username__iexact=username, role=Role.ADMIN, is_active=True).first()
        if found is None:
            raise CommandError(f"没有系统管理员账号“{username}”。")
        return found

    def load(self, path, by):
        counts, bad = Counter(), 0
        token = identity.begin()
        try:
            check_container(path)
            book = OldWorkbook(path)
            for old in book.filings():
                bad += not self.load_one(old, by, counts)
        except OSError as error:
            raise CommandError(f"文件打不开：{path}") from error
        except WorkbookRefused as refusal:
            raise CommandError(refusal.message) from refusal
        finally:
            identity.end(token)
        for fault in book.faults:
            self.stderr.write(fault)
        told = "，".join(f"{outcome.value} {counts[outcome]:,} 家" for outcome in Loaded)
        self.stdout.write(f"{told}；有误 {bad:,} 家。")
        if bad or book.faults:
            raise CommandError("上面列出的行没有导入，改正后可用同一文件再次执行。")

    def load_one(self, old, by, counts):
        """One enterprise in a transaction of its own; its faults do not stop the others."""
        faults = old.faults
        if not faults:
            facts = {"confirmed_on": old.confirmed_on, "brand_lines": old.brand_lines}
            try:
                counts[load_old_filing(values=old.values, **facts, by=by)] += 1
            except BusinessError as error:
                faults = [str(error)]
        for fault in faults:
            self.stderr.write(f"{ENTERPRISES} 第{old.number}行{fault}")
        return not faults
