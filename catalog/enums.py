"""States, steps and kinds of the catalogue; imports nothing of ours."""

from django.db.models import TextChoices


class CatalogKind(TextChoices):
    """The kinds of entries, as they stand in addresses."""

    BRAND = "brand", "品牌"
    PRODUCER = "producer", "生产商"
    MODEL = "model", "车型"
    DISPLACEMENT = "displacement", "排量"
    LINK = "link", "品牌与生产商关联"


class CatalogStatus(TextChoices):
    PENDING = "PENDING", "待审核"
    APPROVED = "APPROVED", "已通过"
    REJECTED = "REJECTED", "不通过"
    MERGED = "MERGED", "已合并"
    DISABLED = "DISABLED", "停用"


class CatalogAction(TextChoices):
    """What is done to an entry; REQUEST and LOAD bring it in, RENAME keeps its status, the others move it."""

    REQUEST = "REQUEST", "申请"
    LOAD = "LOAD", "目录导入"
    APPROVE = "APPROVE", "审核通过"
    REJECT = "REJECT", "审核不通过"
    RENAME = "RENAME", "更正名称"
    MERGE = "MERGE", "合并"
    DISABLE = "DISABLE", "停用"


class LoadStatus(TextChoices):
    """A workbook of the national catalogue: looked at first, then written or put aside."""

    UPLOADED = "UPLOADED", "已上传"
    CHECKED = "CHECKED", "待确认导入"
    WRITING = "WRITING", "写入中"
    DONE = "DONE", "已完成"
    FAILED = "FAILED", "失败"
    CANCELLED = "CANCELLED", "已取消"


LOAD_UNFINISHED = (LoadStatus.UPLOADED, LoadStatus.WRITING)


class LoadAction(TextChoices):
    APPLY = "APPLY", "导入"
    CANCEL = "CANCEL", "取消导入"


class ProducerKind(TextChoices):
    DOMESTIC = "DOMESTIC", "境内"
    FOREIGN = "FOREIGN", "境外"


class BrandCategory(TextChoices):
    PASSENGER = "PASSENGER", "乘用车"
    COMMERCIAL = "COMMERCIAL", "商用车"
    BOTH = "BOTH", "乘用车、商用车"
