from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "报表制度"

    def ready(self):
        from reporting import permissions  # noqa: F401, PLC0415 -- registers its conditions
