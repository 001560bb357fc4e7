"""Images, each stored once."""

from django.db import models


class StoredImage(models.Model):
    """A cleaned image, stored once under its own hash and never overwritten."""

    sha256 = models.CharField(max_length=64, unique=True, db_collation="C")
    size = models.PositiveIntegerField("字节数")
    width = models.PositiveIntegerField("宽")
    height = models.PositiveIntegerField("高")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "影像"

    @property
    def storage_name(self):
        return f"images/{self.sha256[:2]}/{self.sha256}.jpg"


def image_column(label):
    """A column for one stored image; a version may lack it."""
    return models.ForeignKey(
        StoredImage, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label
    )
