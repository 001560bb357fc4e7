"""The national catalogue: brand → producer → model → displacement; who asked for what, what was decided."""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from accounts.models import User
from autoflow.common.codes import choices
from autoflow.common.constraints import paired
from autoflow.common.leases import Leased
from autoflow.common.workflow import StateMachine
from catalog.enums import (
    LOAD_UNFINISHED,
    BrandCategory,
    CatalogAction,
    CatalogKind,
    CatalogStatus,
    LoadAction,
    LoadStatus,
    ProducerKind,
)
from catalog.names import model_key, name_key
from catalog.querysets import (
    BrandQuerySet,
    DisplacementQuerySet,
    LinkQuerySet,
    LoadQuerySet,
    ModelQuerySet,
    ProducerQuerySet,
    RequestQuerySet,
)

LIVE = ~Q(status=CatalogStatus.REJECTED)


def status_known(name):
    return CheckConstraint(name=name, condition=Q(status__in=CatalogStatus.values))


def merged_has_target(name):
    """Only what was merged points at another entry, and never at itself."""
    merged = Q(status=CatalogStatus.MERGED, merged_into__isnull=False)
    unmerged = ~Q(status=CatalogStatus.MERGED) & Q(merged_into__isnull=True)
    return CheckConstraint(name=name, condition=(merged & ~Q(merged_into=F("pk"))) | unmerged)


class Entry(StateMachine, models.Model):
    """What every kind of entry shares: requested, then decided once; never deleted."""

    Action = CatalogAction
    TRANSITIONS = {
        CatalogAction.APPROVE: ({CatalogStatus.PENDING}, CatalogStatus.APPROVED),
        CatalogAction.REJECT: ({CatalogStatus.PENDING}, CatalogStatus.REJECTED),
        CatalogAction.MERGE: ({CatalogStatus.APPROVED}, CatalogStatus.MERGED),
        CatalogAction.DISABLE: ({CatalogStatus.APPROVED}, CatalogStatus.DISABLED),
    }

    status = models.CharField("状态", max_length=8, choices=CatalogStatus, default=CatalogStatus.PENDING)
    requested_at = models.DateTimeField("申请时间", null=True, blank=True)
    due_at = models.DateTimeField("审核期限", null=True, blank=True)
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField("原因", max_length=500, blank=True)

    class Meta:
        abstract = True


class NamedEntry(Entry):
    """An entry known by its name; `former_keys` are keys it had before a correction, one a line."""

    former_keys = models.TextField(blank=True, default="", db_collation="C")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="aliases")

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    @property
    def kept(self):
        """The entry figures are counted under: itself, or the one it was merged into."""
        return self.merged_into or self


class Producer(NamedEntry):
    """A maker of vehicles, by the full name of its business licence, or its official Chinese name abroad."""

    KIND = CatalogKind.PRODUCER

    name = models.CharField("生产商名称", max_length=100)
    name_key = models.CharField(max_length=200, db_collation="C")
    kind = models.CharField("类别", max_length=8, choices=ProducerKind)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True, db_collation="C")
    country = models.CharField("国家", max_length=2, default="CN")

    objects = ProducerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "生产商"
        constraints = [
            status_known("producer_status_known"),
            merged_has_target("producer_merged_has_target"),
            CheckConstraint(name="producer_decided_pair", condition=paired("decided_at", "decided_by")),
            UniqueConstraint(
                fields=["name_key"],
                condition=LIVE,
                name="producer_name_unique",
                violation_error_message="目录中已有此生产商，请直接选用。",
            ),
            UniqueConstraint(
                fields=["uscc"],
                condition=LIVE & ~Q(uscc=""),
                name="producer_uscc_unique",
                violation_error_message="该统一社会信用代码的生产商已存在。",
            ),
        ]

    @property
    def key(self):
        return name_key(self.name)


