"""The national catalogue: brand → producer → model → displacement."""

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from autoflow.common.codes import choices
from catalog.enums import BrandCategory, CatalogStatus, ProducerKind
from catalog.querysets import BrandQuerySet, ModelQuerySet, ProducerQuerySet


def status_known(name):
    return CheckConstraint(name=name, condition=Q(status__in=CatalogStatus.values))


class Producer(models.Model):
    """A maker of vehicles, by the full name of its business licence, or its official Chinese name abroad."""

    name = models.CharField("生产商名称", max_length=100)
    name_key = models.CharField(max_length=100, unique=True, db_collation="C")
    kind = models.CharField("类别", max_length=8, choices=ProducerKind)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True, db_collation="C")
    country = models.CharField("国家", max_length=2, default="CN")
    status = models.CharField("状态", max_length=8, choices=CatalogStatus, default=CatalogStatus.PENDING)

    objects = ProducerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "生产商"
        constraints = [
            status_known("producer_status_known"),
            UniqueConstraint(
                fields=["uscc"],
                condition=~Q(uscc=""),
                name="producer_uscc_unique",
                violation_error_message="该统一社会信用代码的生产商已存在。",
            ),
        ]

    def __str__(self):
        return self.name


class Brand(models.Model):
    """A brand; it has one or more producers, and a producer has one or more brands."""

    name = models.CharField("品牌名称", max_length=50)
    name_key = models.CharField(max_length=50, unique=True, db_collation="C")
    name_en = models.CharField("英文名", max_length=50, blank=True)
    country = models.CharField("品牌归属国", max_length=2, default="CN")
    category = models.CharField("类别", max_length=10, choices=BrandCategory)
    status = models.CharField("状态", max_length=8, choices=CatalogStatus, default=CatalogStatus.PENDING)
    producers = models.ManyToManyField(Producer, through="BrandProducer", related_name="brands")

    objects = BrandQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "品牌"
        constraints = [status_known("brand_status_known")]

    def __str__(self):
        return self.name


class BrandProducer(models.Model):
    """That a producer makes vehicles of a brand."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    producer = models.ForeignKey(Producer, models.PROTECT)

    class Meta:
        verbose_name = verbose_name_plural = "品牌与生产商"
        constraints = [UniqueConstraint(fields=["brand", "producer"], name="brandproducer_unique")]


class VehicleModel(models.Model):
    """A model of a brand by its standard name, shared by all dealers of the producer; trims are not
    models.
    """

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="models", verbose_name="品牌")
    producer = models.ForeignKey(Producer, models.PROTECT, related_name="models", verbose_name="生产商")
    name = models.CharField("车型名称", max_length=60)
    name_key = models.CharField(max_length=60, db_collation="C")
    report_category = models.CharField("车辆类别", max_length=12, choices=choices("report_vehicle_category"))
    energy_type = models.CharField("能源类型", max_length=6, choices=choices("energy_type"))
    status = models.CharField("状态", max_length=8, choices=CatalogStatus, default=CatalogStatus.PENDING)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="aliases")

    objects = ModelQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "车型"
        constraints = [
            status_known("vehiclemodel_status_known"),
            UniqueConstraint(
                fields=["producer", "brand", "name_key"],
                name="vehiclemodel_unique",
                violation_error_message="该生产商下已有此车型，请直接选用。",
            ),
            CheckConstraint(name="vehiclemodel_not_into_itself", condition=~Q(merged_into=F("pk"))),
        ]

    def __str__(self):
        return f"{self.brand.name} {self.name}"


class Displacement(models.Model):
    """A displacement of a model in litres with one decimal; 0.0 for vehicles without an engine."""

    model = models.ForeignKey(VehicleModel, models.PROTECT, related_name="displacements", verbose_name="车型")
    value = models.DecimalField("排量（升）", max_digits=4, decimal_places=1)

    class Meta:
        verbose_name = verbose_name_plural = "排量"
        ordering = ["value"]
        constraints = [
            UniqueConstraint(
                fields=["model", "value"],
                name="displacement_unique",
                violation_error_message="该车型已有此排量。",
            ),
            CheckConstraint(
                name="displacement_range",
                condition=Q(value__gte=0, value__lte=20),
                violation_error_message="排量单位为升，须在 0.0–20.0 之间。",
            ),
        ]
