from django.apps import AppConfig

from accounts import menu
from accounts.enums import Permission


class UsedcarConfig(AppConfig):
    name = "usedcar"
    verbose_name = "二手车业务"

    def ready(self):
        from usedcar.permissions import concerns  # noqa: PLC0415 -- models are loaded by now

        menu.register(40, "二手车交易", "usedcar:trade-list", Permission.TRADE_VIEW, concerns)
        menu.register(50, "批量导入", "usedcar:import-list", Permission.TRADE_REPORT, concerns)
