"""Loads the demonstration data; safe to run again, and to kill."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from autoflow.demo.load import load
from autoflow.demo.plan import Plan

PRODUCTION = "autoflow.settings.base"
DEFAULT = Plan()


class Command(BaseCommand):
    help = "载入演示数据：目录、演示账号与备案、企业和二手车交易（可重复执行）。"

    def add_arguments(self, parser):
        parser.add_argument("--enterprises", type=int, default=DEFAULT.enterprises, help="另外生成的企业数")
        parser.add_argument("--months", type=int, default=DEFAULT.months, help="有交易的月数，到本月为止")
        parser.add_argument("--trades", type=int, default=DEFAULT.trades, help="二手车交易条数")
        parser.add_argument("--seed", type=int, default=DEFAULT.seed, help="同样的种子得到同样的数据")

    def handle(self, *, enterprises, months, trades, seed, **options):
        if settings.SETTINGS_NAME == PRODUCTION:
            raise CommandError("演示账号的密码是公开的，生产环境不能载入演示数据。")
        if min(enterprises, trades, seed) < 0 or months < 1:
            raise CommandError("企业数、交易数、种子不能为负，月数至少为 1。")
        load(Plan(enterprises, months, trades, seed), self.stdout.write)
