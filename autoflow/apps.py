from django.apps import AppConfig


class AutoflowConfig(AppConfig):
    name = "autoflow"
    verbose_name = "公共部分"
