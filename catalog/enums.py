"""States and kinds of the catalogue; imports nothing of ours."""

from django.db.models import TextChoices


class CatalogStatus(TextChoices):
    PENDING = "PENDING", "待审核"
    APPROVED = "APPROVED", "已通过"
    REJECTED = "REJECTED", "不通过"
    MERGED = "MERGED", "已合并"
    DISABLED = "DISABLED", "停用"


class ProducerKind(TextChoices):
    DOMESTIC = "DOMESTIC", "境内"
    FOREIGN = "FOREIGN", "境外"


class BrandCategory(TextChoices):
    PASSENGER = "PASSENGER", "乘用车"
    COMMERCIAL = "COMMERCIAL", "商用车"
    BOTH = "BOTH", "乘用车、商用车"
