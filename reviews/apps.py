from django.apps import AppConfig

from accounts import menu
from accounts.enums import Permission


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = "主管部门工作"

    def ready(self):
        menu.register(10, "首页", "home")
        menu.register(30, "备案办理", "reviews:filing-list", Permission.FILING_REVIEW)
        menu.register(35, "授权核对", "reviews:authorization-list", Permission.FILING_REVIEW)
        menu.register(70, "审计日志", "reviews:audit-list", Permission.AUDIT_VIEW)
