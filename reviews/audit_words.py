"""The words of the audit trail for its readers: actions and objects in Chinese."""

from django.apps import apps

SUBJECTS = {
    "account": "账号",
    "contact": "联系方式",
    "service": "应用",
    "filing": "备案",
    "policy": "确认权限",
    "deputy": "代办",
    "image": "影像文件",
    "catalog": "品牌车型目录",
    "import": "批量导入",
    "trade": "二手车交易",
    "report": "报表",
    "push": "公安推送",
    "usedcar": "二手车业务",
    "demo": "演示数据",
    "access": "访问",
}
VERBS = {
    "recovery-request": "申请找回密码",
    "recovery-code": "核对验证码",
    "recovery": "找回密码",
    "reset": "重置密码",
    "profile": "修改资料",
    "contact-request": "申请更换联系方式",
    "contact": "更换联系方式",
    "staff-invite": "邀请经办人",
    "staff-disable": "停用经办人",
    "staff-enable": "启用经办人",
    "notice-read": "阅读消息",
    "second-factor": "启用双因素验证",
    "second-factor-begin": "开始双因素验证",
    "second-factor-pass": "通过双因素验证",
    "second-factor-reset": "重置双因素验证",
    "register": "注册",
    "sign-in": "登录",
    "sign-out": "退出登录",
    "password": "修改密码",
    "preferences": "修改显示设置",
    "open": "增加",
    "add": "增加",
    "edit": "修改",
    "remove": "删除",
    "move": "调整",
    "enable": "启用",
    "disable": "停用",
    "set": "设置",
    "switch": "修改开关",
    "end": "结束",
    "start": "开始填写",
    "change": "开始变更",
    "save": "保存草稿",
    "submit": "提交",
    "claim": "开始办理",
    "release": "释放",
    "urge": "督办",
    "bulk": "批量确认",
    "confirm": "确认",
    "return": "退回",
    "withdraw": "撤回",
    "give-up": "放弃变更",
    "handle": "开始办理",
    "reassign": "改派",
    "reverify": "要求重新核实",
    "suspend": "暂停",
    "resume": "恢复",
    "ask-cancel": "申请注销",
    "drop-cancel": "撤回注销申请",
    "refuse-cancel": "不同意注销",
    "deregister": "注销",
    "image": "查看影像",
    "print": "打印",
    "load": "由原系统导入",
    "link": "关联原系统备案",
    "verify": "核验",
    "sweep": "清理",
    "request": "申请新增",
    "approve": "审核通过",
    "reject": "审核不通过",
    "rename": "更正名称",
    "merge": "合并",
    "upload": "上传",
    "check": "校验",
    "write": "写入",
    "commit": "导入",
    "cancel": "取消",
    "fail": "中止",
    "finish": "完成",
    "template": "下载模板",
    "errors": "下载错误行",
    "delete": "删除",
    "owe": "列入应报",
    "remind": "提醒填报",
    "ask-late": "申请补报",
    "decide-late": "答复补报申请",
    "unlock": "开锁",
    "chase": "催报",
    "window": "设置填报期限",
    "export": "导出",
    "queue": "排队",
    "deliver": "已同步",
    "supersede": "被新版本取代",
    "resend": "重新推送",
    "forget": "清理推送经过",
    "refuse": "被拒绝或不存在",
    "resend-failed": "重新推送全部失败",
    "load-check": "核对目录文件",
    "load-apply": "确认导入目录",
    "load-expire": "清理未确认的目录导入",
    "load-fail": "中止目录导入",
    "import-upload": "上传导入文件",
    "import-check": "校验导入文件",
    "import-commit": "确认导入",
    "import-done": "完成导入",
    "import-cancel": "取消导入",
    "import-expire": "清理未确认的导入",
    "import-fail": "中止导入",
    "trade-report": "填报二手车交易",
    "trade-change": "修改二手车交易",
    "trade-delete": "删除二手车交易",
    "trade-void": "登记红字发票",
    "trade-reveal": "查看证件号码",
    "correction-ask": "申请更正",
    "correction-decide": "办理更正申请",
    "trade-search": "按证件号码查询",
    "trade-export": "导出二手车交易",
}


OBJECT_KINDS = (
    "accounts.user",
    "accounts.contact",
    "catalog.brand",
    "catalog.producer",
    "catalog.vehiclemodel",
    "catalog.displacement",
    "catalog.catalogueload",
    "filing.enterprise",
    "filing.filing",
    "filing.confirmpolicy",
    "filing.deputy",
    "filing.pushmessage",
    "filing.bulkconfirm",
    "filing.provincesetting",
    "reporting.report",
    "reporting.latepermission",
    "reporting.obligation",
    "usedcar.importbatch",
    "usedcar.trade",
    "usedcar.correction",
)


def action_text(action):
    """An action in Chinese, or its subject alone; a word not translated yet stays as it is recorded."""
    subject, _, verb = action.partition(".")
    words = SUBJECTS.get(subject, subject)
    return f"{words}：{VERBS.get(verb, verb)}" if verb else words


def object_text(object_type, object_id):
    """The kind and number of what was acted on."""
    if not object_type:
        return "–"
    return f"{kind_text(object_type)} {object_id}"


def kind_text(object_type):
    try:
        return apps.get_model(object_type)._meta.verbose_name
    except (LookupError, ValueError):
        return object_type


def with_words(records):
    """Adds the texts a reader sees."""
    for row in records:
        row.action_text = action_text(row.action)
        row.object_text = object_text(row.object_type, row.object_id)
    return records
