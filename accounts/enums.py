"""Roles, permissions and kinds of the accounts; imports nothing of ours."""

from django.db.models import TextChoices


class Role(TextChoices):
    """What an account is; an account has exactly one role, so nobody files and confirms with the same one."""

    OPERATOR = "OPERATOR", "企业操作员"
    MANAGER = "MANAGER", "企业管理员"
    COUNTY = "COUNTY", "县级主管部门"
    CITY = "CITY", "市级主管部门"
    PROVINCE = "PROVINCE", "省级主管部门"
    NATION = "NATION", "商务部"
    ADMIN = "ADMIN", "系统管理员"
    AUDITOR = "AUDITOR", "审计员"


ENTERPRISE_ROLES = frozenset({Role.OPERATOR, Role.MANAGER})
AUTHORITY_ROLES = frozenset({Role.COUNTY, Role.CITY, Role.PROVINCE, Role.NATION})
OFFICIAL_ROLES = AUTHORITY_ROLES | {Role.ADMIN, Role.AUDITOR}


class Permission(TextChoices):
    """What can be done; roles.py says by whom, conditions of the business apps say when."""

    SERVICE_OPEN = "SERVICE_OPEN", "增加应用"
    FILING_EDIT = "FILING_EDIT", "填写备案"
    FILING_SUBMIT = "FILING_SUBMIT", "提交备案"
    FILING_PRINT = "FILING_PRINT", "打印备案信息表"
    FILING_VIEW = "FILING_VIEW", "查看备案"
    FILING_REVIEW = "FILING_REVIEW", "查看辖区备案"
    FILING_CONFIRM = "FILING_CONFIRM", "确认备案"
    POLICY_SET = "POLICY_SET", "设置确认权限"
    DEPUTY_SET = "DEPUTY_SET", "安排代办"
    ENTERPRISE_VIEW = "ENTERPRISE_VIEW", "查看辖区企业"
    PASSWORD_RESET = "PASSWORD_RESET", "重置企业密码"
    ACCOUNT_MANAGE = "ACCOUNT_MANAGE", "管理下级账号"
    FILING_LOAD = "FILING_LOAD", "导入原系统备案"
    FILING_URGE = "FILING_URGE", "督办备案"
    FILING_WITHDRAW = "FILING_WITHDRAW", "撤回备案"
    FILING_GIVE_UP = "FILING_GIVE_UP", "放弃变更"
    FILING_SUSPEND = "FILING_SUSPEND", "暂停备案"
    FILING_RESUME = "FILING_RESUME", "恢复备案"
    FILING_REVERIFY = "FILING_REVERIFY", "要求重新核实"
    FILING_REASSIGN = "FILING_REASSIGN", "改派"
    FILING_CANCEL = "FILING_CANCEL", "注销备案"
    CANCELLATION_ASK = "CANCELLATION_ASK", "申请注销"
    CANCELLATION_DROP = "CANCELLATION_DROP", "撤回注销申请"
    CANCELLATION_DECIDE = "CANCELLATION_DECIDE", "办理注销申请"
    CATALOG_VIEW = "CATALOG_VIEW", "查看品牌车型目录"
    CATALOG_REQUEST = "CATALOG_REQUEST", "申请新增品牌车型"
    CATALOG_MANAGE = "CATALOG_MANAGE", "管理品牌车型目录"
    TRADE_VIEW = "TRADE_VIEW", "查看二手车交易"
    TRADE_REPORT = "TRADE_REPORT", "填报二手车交易"
    TRADE_HISTORY = "TRADE_HISTORY", "查看交易变更记录"
    NUMBER_REVEAL = "NUMBER_REVEAL", "查看证件号码"
    REPORT_VIEW = "REPORT_VIEW", "查看报表"
    REPORT_EDIT = "REPORT_EDIT", "填报报表"
    REPORT_REVIEW = "REPORT_REVIEW", "查看辖区报表"
    REPORT_RETURN = "REPORT_RETURN", "退回报表"
    REPORT_UNLOCK = "REPORT_UNLOCK", "办理补报与开锁"
    REPORT_CHASE = "REPORT_CHASE", "催报"
    WINDOW_SET = "WINDOW_SET", "设置填报期限"
    SYSTEM_VIEW = "SYSTEM_VIEW", "查看系统状态"
    SYNC_MANAGE = "SYNC_MANAGE", "管理公安推送"
    AUDIT_VIEW = "AUDIT_VIEW", "查看审计日志"
    STAFF_MANAGE = "STAFF_MANAGE", "管理经办人员"
    CONTACT_MANAGE = "CONTACT_MANAGE", "维护联系方式"


class DivisionLevel(TextChoices):
    PROVINCE = "PROVINCE", "省级"
    CITY = "CITY", "地级"
    COUNTY = "COUNTY", "县级"


class JurisdictionKind(TextChoices):
    PROVINCE = "PROVINCE", "省、自治区、直辖市"
    SEPARATELY_PLANNED_CITY = "SEPARATELY_PLANNED_CITY", "计划单列市"
    XPCC = "XPCC", "新疆生产建设兵团"


class Outcome(TextChoices):
    """How an audited action ended."""

    DONE = "DONE", "成功"
    REFUSED = "REFUSED", "拒绝"


class Channel(TextChoices):
    """How a code reaches a person."""

    MAIL = "MAIL", "电子邮箱"
    SMS = "SMS", "手机号"


class CodePurpose(TextChoices):
    """What a one-time code or link opens; CHANGED opens nothing and only tells."""

    RESET = "RESET", "找回密码"
    ISSUED = "ISSUED", "主管部门或管理员重置密码"
    INVITE = "INVITE", "邀请经办人"
    CONTACT = "CONTACT", "确认手机号或邮箱"
    CHANGED = "CHANGED", "告知原手机号或邮箱"
