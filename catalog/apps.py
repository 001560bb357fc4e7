from django.apps import AppConfig

from accounts import menu
from accounts.enums import Permission


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = "品牌车型目录"

    def ready(self):
        menu.register(60, "品牌车型目录", "catalog:brand-list", Permission.CATALOG_VIEW)
