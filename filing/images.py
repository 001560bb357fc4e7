"""Images are stored once under the hash of their bytes, and checked against it when served."""

import hashlib
import logging

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from autoflow.common.errors import BusinessError
from autoflow.common.images import CleanImage
from filing.models import StoredImage

logger = logging.getLogger(__name__)


class ImageUnavailable(BusinessError):
    """The stored bytes are missing or not the ones that were accepted."""

    status = 503


def store_image(image: CleanImage) -> StoredImage:
    """The row for these bytes; the file is written first, so that no row is without its file."""
    row = StoredImage(sha256=image.sha256, size=len(image.data), width=image.width, height=image.height)
    try:
        if not _is_intact(row):
            default_storage.delete(row.storage_name)
            default_storage.save(row.storage_name, ContentFile(image.data))
    except OSError as error:
        logger.exception("image not stored")
        raise ImageUnavailable("存储空间不足或暂时不可用，图片没有保存，请稍后重试。") from error
    defaults = {"size": row.size, "width": row.width, "height": row.height}
    stored, _ = StoredImage.objects.get_or_create(sha256=row.sha256, defaults=defaults)
    return stored


def read_image(row: StoredImage) -> bytes:
    """The bytes exactly as they were accepted, or a refusal: never another picture."""
    data = _bytes_of(row)
    if hashlib.sha256(data).hexdigest() != row.sha256:
        logger.error("stored image is missing or damaged", extra={"image": row.pk})
        raise ImageUnavailable("影像文件缺失或已损坏，不能显示。请联系技术支持，或由企业重新上传。")
    return data


def _is_intact(row):
    return hashlib.sha256(_bytes_of(row)).hexdigest() == row.sha256


def _bytes_of(row):
    try:
        with default_storage.open(row.storage_name) as source:
            return source.read()
    except FileNotFoundError:
        return b""
