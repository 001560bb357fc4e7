"""What a person does with an import: upload, commit, cancel."""

import hashlib
import uuid
from contextlib import ExitStack

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.bell import ring
from autoflow.common.errors import BusinessError, ConflictError
from filing.permissions import enterprise_of
from reporting import clock
from usedcar import tasks
from usedcar.enums import ImportAction, ImportStatus
from usedcar.models import BadRow, ImportBatch, StagedTrade
from usedcar.staging import forget
from usedcar.steps import without_numbers
from usedcar.undo import removable

NOTHING_TO_UNDO = "这次导入的交易都已锁定、修改、红冲或删除，没有可撤销的。"
NO_SPACE = "文件没有保存：存储空间不足或暂时不可用，请稍后重试；仍有问题请联系技术支持。"


def upload_import(*, upload: UploadedFile, by: User) -> ImportBatch:
    """Keep the workbook under a name nobody can guess and have it checked; no row without file, nor the
    reverse.
    """
    enterprise = enterprise_of(by)
    require(by, Permission.TRADE_REPORT, enterprise)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    try:
        stored_as = default_storage.save(f"imports/{uuid.uuid4().hex}.xlsx", upload)
    except OSError as error:
        raise BusinessError(NO_SPACE) from error
    with ExitStack() as undo, transaction.atomic():
        undo.callback(default_storage.delete, stored_as)
        batch = ImportBatch.objects.create(
            enterprise=enterprise,
            uploaded_by=by,
            file_name=upload.name[-200:],
            file_sha256=digest.hexdigest(),
            stored_as=stored_as,
        )
        record("usedcar.import-upload", batch, by=by, size=upload.size)
        ring(tasks.check_import, batch.pk)
        undo.pop_all()
    return batch


def locked_import(batch_id: int, by: User) -> ImportBatch:
    visible = ImportBatch.objects.visible_to(by)
    return visible.select_related("enterprise").select_for_update(of=("self",)).get(pk=batch_id)


@transaction.atomic
def commit_import(
    *, batch_id: int, has_read_warnings: bool = False, is_all_or_nothing: bool = False, by: User
) -> ImportBatch:
    """Have the right rows written; pressing twice writes once."""
    batch = locked_import(batch_id, by)
    require(by, Permission.TRADE_REPORT, batch.enterprise)
    if batch.status in (ImportStatus.WRITING, ImportStatus.DONE):
        return batch
    batch.move(ImportAction.WRITE)
    if is_all_or_nothing and batch.bad_count:
        raise BusinessError(f"有 {batch.bad_count} 行有错误，按“全部正确才导入”没有导入任何行。")
    if batch.warned_count and not has_read_warnings:
        raise BusinessError(f"有 {batch.warned_count} 行有警告，请核对后勾选“已核对有警告的行”。")
    if not batch.ready_count:
        raise BusinessError("没有可导入的行，请修改错误行后重新上传。")
    batch.tries, batch.lease_until = 0, None
    batch.save(update_fields=["status", "tries", "lease_until"])
    record("usedcar.import-commit", batch, by=by, ready=batch.ready_count, warned=batch.warned_count)
    ring(tasks.write_import, batch.pk)
    return batch


@transaction.atomic
def cancel_import(*, batch_id: int, by: User) -> ImportBatch:
    """Give an import up before anything was written."""
    batch = locked_import(batch_id, by)
    batch.move(ImportAction.CANCEL)
    batch.finished_at, batch.lease_until = timezone.now(), None
    batch.save(update_fields=["status", "finished_at", "lease_until"])
    forget(batch, StagedTrade, BadRow)
    record("usedcar.import-cancel", batch, by=by)
    return batch


@transaction.atomic
def undo_import(*, batch_id: int, reason: str, by: User) -> ImportBatch:
    """Have every trade of an import taken back that is neither locked nor touched since; asked twice, it is
    done once.
    """
    batch = locked_import(batch_id, by)
    require(by, Permission.TRADE_REPORT, batch.enterprise)
    if batch.status in (ImportStatus.UNDOING, ImportStatus.UNDONE):
        return batch
    batch.move(ImportAction.UNDO)
    count, kept = removable(batch)
    if not count:
        raise ConflictError(NOTHING_TO_UNDO)
    batch.undone_at, batch.undone_by = clock.now(), by
    batch.undo_reason, batch.failure = without_numbers(reason)[:200], ""
    batch.tries, batch.lease_until = 0, None
    names = ("status", "undone_at", "undone_by", "undo_reason", "failure", "tries", "lease_until")
    batch.save(update_fields=names)
    record("usedcar.import-undo", batch, by=by, summary=batch.undo_reason, count=count, **kept)
    ring(tasks.undo_import, batch.pk)
    return batch
