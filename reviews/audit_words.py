"""The words of the audit trail for its readers: actions and objects in Chinese."""

from django.apps import apps

SUBJECTS = {
    "account": "账号",
    "service": "应用",
    "filing": "备案",
    "policy": "确认权限",
    "deputy": "代办",
    "image": "影像文件",
    "import": "批量导入",
    "trade": "二手车交易",
    "usedcar": "二手车业务",
    "demo": "演示数据",
}
VERBS = {
    "register": "注册",
    "sign-in": "登录",
    "sign-out": "退出登录",
    "password": "修改密码",
    "preferences": "修改显示设置",
    "open": "增加",
    "move": "调整",
    "enable": "启用",
    "disable": "停用",
    "reset": "重置密码",
    "set": "设置",
    "switch": "修改开关",
    "end": "结束",
    "start": "开始填写",
    "change": "开始变更",
    "save": "保存草稿",
    "submit": "提交",
    "confirm": "确认",
    "return": "退回",
    "image": "查看影像",
    "print": "打印",
    "load": "由原系统导入",
    "link": "关联原系统备案",
    "verify": "核验",
    "sweep": "清理",
    "upload": "上传",
    "check": "校验",
    "write": "写入",
    "commit": "导入",
    "cancel": "取消",
    "fail": "中止",
    "finish": "完成",
    "template": "下载模板",
    "errors": "下载错误行",
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
    "filing.enterprise",
    "filing.filing",
    "filing.confirmpolicy",
    "filing.deputy",
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
