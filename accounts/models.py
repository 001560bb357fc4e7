"""Accounts, the divisions and jurisdictions they belong to, and the append-only audit trail."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Lower

from accounts.enums import AUTHORITY_ROLES, ENTERPRISE_ROLES, DivisionLevel, JurisdictionKind, Outcome, Role
from accounts.querysets import AuditQuerySet, DivisionQuerySet
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


class UserManager(BaseUserManager):
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


class SignInFailure(models.Model):
    """A failed sign-in, kept to slow down guessing per name and address without locking anybody out
    elsewhere.
    """

    name_key = models.BinaryField()
    address = models.GenericIPAddressField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "登录失败记录"
        indexes = [models.Index(fields=["address", "at"], name="signinfailure_address_at")]


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
