from functools import partial

from django.apps import AppConfig

from accounts import menu
from accounts.enums import Permission


class NewcarConfig(AppConfig):
    name = "newcar"
    verbose_name = "新车报表"

    def ready(self):
        from newcar import (  # noqa: PLC0415 -- registers its forms, which need the models
            annual,
            monthly,
            references,
        )
        from reporting.permissions import concerns  # noqa: PLC0415

        references.register()
        for order, form in ((40, monthly.NewcarMonthly()), (41, annual.NewcarAnnual())):
            menu.register(
                order,
                form.title,
                f"{form.namespace}-list",
                Permission.REPORT_VIEW,
                shown_to=partial(concerns, form=form),
            )
