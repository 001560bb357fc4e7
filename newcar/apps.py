from django.apps import AppConfig

from accounts import menu
from accounts.enums import Permission


class NewcarConfig(AppConfig):
    name = "newcar"
    verbose_name = "新车报表"

    def ready(self):
        from newcar import monthly  # noqa: PLC0415 -- registers its form, which needs the models
        from reporting.permissions import concerns  # noqa: PLC0415

        form = monthly.NewcarMonthly()
        menu.register(
            40,
            form.title,
            "newcar:monthly-list",
            Permission.REPORT_VIEW,
            shown_to=lambda user: concerns(user, form),
        )