class Brand(NamedEntry):
    """A brand; it has one or more producers, and a producer has one or more brands."""

    KIND = CatalogKind.BRAND

    name = models.CharField("品牌名称", max_length=50)
    name_key = models.CharField(max_length=100, db_collation="C")
    name_en = models.CharField("英文名", max_length=50, blank=True)
    country = models.CharField("品牌归属国", max_length=2, default="CN")
    category = models.CharField("类别", max_length=10, choices=BrandCategory)
    producers = models.ManyToManyField(Producer, through="BrandProducer", related_name="brands")

    objects = BrandQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "品牌"
        constraints = [
            status_known("brand_status_known"),
            merged_has_target("brand_merged_has_target"),
            CheckConstraint(name="brand_decided_pair", condition=paired("decided_at", "decided_by")),
            UniqueConstraint(
                fields=["name_key"],
                condition=LIVE,
                name="brand_name_unique",
                violation_error_message="目录中已有此品牌，请直接选用。",
            ),
        ]

    @property
    def key(self):
        return name_key(self.name)


class BrandProducer(Entry):
    """That a producer makes vehicles of a brand: decided with a brand or producer that is asked for, or by
    itself where both are in the catalogue.
    """

    KIND = CatalogKind.LINK

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="links", verbose_name="品牌")
    producer = models.ForeignKey(Producer, models.PROTECT, related_name="links", verbose_name="生产商")
    status = models.CharField("状态", max_length=8, choices=CatalogStatus, default=CatalogStatus.APPROVED)

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "品牌与生产商"
        constraints = [
            status_known("brandproducer_status_known"),
            CheckConstraint(name="brandproducer_decided_pair", condition=paired("decided_at", "decided_by")),
            UniqueConstraint(
                fields=["brand", "producer"],
                condition=LIVE,
                name="brandproducer_unique",
                violation_error_message="该品牌已关联此生产商，请直接选用。",
            ),
        ]

    def __str__(self):
        return f"{self.brand.name}（{self.producer.name}）"


class VehicleModel(NamedEntry):
    """A model of a brand by its standard name, shared by all dealers of the producer; trims are not
    models.
    """

    KIND = CatalogKind.MODEL

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="models", verbose_name="品牌")
    producer = models.ForeignKey(Producer, models.PROTECT, related_name="models", verbose_name="生产商")
    name = models.CharField("车型名称", max_length=60)
    name_key = models.CharField(max_length=120, db_collation="C")
    report_category = models.CharField("车辆类别", max_length=12, choices=choices("report_vehicle_category"))
    energy_type = models.CharField("能源类型", max_length=6, choices=choices("energy_type"))

    objects = ModelQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "车型"
        constraints = [
            status_known("vehiclemodel_status_known"),
            merged_has_target("vehiclemodel_merged_has_target"),
            CheckConstraint(name="vehiclemodel_decided_pair", condition=paired("decided_at", "decided_by")),
            UniqueConstraint(
                fields=["producer", "brand", "name_key"],
                condition=LIVE,
                name="vehiclemodel_unique",
                violation_error_message="该生产商下已有此车型，请直接选用。",
            ),
        ]

    def __str__(self):
        return f"{self.brand.name} {self.name}"

    @property
    def key(self):
        return model_key(self.name, brand=self.brand.name, producer=self.producer.name)


class Displacement(Entry):
    """A displacement of a model in litres with one decimal; 0.0 for vehicles without an engine."""

    KIND = CatalogKind.DISPLACEMENT

    model = models.ForeignKey(VehicleModel, models.PROTECT, related_name="displacements", verbose_name="车型")
    value = models.DecimalField("排量（升）", max_digits=4, decimal_places=1)

    objects = DisplacementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "排量"
        ordering = ["value"]
        constraints = [
            status_known("displacement_status_known"),
            CheckConstraint(name="displacement_decided_pair", condition=paired("decided_at", "decided_by")),
            UniqueConstraint(
                fields=["model", "value"],
                condition=LIVE,
                name="displacement_unique",
                violation_error_message="该车型已有此排量。",
            ),
            CheckConstraint(
                name="displacement_range",
                condition=Q(value__gte=0, value__lte=20),
                violation_error_message="排量单位为升，须在 0.0–20.0 之间。",
            ),
        ]

    def __str__(self):
        return f"{self.model} {self.value} 升"


ENTRY_MODELS = {model.KIND: model for model in (Brand, Producer, VehicleModel, Displacement, BrandProducer)}
KINDS = tuple(kind.value for kind in ENTRY_MODELS)


