"""Images, each stored once."""

from django.db import models
from django.db.models import CheckConstraint, F, Q

from filing.enums import ImageFault
from filing.querysets import StoredImageQuerySet


class StoredImage(models.Model):
    """A cleaned image, stored once under its own hash and never overwritten."""

    sha256 = models.CharField(max_length=64, unique=True, db_collation="C")
    size = models.PositiveIntegerField("字节数")
    width = models.PositiveIntegerField("宽")
    height = models.PositiveIntegerField("高")
    sharpness = models.PositiveSmallIntegerField("清晰度", default=100)
    created_at = models.DateTimeField(auto_now_add=True)
    verified_at = models.DateTimeField("核验时间", null=True)
    fault = models.CharField("文件故障", max_length=7, choices=ImageFault, blank=True, default="")

    objects = StoredImageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "影像"
        constraints = [
            CheckConstraint(
                name="storedimage_sharpness_in_range",
                condition=Q(sharpness__lte=100),
                violation_error_message="清晰度须在 0 到 100 之间。",
            ),
            CheckConstraint(
                name="storedimage_fault_known",
                condition=Q(fault__in=["", *ImageFault.values]),
                violation_error_message="文件故障的代码不在列表中。",
            ),
        ]
        indexes = [
            models.Index(F("verified_at").asc(nulls_first=True), "id", name="storedimage_verified"),
            models.Index(fields=["id"], condition=~Q(fault=""), name="storedimage_faulty"),
        ]

    @property
    def storage_name(self):
        return f"images/{self.sha256[:2]}/{self.sha256}.jpg"


def image_column(label):
    """A column for one stored image; a version may lack it."""
    return models.ForeignKey(
        StoredImage, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label
    )
