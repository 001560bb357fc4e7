"""Images are stored once under the hash of their bytes, and checked against it when served.

The lock of an image keeps its file from being swept while somebody is about to name it in a row: who stores
shares it to the end of his transaction, the sweep takes it alone.
"""

import hashlib
import logging
import math

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction

from autoflow.common.errors import BusinessError
from autoflow.common.images import CleanImage
from filing.enums import ImageFault
from filing.models import StoredImage

LOCK = "SELECT pg_advisory_xact_lock_shared(%s)"
TRY_LOCK_ALONE = "SELECT pg_try_advisory_xact_lock(%s)"
logger = logging.getLogger(__name__)


class ImageUnavailable(BusinessError):
    """The stored bytes are missing or not the ones that were accepted."""

    status = 503


@transaction.atomic
def store_image(image: CleanImage) -> StoredImage:
    """The row for these bytes; the file is written first, so that no row is without its file."""
    facts = {"width": image.width, "height": image.height, "sharpness": image.sharpness}
    row = StoredImage(sha256=image.sha256, size=len(image.data), **facts)
    _lock(LOCK, row.sha256)
    try:
        if fault_of(row):
            default_storage.delete(row.storage_name)
            default_storage.save(row.storage_name, ContentFile(image.data))
    except OSError as error:
        logger.exception("image not stored")
        raise ImageUnavailable("存储空间不足或暂时不可用，图片没有保存，请稍后重试。") from error
    defaults = {"size": row.size, **facts}
    stored, _ = StoredImage.objects.get_or_create(sha256=row.sha256, defaults=defaults)
    return stored


def read_image(row: StoredImage) -> bytes:
    """The bytes exactly as they were accepted, or a refusal: never another picture."""
    data = _bytes_of(row)
    if hashlib.sha256(data).hexdigest() != row.sha256:
        logger.error("stored image is missing or damaged", extra={"image": row.pk})
        raise ImageUnavailable("影像文件缺失或已损坏，不能显示。请联系技术支持，或由企业重新上传。")
    return data


def fault_of(row: StoredImage) -> str:
    """What is wrong with the file, nothing when it holds the bytes that were accepted."""
    data = _bytes_of(row)
    if hashlib.sha256(data).hexdigest() == row.sha256:
        return ""
    return ImageFault.ALTERED if data else ImageFault.MISSING


@transaction.atomic
def delete_unnamed(sha256: str) -> bool:
    """Delete the file of this hash unless a row names it or somebody is about to."""
    if not _lock(TRY_LOCK_ALONE, sha256) or StoredImage.objects.filter(sha256=sha256).exists():
        return False
    default_storage.delete(StoredImage(sha256=sha256).storage_name)
    return True


def count_faulty() -> float:
    """For the metrics: known faults of stored files; not a number while the database is away."""
    try:
        return StoredImage.objects.faulty().count()
    except DatabaseError:
        return math.nan


def _lock(statement, sha256):
    with connection.cursor() as cursor:
        cursor.execute(statement, [int.from_bytes(bytes.fromhex(sha256[:16]), signed=True)])
        return cursor.fetchone()[0]


def _bytes_of(row):
    try:
        with default_storage.open(row.storage_name) as source:
            return source.read()
    except FileNotFoundError:
        return b""
