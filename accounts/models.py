"""Accounts, the divisions and jurisdictions they belong to, their codes and notices, and the append-only
audit trail.
"""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Lower

from accounts.contacts import Contact  # noqa: F401 -- a table of this app, in a module of its own
from accounts.enums import (
    AUTHORITY_ROLES,
    ENTERPRISE_ROLES,
    Channel,
    CodePurpose,
    DivisionLevel,
    JurisdictionKind,
    Outcome,
    Role,
)
from accounts.querysets import (
    AuditQuerySet,
    DivisionQuerySet,
    NoticeQuerySet,
    RecoveryCodeQuerySet,
    UserQuerySet,
)
from autoflow.common.crypto import EncryptedTextField


class Division(models.Model):
    """行政区划 (province, city, county) as the Ministry of Civil Affairs lists it; codes are never
    deleted.
    """

    code = models.CharField("区划代码", max_length=6, primary_key=True, db_collation="C")
    name = models.CharField("名称", max_length=50)
    full_name = models.CharField("全称", max_length=100)
    level = models.CharField("级别", max_length=8, choices=DivisionLevel)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    is_placeholder = models.BooleanField("占位层", default=False)

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"

    def __str__(self):
        return self.full_name

    @property
    def city_code(self):
        """The code of the city level above (or of itself), by which cities see their counties."""
        return f"{self.code[:4]}00"


