"""Statuses, actions and kinds of a filing; imports nothing of ours."""

from datetime import timedelta

from django.db.models import TextChoices


class FilingStatus(TextChoices):
    DRAFT = "DRAFT", "草稿"
    SUBMITTED = "SUBMITTED", "待确认"
    CONFIRMED = "CONFIRMED", "确认通过"
    RETURNED = "RETURNED", "退回"
    CHANGED = "CHANGED", "已变更"
    SUSPENDED = "SUSPENDED", "暂停"
    CANCELLED = "CANCELLED", "注销"


class FilingAction(TextChoices):
    """What is done to one version of a filing; START, CHANGE, REVERIFY and LOAD open a version, the others
    move or mark it.
    """

    START = "START", "开始填写"
    CHANGE = "CHANGE", "变更"
    SUBMIT = "SUBMIT", "提交"
    SUBMIT_CHANGE = "SUBMIT_CHANGE", "提交变更"
    MOVE = "MOVE", "提交迁移"
    WITHDRAW = "WITHDRAW", "撤回"
    OPEN = "OPEN", "开始办理"
    CONFIRM = "CONFIRM", "确认通过"
    RETURN = "RETURN", "退回"
    LOAD = "LOAD", "由原系统导入"
    GIVE_UP = "GIVE_UP", "放弃变更"
    REVERIFY = "REVERIFY", "要求重新核实"
    REASSIGN = "REASSIGN", "改派"
    SUSPEND = "SUSPEND", "暂停"
    RESUME = "RESUME", "恢复"
    ASK_CANCEL = "ASK_CANCEL", "申请注销"
    DROP_CANCEL = "DROP_CANCEL", "撤回注销申请"
    REFUSE_CANCEL = "REFUSE_CANCEL", "不同意注销"
    CANCEL = "CANCEL", "注销"


AWAITING = (FilingStatus.SUBMITTED, FilingStatus.CHANGED)
EDITABLE = (FilingStatus.DRAFT, FilingStatus.RETURNED)
IN_FORCE = (FilingStatus.CONFIRMED, FilingStatus.CHANGED)
CLAIM_TERM = timedelta(minutes=30)


STOPPED = (FilingStatus.SUSPENDED, FilingStatus.CANCELLED)


class Use(TextChoices):
    """What a state of the filing leaves open or closes."""

    EDIT = "EDIT", "修改备案"
    PRINT = "PRINT", "打印备案信息表"
    REPORT = "REPORT", "填报和导入"
    READ = "READ", "查看已报"


class CancellationOutcome(TextChoices):
    """What became of an enterprise's wish to be struck off."""

    PENDING = "PENDING", "待办理"
    AGREED = "AGREED", "同意"
    REFUSED = "REFUSED", "不同意"
    DROPPED = "DROPPED", "已撤回"


class ConfirmLevel(TextChoices):
    PROVINCE = "PROVINCE", "省级"
    CITY = "CITY", "市级"
    COUNTY = "COUNTY", "县级"


class EnterpriseGroup(TextChoices):
    NEWCAR = "NEWCAR", "汽车销售企业"
    USED = "USED", "二手车企业"


class AuthorizationType(TextChoices):
    AUTHORIZED = "AUTHORIZED", "授权"
    UNAUTHORIZED = "UNAUTHORIZED", "非授权"


class LineStatus(TextChoices):
    ACTIVE = "ACTIVE", "在用"
    ENDED = "ENDED", "已终止"


class GranteeRole(TextChoices):
    DEALER = "DEALER", "经销商"
    SERVICE = "SERVICE", "售后服务商"


class ImageFault(TextChoices):
    """What is wrong with the file of a stored image."""

    MISSING = "MISSING", "文件缺失"
    ALTERED = "ALTERED", "文件已损坏或被改动"


class ImageSlot(TextChoices):
    """The three images of a filing, by their identifiers."""

    LICENCE_ORIGINAL = "licence_original_image", "营业执照正本影像"
    LICENCE_DUPLICATE = "licence_duplicate_image", "营业执照副本影像"
    SEAL = "seal_image", "公章影像"


class PushEvent(TextChoices):
    """What the traffic police are told of."""

    CONFIRMED = "CONFIRMED", "备案确认"
    CHANGED = "CHANGED", "变更确认"
    SUSPENDED = "SUSPENDED", "暂停"
    RESUMED = "RESUMED", "恢复"
    CANCELLED = "CANCELLED", "注销"


class PushState(TextChoices):
    WAITING = "WAITING", "待推送"
    SENDING = "SENDING", "推送中"
    DELIVERED = "DELIVERED", "已同步"
    FAILED = "FAILED", "推送失败"
    SUPERSEDED = "SUPERSEDED", "已被新版本取代"


UNSETTLED = (PushState.WAITING, PushState.SENDING, PushState.FAILED)


class PushOutcome(TextChoices):
    """How one try ended: taken over, to be tried again, or refused so that a person must look."""

    ACCEPTED = "ACCEPTED", "已收下"
    POSTPONED = "POSTPONED", "稍后重试"
    STOPPED = "STOPPED", "停止推送"


class BulkOutcome(TextChoices):
    """What became of one filing when many were confirmed at once."""

    PENDING = "PENDING", "未办理"
    CONFIRMED = "CONFIRMED", "确认通过"
    HANDLED = "HANDLED", "已由他人处理"
    CHANGED = "CHANGED", "内容已变更"
    DENIED = "DENIED", "无权确认"
