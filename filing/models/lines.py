"""The sub-tables of a version: brands sold, brands granted, merchants of a market."""

from django.db import models
from django.db.models import UniqueConstraint

from accounts.models import Division
from autoflow.common.codes import choices
from catalog.models import Brand, Producer
from filing.enums import AuthorizationType, GranteeRole, LineStatus
from filing.models.filings import Filing
from filing.models.images import image_column


class BrandLine(models.Model):
    """A brand with its producer that a dealer sells, with or without the supplier's authorization
    (品牌与生产商).
    """

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="brand_lines")
    brand = models.ForeignKey(Brand, models.PROTECT, verbose_name="品牌")
    producer = models.ForeignKey(Producer, models.PROTECT, verbose_name="生产商")
    authorization_type = models.CharField("授权类型", max_length=12, choices=AuthorizationType)
    supplier_name = models.CharField("供应商名称", max_length=100)
    supplier_uscc = models.CharField("供应商统一社会信用代码", max_length=18, blank=True)
    authorized_from = models.DateField("授权期起", null=True, blank=True)
    authorized_to = models.DateField("授权期止", null=True, blank=True)
    authorization_image = image_column("授权书影像")
    line_status = models.CharField("状态", max_length=6, choices=LineStatus, default=LineStatus.ACTIVE)

    class Meta:
        verbose_name = verbose_name_plural = "品牌与生产商"
        ordering = ["id"]
        constraints = [
            UniqueConstraint(
                fields=["filing", "brand", "producer", "authorization_type", "supplier_name"],
                name="brandline_unique",
                violation_error_message="品牌、生产商、授权类型、供应商相同的行只能有一行。",
            ),
        ]


class AuthorizationLine(models.Model):
    """A brand an OEM or general importer grants to a dealer or repairer (授权情况, A1 and A2 only)."""

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="authorization_lines")
    brand = models.ForeignKey(Brand, models.PROTECT, verbose_name="授权品牌")
    grantee_name = models.CharField("被授权企业名称", max_length=100)
    grantee_uscc = models.CharField("被授权企业统一社会信用代码", max_length=18)
    grantee_role = models.CharField("授权角色", max_length=8, choices=GranteeRole)
    grantee_division = models.ForeignKey(Division, models.PROTECT, verbose_name="所在地区")
    valid_from = models.DateField("授权期起")
    valid_to = models.DateField("授权期止")
    upstream_name = models.CharField("境外授权方", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "授权情况"
        ordering = ["id"]
        constraints = [
            UniqueConstraint(
                fields=["filing", "brand", "grantee_uscc", "grantee_role"],
                name="authorizationline_unique",
                violation_error_message="同一品牌对同一企业的同一授权角色只能有一行。",
            ),
        ]


class Resident(models.Model):
    """A merchant inside a used-car market (入驻商户), for checking who reports which trades."""

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="residents")
    name = models.CharField("名称", max_length=100)
    uscc = models.CharField("统一社会信用代码", max_length=18)
    kind = models.CharField("类型", max_length=2, choices=choices("enterprise_types"))
    since = models.DateField("入驻日期")
    until = models.DateField("退出日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "入驻商户"
        ordering = ["id"]
        constraints = [
            UniqueConstraint(
                fields=["filing", "uscc"],
                name="resident_unique",
                violation_error_message="同一入驻商户只能有一行。",
            ),
        ]
