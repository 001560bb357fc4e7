"""The files of stored images: each there and whole, and none that no row names."""

import logging
import re
import time
from datetime import timedelta
from pathlib import PurePosixPath

from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.audit import record
from accounts.enums import Outcome
from filing.images import delete_unnamed, fault_of
from filing.models import StoredImage

VERIFY_EVERY = timedelta(hours=20)
KEEP_UNNAMED = timedelta(hours=24)
AT_ONCE = 200
MOST_LISTED = 100
FOLDERS = [f"images/{number:02x}" for number in range(256)]
OWN_NAME = re.compile(r"([0-9a-f]{64})\.jpg")
logger = logging.getLogger(__name__)


def verify_images(*, seconds: float | None = None) -> tuple[int, int, bool]:
    """Read every file that nobody looked at for a day, for so many seconds at most, and raise the alarm for
    those that are missing or altered: how many were read, how many are faulty, and whether some are left.
    """
    started, before = time.monotonic(), timezone.now() - VERIFY_EVERY
    count, faulty, has_more = 0, [], True
    while has_more and (not count or seconds is None or time.monotonic() - started < seconds):
        rows = list(StoredImage.objects.not_verified_since(before)[:AT_ONCE])
        has_more = len(rows) == AT_ONCE
        for row in rows:
            row.fault, row.verified_at = fault_of(row), timezone.now()
        StoredImage.objects.bulk_update(rows, ["fault", "verified_at"])
        count += len(rows)
        faulty += [row for row in rows if row.fault]
    for row in faulty:
        logger.error("stored image is missing or damaged", extra={"image": row.pk, "fault": row.fault})
    _record("image.verify", count, [row.pk for row in faulty])
    return count, len(faulty), has_more


def _record(action, count, faulty):
    if count:
        outcome = Outcome.REFUSED if faulty else Outcome.DONE
        summary = f"{len(faulty)} 个影像文件缺失或已损坏" if faulty else ""
        detail = {"count": count, "faulty": len(faulty), "images": faulty[:MOST_LISTED]}
        record(action, outcome=outcome, summary=summary, **detail)


def sweep_images() -> int:
    """Delete files that no row names: what an upload left behind when its transaction did not commit."""
    deleted = sum(_sweep_folder(folder) for folder in FOLDERS)
    if deleted:
        record("image.sweep", count=deleted)
    return deleted


def _sweep_folder(folder):
    """Files younger than a day may belong to a transaction under way, and are left."""
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return 0
    start = PurePosixPath(folder).name
    known = set(StoredImage.objects.filter(sha256__startswith=start).values_list("sha256", flat=True))
    deleted = 0
    for name in names:
        match = OWN_NAME.fullmatch(name)
        if (match and match[1] in known) or not _is_old(f"{folder}/{name}"):
            continue
        if match:
            deleted += delete_unnamed(match[1])
        else:  # two uploads of the same picture at once: the second file got another name
            default_storage.delete(f"{folder}/{name}")
            deleted += 1
    return deleted


def _is_old(name):
    try:
        return default_storage.get_modified_time(name) < timezone.now() - KEEP_UNNAMED
    except FileNotFoundError:  # another sweep was faster
        return False
