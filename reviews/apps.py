from django.apps import AppConfig

from accounts import menu
from accounts.enums import Permission


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = "主管部门工作"

    def ready(self):
        menu.register(10, "首页", "home")
        menu.register(30, "备案办理", "reviews:filing-list", Permission.FILING_REVIEW)
        menu.register(32, "辖区企业", "reviews:enterprise-list", Permission.ENTERPRISE_VIEW)
        menu.register(45, "更正申请", "reviews:correction-list", Permission.REPORT_UNLOCK)
        menu.register(46, "频繁出售核实", "reviews:release-list", Permission.REPORT_UNLOCK)
        menu.register(34, "报表督查", "reviews:report-list", Permission.REPORT_REVIEW)
        menu.register(36, "补报与开锁", "reviews:late-list", Permission.REPORT_UNLOCK)
        menu.register(38, "填报期限", "reviews:window-page", Permission.WINDOW_SET)
        menu.register(39, "新车统计", "reviews:newcar-statistics", Permission.REPORT_REVIEW)
        menu.register(39, "市场统计", "reviews:market-statistics", Permission.REPORT_REVIEW)
        menu.register(60, "确认权限", "reviews:policy", Permission.POLICY_SET)
        menu.register(62, "代办安排", "reviews:deputy-list", Permission.DEPUTY_SET)
        menu.register(64, "账号管理", "reviews:account-list", Permission.ACCOUNT_MANAGE)
        menu.register(66, "公安推送", "reviews:sync-list", Permission.SYNC_MANAGE)
        menu.register(34, "注销申请", "reviews:cancellation-list", Permission.CANCELLATION_DECIDE)
        menu.register(61, "目录审核", "reviews:catalog-queue", Permission.CATALOG_MANAGE)
        menu.register(35, "授权核对", "reviews:authorization-list", Permission.FILING_REVIEW)
        menu.register(70, "审计日志", "reviews:audit-list", Permission.AUDIT_VIEW)
