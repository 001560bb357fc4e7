from django.apps import AppConfig

from accounts.enums import Permission


class FilingConfig(AppConfig):
    name = "filing"
    verbose_name = "企业备案"

    def ready(self):
        from accounts import menu  # noqa: PLC0415 -- models are loaded by now
        from autoflow.common import metrics  # noqa: PLC0415
        from filing import (  # noqa: PLC0415
            images,
            permissions,  # noqa: F401 -- registers its conditions
            references,
        )

        metrics.FAULTY_IMAGES.set_function(images.count_faulty)
        references.register()
        menu.register(20, "企业备案", "filing:detail", Permission.FILING_EDIT)