def exactly_one_entry(name):
    """A row that speaks of an entry speaks of one."""
    one_each = (Q(**{f"{kind}__isnull": kind != named for kind in KINDS}) for named in KINDS)
    return CheckConstraint(name=name, condition=reduce(or_, one_each))


class AboutEntry(models.Model):
    """A row about one entry of any kind."""

    brand = models.ForeignKey(Brand, models.PROTECT, null=True, blank=True, related_name="%(class)ss")
    producer = models.ForeignKey(Producer, models.PROTECT, null=True, blank=True, related_name="%(class)ss")
    model = models.ForeignKey(VehicleModel, models.PROTECT, null=True, blank=True, related_name="%(class)ss")
    displacement = models.ForeignKey(
        Displacement, models.PROTECT, null=True, blank=True, related_name="%(class)ss"
    )
    link = models.ForeignKey(BrandProducer, models.PROTECT, null=True, blank=True, related_name="%(class)ss")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        abstract = True

    @property
    def entry(self):
        return next(getattr(self, kind) for kind in KINDS if getattr(self, f"{kind}_id") is not None)


class Request(AboutEntry):
    """That an enterprise asked for an entry; a second enterprise asking for the same name joins the first."""

    uscc = models.CharField("统一社会信用代码", max_length=18, db_collation="C")
    organisation = models.CharField("申请企业", max_length=100)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人")
    evidence_url = models.URLField("依据链接", max_length=300, blank=True)
    evidence_note = models.CharField("依据说明", max_length=200, blank=True)
    difference = models.CharField("与相近车型的区别", max_length=200, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "目录申请"
        constraints = [
            exactly_one_entry("request_one_entry"),
            *(
                UniqueConstraint(
                    fields=[kind, "uscc"],
                    name=f"request_once_{kind}",
                    violation_error_message="本企业已经申请过，请勿重复申请。",
                )
                for kind in KINDS
            ),
        ]
        indexes = [models.Index(fields=["uscc", "-id"], name="request_of_enterprise")]


class Event(AboutEntry):
    """A step in the life of an entry; nobody in particular when a command took it."""

    by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="操作人"
    )
    action = models.CharField("动作", max_length=8, choices=CatalogAction)
    from_status = models.CharField(max_length=8, blank=True)
    to_status = models.CharField(max_length=8)
    note = models.CharField("说明", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "目录经过"
        constraints = [exactly_one_entry("event_one_entry")]


class AllowedName(models.Model):
    """A model name that holds a suspicious word and was approved all the same; nobody is asked again."""

    name = models.CharField("名称", max_length=60)
    name_key = models.CharField(max_length=120, unique=True, db_collation="C")
    added_at = models.DateTimeField("加入时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "放行名称"

    def __str__(self):
        return self.name


class CatalogueLoad(StateMachine, Leased):
    """A workbook of the national catalogue, previewed and then written once; the row is the worker's job.

    `result` is what the pages tell of the last look at it: counts, and the first items of each kind.
    """

    Action = LoadAction
    TRANSITIONS = {
        LoadAction.APPLY: ({LoadStatus.CHECKED}, LoadStatus.WRITING),
        LoadAction.CANCEL: ({LoadStatus.UPLOADED, LoadStatus.CHECKED}, LoadStatus.CANCELLED),
    }

    file_name = models.CharField("文件", max_length=200)
    stored_as = models.CharField(max_length=100)
    status = models.CharField("状态", max_length=9, choices=LoadStatus, default=LoadStatus.UPLOADED)
    counts = models.JSONField("结果", default=dict)
    result = models.JSONField("明细", default=dict)
    total_count = models.PositiveIntegerField("总行数", default=0)
    read_count = models.PositiveIntegerField("已核对", default=0)
    failure = models.CharField("失败原因", max_length=300, blank=True)
    with_doubtful = models.BooleanField("存疑项一并写入", default=False)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)
    applied_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    objects = LoadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "目录导入"
        constraints = [
            CheckConstraint(name="catalogueload_status_known", condition=Q(status__in=LoadStatus.values))
        ]

    @property
    def is_unfinished(self):
        return self.status in LOAD_UNFINISHED

    @property
    def problems_stored_as(self):
        """Where all rows to look at lie, beside the upload and as long as it."""
        return f"{self.stored_as}.problems.xlsx"
