from django.apps import AppConfig


class NewcarConfig(AppConfig):
    name = "newcar"
    verbose_name = "新车报表"
