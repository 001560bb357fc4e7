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
    "report": "报表",
    "push": "公安推送",
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
    "claim": "开始办理",
    "release": "释放",
    "urge": "督办",
    "bulk": "批量确认",
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
    "delete": "删除",
    "owe": "列入应报",
    "ask-late": "申请补报",
    "decide-late": "答复补报申请",
    "unlock": "开锁",
    "window": "设置填报期限",
    "queue": "排队",
    "deliver": "已同步",
    "supersede": "被新版本取代",
    "resend": "重新推送",
    "resend-failed": "重新推送全部失败",
}


OBJECT_KINDS = (
    "accounts.user",
    "filing.enterprise",
    "filing.filing",
    "filing.confirmpolicy",
    "filing.deputy",
    "filing.pushmessage",
    "filing.bulkconfirm",
    "reporting.report",
    "reporting.latepermission",
    "usedcar.importbatch",
    "usedcar.trade",
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
