from django.apps import AppConfig


class UsedcarConfig(AppConfig):
    name = "usedcar"
    verbose_name = "二手车业务"
