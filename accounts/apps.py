from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "账号与权限"

    def ready(self):
        from accounts import menu  # noqa: PLC0415 -- models are loaded by now
        from accounts.enums import Permission  # noqa: PLC0415

        menu.register(90, "经办人员", "accounts:staff-list", Permission.STAFF_MANAGE)
        menu.register(92, "联系方式", "accounts:contact-list", Permission.CONTACT_MANAGE)
