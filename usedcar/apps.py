from django.apps import AppConfig

from accounts import menu
from accounts.enums import Permission


class UsedcarConfig(AppConfig):
    name = "usedcar"
    verbose_name = "二手车业务"

    def ready(self):
        from reporting import permissions as reports  # noqa: PLC0415 -- models are loaded by now
        from usedcar import market_monthly  # noqa: PLC0415 -- registers its form
        from usedcar.permissions import concerns  # noqa: PLC0415

        menu.register(40, "二手车交易", "usedcar:trade-list", Permission.TRADE_VIEW, concerns)
        menu.register(50, "批量导入", "usedcar:import-list", Permission.TRADE_REPORT, concerns)
        form = market_monthly.MarketMonthly()
        menu.register(
            60,
            form.title,
            "usedcar:market-monthly-list",
            Permission.REPORT_VIEW,
            shown_to=lambda user: reports.concerns(user, form),
        )
