from django.apps import AppConfig

from accounts.enums import Permission


class FilingConfig(AppConfig):
    name = "filing"
    verbose_name = "企业备案"

    def ready(self):
        from accounts import menu  # noqa: PLC0415 -- models are loaded by now
        from filing import permissions, references  # noqa: F401, PLC0415 -- registers its conditions

        references.register()
        menu.register(20, "企业备案", "filing:detail", Permission.FILING_EDIT)
