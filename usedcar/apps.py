from functools import partial

from django.apps import AppConfig

from accounts import menu
from accounts.enums import Permission


class UsedcarConfig(AppConfig):
    name = "usedcar"
    verbose_name = "二手车业务"

    def ready(self):
        from reporting import permissions as reports  # noqa: PLC0415 -- models are loaded by now
        from usedcar import market_annual, market_monthly  # noqa: PLC0415 -- registers their forms
        from usedcar.permissions import concerns  # noqa: PLC0415

        menu.register(40, "二手车交易", "usedcar:trade-list", Permission.TRADE_VIEW, concerns)
        menu.register(50, "批量导入", "usedcar:import-list", Permission.TRADE_REPORT, concerns)
        for order, form in ((60, market_monthly.MarketMonthly()), (61, market_annual.MarketAnnual())):
            menu.register(
                order,
                form.title,
                f"{form.namespace}-list",
                Permission.REPORT_VIEW,
                shown_to=partial(reports.concerns, form=form),
            )