class Jurisdiction(models.Model):
    """受理机构: one of the 37 provincial-level authorities that answer for filings."""

    code = models.CharField("机构代码", max_length=6, primary_key=True, db_collation="C")
    name = models.CharField("机构名称", max_length=50, unique=True)
    kind = models.CharField("类别", max_length=24, choices=JurisdictionKind)
    covers_prefix = models.CharField("管辖区划前缀", max_length=6, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "受理机构"

    def __str__(self):
        return self.name


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Accounts by their sign-in name, without regard to case."""

    def get_by_natural_key(self, username):
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """One person's account. An enterprise account keeps what it registered with until it opens the
    service.
    """

    username = models.CharField("账号", max_length=40)
    display_name = models.CharField("姓名", max_length=50, blank=True)
    role = models.CharField("角色", max_length=10, choices=Role)
    organisation = models.CharField("单位名称", max_length=100)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True, db_collation="C")
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, verbose_name="所在地区")
    jurisdiction = models.ForeignKey(
        Jurisdiction, models.PROTECT, null=True, blank=True, verbose_name="受理机构", related_name="users"
    )
    phone = EncryptedTextField("手机号", blank=True, default="")
    email = models.EmailField("电子邮箱", blank=True)
    has_large_type = models.BooleanField("大字模式", default=False)
    wants_mail = models.BooleanField("消息同时发到邮箱", default=True)
    password_changed_at = models.DateTimeField("密码修改时间", null=True, blank=True)
    must_change_password = models.BooleanField("登录后须修改密码", default=False)
    totp_secret = EncryptedTextField("动态码密钥", blank=True, default="")
    totp_step = models.BigIntegerField("最近用过的动态码时段", null=True, blank=True)
    spare_codes = models.JSONField("备用码", default=list, blank=True)
    session_marks = models.JSONField("登录中的会话", default=list, blank=True)
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("注册时间", auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["role", "organisation"]

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        constraints = [
            UniqueConstraint(
                Lower("username"), name="user_username_unique", violation_error_message="该账号已存在。"
            ),
            UniqueConstraint(
                fields=["uscc"],
                condition=Q(role=Role.MANAGER) & ~Q(uscc=""),
                name="user_one_manager_per_uscc",
                violation_error_message="该统一社会信用代码已注册账号，请直接登录；忘记密码请联系当地商务主管部门重置。",
            ),
            CheckConstraint(name="user_role_known", condition=Q(role__in=Role.values)),
            CheckConstraint(
                name="user_authority_has_place",
                condition=~Q(role__in=[Role.COUNTY, Role.CITY, Role.PROVINCE])
                | Q(jurisdiction__isnull=False, division__isnull=False),
                violation_error_message="主管部门账号须指明受理机构和行政区划。",
            ),
        ]

    def __str__(self):
        return f"{self.short_name}（{self.organisation}）"

    @property
    def short_name(self):
        """How colleagues call the person."""
        return self.display_name or self.username

    @property
    def is_enterprise(self):
        return self.role in ENTERPRISE_ROLES

    @property
    def is_authority(self):
        return self.role in AUTHORITY_ROLES

    @property
    def is_invited(self):
        """Has a link to choose a password, and never came."""
        return self.last_login is None and not self.has_usable_password()

    @property
    def has_second_factor(self):
        """A secret is worth something once the person has shown a code made with it."""
        return self.totp_step is not None

    def address_for(self, channel):
        """Where a message reaches the person, empty when nothing is registered."""
        return self.email if channel == Channel.MAIL else self.phone


class SignInFailure(models.Model):
    """A failed sign-in, kept to slow down guessing per name and address without locking anybody out
    elsewhere. One that `is_wait` was only asked to come again a little later.
    """

    name_key = models.BinaryField()
    address = models.GenericIPAddressField()
    at = models.DateTimeField(auto_now_add=True)
    is_wait = models.BooleanField(default=False)

    class Meta:
        verbose_name = verbose_name_plural = "登录失败记录"
        indexes = [
            models.Index(fields=["address", "at"], name="signinfailure_address_at"),
            models.Index(fields=["name_key", "at"], name="signinfailure_name_at"),
        ]


class RecoveryCode(models.Model):
    """A one-time code, link or both. The worker makes the secrets when it sends them; only keyed
    fingerprints are kept. An unknown name leaves a row without account, so that it costs the same.
    """

    purpose = models.CharField("用途", max_length=8, choices=CodePurpose)
    channel = models.CharField("发送方式", max_length=4, choices=Channel)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, verbose_name="账号")
    name_key = models.BinaryField()
    target_key = models.BinaryField()
    target = EncryptedTextField("发往", blank=True, default="")
    code_key = models.BinaryField(null=True, blank=True)
    link_key = models.BinaryField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField("已输次数", default=0)
    address = models.GenericIPAddressField("来源地址", null=True)
    created_at = models.DateTimeField("申请时间", auto_now_add=True)
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    closed_at = models.DateTimeField("失效时间", null=True, blank=True)

    objects = RecoveryCodeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "验证码"
        constraints = [
            CheckConstraint(name="recoverycode_purpose_known", condition=Q(purpose__in=CodePurpose.values)),
            CheckConstraint(name="recoverycode_channel_known", condition=Q(channel__in=Channel.values)),
            CheckConstraint(
                name="recoverycode_secret_has_account",
                condition=Q(code_key=None, link_key=None) | Q(user__isnull=False, sent_at__isnull=False),
            ),
            UniqueConstraint(fields=["link_key"], name="recoverycode_link_unique"),
        ]
        indexes = [
            models.Index(fields=["name_key", "created_at"], name="recoverycode_name_at"),
            models.Index(fields=["target_key", "created_at"], name="recoverycode_target_at"),
            models.Index(fields=["created_at"], name="recoverycode_at"),
        ]


class Notice(models.Model):
    """A word to one person, in the inbox and, if wanted, by mail."""

    recipient = models.ForeignKey(User, models.CASCADE, related_name="notices", verbose_name="收件人")
    title = models.CharField("标题", max_length=100)
    text = models.CharField("内容", max_length=1000, blank=True)
    url = models.CharField("办理页面", max_length=300, blank=True)
    is_unread = models.BooleanField("未读", default=True)
    is_mail_due = models.BooleanField("待发邮件", default=False)
    created_at = models.DateTimeField("时间", auto_now_add=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        constraints = [
            CheckConstraint(
                name="notice_url_is_local",
                condition=Q(url="") | (Q(url__startswith="/") & ~Q(url__startswith="//")),
                violation_error_message="消息的链接只能指向本系统的页面。",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-is_unread", "-id"], name="notice_inbox"),
            models.Index(fields=["id"], condition=Q(is_mail_due=True), name="notice_mail_due"),
        ]


class AuditRecord(models.Model):
    """One line of the audit trail. A database trigger refuses UPDATE, DELETE and TRUNCATE."""

    at = models.DateTimeField("时间", auto_now_add=True)
    request_id = models.CharField("操作编号", max_length=64, db_collation="C")
    user_id = models.BigIntegerField("账号编号", null=True)
    username = models.CharField("账号", max_length=40, blank=True)
    organisation = models.CharField("单位", max_length=100, blank=True)
    action = models.CharField("动作", max_length=40, db_collation="C")
    outcome = models.CharField("结果", max_length=8, choices=Outcome, default=Outcome.DONE)
    object_type = models.CharField("对象类别", max_length=40, blank=True)
    object_id = models.CharField("对象编号", max_length=40, blank=True)
    summary = models.CharField("说明", max_length=300, blank=True)
    detail = models.JSONField("明细", default=dict)
    address = models.GenericIPAddressField("来源地址", null=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        indexes = [
            models.Index(fields=["user_id", "-id"], name="auditrecord_user"),
            models.Index(fields=["object_type", "object_id"], name="auditrecord_object"),
        ]
