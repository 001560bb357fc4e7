from django.apps import AppConfig

from accounts import menu
from accounts.enums import Permission


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "报表制度"

    def ready(self):
        from reporting import permissions  # noqa: PLC0415 -- registers its conditions

        menu.register(
            39,
            "填报日历",
            "reporting:calendar",
            Permission.REPORT_VIEW,
            shown_to=permissions.owes_anything,
        )
