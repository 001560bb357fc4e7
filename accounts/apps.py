from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "账号与权限"

    def ready(self):
        from accounts import menu  # noqa: PLC0415 -- models are loaded by now

        menu.register(10, "首页", "home")
