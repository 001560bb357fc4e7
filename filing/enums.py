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
    """What is done to one version of a filing; START and CHANGE open a version, the others move it."""

    START = "START", "开始填写"
    CHANGE = "CHANGE", "变更"
    SUBMIT = "SUBMIT", "提交"
    SUBMIT_CHANGE = "SUBMIT_CHANGE", "提交变更"
    CONFIRM = "CONFIRM", "确认通过"
    RETURN = "RETURN", "退回"


AWAITING = (FilingStatus.SUBMITTED, FilingStatus.CHANGED)
EDITABLE = (FilingStatus.DRAFT, FilingStatus.RETURNED)
IN_FORCE = (FilingStatus.CONFIRMED, FilingStatus.CHANGED)
CLAIM_TERM = timedelta(minutes=30)


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


class ImageSlot(TextChoices):
    """The three images of a filing, by their identifiers."""

    LICENCE_ORIGINAL = "licence_original_image", "营业执照正本影像"
    LICENCE_DUPLICATE = "licence_duplicate_image", "营业执照副本影像"
    SEAL = "seal_image", "公章影像"


class BulkOutcome(TextChoices):
    """What became of one filing when many were confirmed at once."""

    PENDING = "PENDING", "未办理"
    CONFIRMED = "CONFIRMED", "确认通过"
    HANDLED = "HANDLED", "已由他人处理"
    CHANGED = "CHANGED", "内容已变更"
    DENIED = "DENIED", "无权确认"
