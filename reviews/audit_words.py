"""The words of the audit trail for its readers: actions and objects in Chinese."""

from django.apps import apps

SUBJECTS = {
    "account": "账号",
    "service": "应用",
    "filing": "备案",
    "catalog": "品牌车型目录",
    "import": "批量导入",
    "trade": "二手车交易",
    "demo": "演示数据",
}
VERBS = {
    "register": "注册",
    "sign-in": "登录",
    "sign-out": "退出登录",
    "password": "修改密码",
    "preferences": "修改显示设置",
    "open": "增加",
    "start": "开始填写",
    "change": "开始变更",
    "save": "保存草稿",
    "submit": "提交",
    "confirm": "确认",
    "return": "退回",
    "image": "查看影像",
    "print": "打印",
    "request": "申请新增",
    "approve": "审核通过",
    "reject": "审核不通过",
    "rename": "更正名称",
    "merge": "合并",
    "disable": "停用",
    "load": "导入目录",
    "upload": "上传",
    "check": "校验",
    "write": "写入",
    "commit": "导入",
    "cancel": "取消",
    "fail": "中止",
    "finish": "完成",
    "template": "下载模板",
    "errors": "下载错误行",
}


OBJECT_KINDS = (
    "accounts.user",
    "catalog.brand",
    "catalog.producer",
    "catalog.vehiclemodel",
    "catalog.displacement",
    "catalog.catalogueload",
    "filing.enterprise",
    "filing.filing",
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
