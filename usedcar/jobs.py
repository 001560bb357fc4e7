"""What the worker does with an uploaded workbook: claim it, check it, write it, pick up what was left
lying.
"""

import logging
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from copy import copy
from datetime import timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from shutil import copyfileobj

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Max, Min
from django.utils import timezone

from accounts.audit import record
from autoflow.common.checks import Severity
from autoflow.common.leases import LEASE, MAX_TRIES, LeaseLost, hold, release, unheld
from autoflow.common.sheet_slices import read_slices, slice_of
from autoflow.common.workbooks import WorkbookRefused, check_container
from filing.models import Enterprise
from usedcar.bad_rows import MENDABLE, keep, notes_of, packed
from usedcar.enums import UNFINISHED, ImportAction, ImportStatus
from usedcar.import_checks import CheckedRows, WorkbookChecks, faults_of, label_of, read_header
from usedcar.import_rows import Header
from usedcar.models import BadRow, ImportBatch, ImportFault, StagedTrade
from usedcar.permissions import reason_not_to_report
from usedcar.row_keys import continued_import, key_of
from usedcar.staging import forget, stage, store_faults, write_trades
from usedcar.steps import use_releases
from usedcar.template_workbook import ErrorWorkbook
from usedcar.undo import kept_text, removable, remove

SLICE_ROWS = 5_000
PART_ROWS, WRITERS = 10_000, 2
KNOWN_NAMED = 200
KEEP_FILES = timedelta(hours=24)
KEEP_UNCONFIRMED = timedelta(days=7)
CLAIMABLE = {
    ImportAction.CHECK: (ImportStatus.UPLOADED, ImportStatus.CHECKING),
    ImportAction.WRITE: (ImportStatus.WRITING,),
    ImportAction.UNDO: (ImportStatus.UNDOING,),
}
COUNTS = ("total_count", "checked_count", "good_count", "warned_count", "bad_count", "known_count")
NOT_UNDONE = "系统多次处理未能完成撤销，没有撤销任何交易，请稍后再试；仍有问题请联系技术支持。"
GIVEN_UP = "系统多次处理未能完成，已停止。请检查文件后重新上传；仍有问题请联系技术支持。"
FILE_GONE = "上传的文件已不存在，请重新上传。"
STAGED_LOST = "校验后的数据已不完整，不能继续导入，请重新上传。"
NOT_WRITTEN = "导入未能完成，系统撤回"
KEPT_OF_FAILED = "已写入的行都已撤回，只保留 {}，请在交易列表中核对。"
NO_ROWS = "文件中没有数据，请从第 3 行起填写后再上传。"
NOBODY = {"undone_at": None, "undone_by_id": None, "undo_reason": ""}
logger = logging.getLogger(__name__)


@transaction.atomic
def claim(batch_id: int, action: ImportAction) -> ImportBatch | None:
    """Take a batch nobody works on; what an earlier try left is deleted in the same transaction."""
    now = timezone.now()
    waiting = unheld(ImportBatch.objects.filter(pk=batch_id, status__in=CLAIMABLE[action]))
    batch = waiting.select_for_update(skip_locked=True).first()
    if batch is None:
        return None
    if batch.tries >= MAX_TRIES:
        give_up(batch)
        return None
    batch.move(action)
    batch.lease_token, batch.tries, batch.lease_until = batch.lease_token + 1, batch.tries + 1, now + LEASE
    batch.started_at = now
    changed = ["status", "lease_token", "tries", "lease_until", "started_at"]
    if action == ImportAction.CHECK:
        forget(batch, StagedTrade, ImportFault, BadRow)
        for name in COUNTS:
            setattr(batch, name, 0)
        changed += COUNTS
    batch.save(update_fields=changed)
    return batch


@transaction.atomic
def fail(batch: ImportBatch, reason: str) -> None:
    """End a batch that cannot be imported, with the reason its page shows; parts of it that were written
    are taken back.
    """
    kept = {}
    if batch.written_count:
        Enterprise.objects.select_for_update(no_key=True).get(pk=batch.enterprise_id)
        remove(batch, by=batch.uploaded_by, reason=NOT_WRITTEN)
        _, kept = removable(batch)
        reason += KEPT_OF_FAILED.format(kept_text(kept)) if kept else ""
    limit = ImportBatch._meta.get_field("failure").max_length
    failure = reason if len(reason) <= limit else f"{reason[: limit - 1]}…"
    ended = {"finished_at": timezone.now(), "lease_until": None, "written_count": sum(kept.values())}
    hold(batch, status=ImportStatus.FAILED, failure=failure, **ended)
    forget(batch, StagedTrade, ImportFault, BadRow)
    record("usedcar.import-fail", batch, by=batch.uploaded_by)


def give_up(batch: ImportBatch) -> None:
    """No further try: a check or a write ends in failure, the trades of an undo stay reported."""
    if batch.status != ImportStatus.UNDOING:
        fail(batch, GIVEN_UP)
        return
    hold(batch, status=ImportStatus.DONE, failure=NOT_UNDONE, lease_until=None, tries=0, **NOBODY)
    record("usedcar.import-undo-fail", batch, by=batch.uploaded_by)


@contextmanager
def at_work(batch: ImportBatch):
    """What a refused file, a lost lease and a fault mean for the batch; after a fault the sweeper tries
    again.
    """
    try:
        yield
    except WorkbookRefused as refusal:
        fail(batch, refusal.message)
    except FileNotFoundError:
        fail(batch, FILE_GONE)
    except LeaseLost:
        logger.info("import lease lost", extra={"batch": batch.pk})
    except BaseException:
        with suppress(DatabaseError, LeaseLost):
            release(batch)
        raise


def check_batch(*, batch_id: int) -> None:
    """Check every row of an uploaded workbook; the right ones wait in the staging table."""
    batch = claim(batch_id, ImportAction.CHECK)
    if batch is None:
        return
    with at_work(batch), tempfile.TemporaryDirectory() as folder:
        path, errors_path = Path(folder, "upload.xlsx"), Path(folder, "errors.xlsx")
        with default_storage.open(batch.stored_as) as stored, path.open("wb") as copy:
            copyfileobj(stored, copy)
        check_container(path, max_bytes=settings.IMPORT_MAX_BYTES)
        parts = read_slices(path, max_rows=settings.IMPORT_MAX_ROWS, rows=SLICE_ROWS)
        first = next(parts, slice_of([]))
        header, header_row, key_place = read_header(first, batch.header_answers)
        if header.has_questions:
            ask(batch, header)
            return
        keys = () if key_place is None else first.by_column()[key_place]["text"]
        hold(
            batch,
            total_count=max(first.expected - header_row, 0),
            header_notes=header.notes,
            continues_id=continued_import(batch, keys),
        )
        data = chain([first.after(header_row)], parts)
        del first
        checks, bad_rows = WorkbookChecks(batch.enterprise, header.names, timezone.localdate()), {}
        with closing(ErrorWorkbook(str(errors_path), checks.names)) as errors, ThreadPoolExecutor(1) as aside:
            read = ahead(map(checks.read, ahead(filter(len, data))))
            for checked in map(checks.compared, ahead(map(checks.sealed, read))):
                written = aside.submit(write_errors, batch, errors, checked, bad_rows)
                save_slice(batch, checks, checked)
                written.result()
        if not checks.counts["checked_count"]:
            raise WorkbookRefused(NO_ROWS)
        if checks.counts["bad_count"] > MENDABLE:
            store_errors(batch, errors_path)
            bad_rows = {}
        finish_check(batch, bad_rows)


@transaction.atomic
def ask(batch: ImportBatch, header: Header) -> None:
    """The check waits until somebody says what the unknown headers mean."""
    questions = {"unknown": list(header.unknown.items()), "missing": header.missing}
    hold(batch, status=ImportStatus.ASKING, header_questions=questions, lease_until=None, tries=0)
    record("usedcar.import-ask", batch, by=batch.uploaded_by, unknown=len(header.unknown))


def ahead(parts: Iterator) -> Iterator:
    """Each part is made in a thread while the one before it is worked on."""
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(next, parts, None)
        while (part := following.result()) is not None:
            following = pool.submit(next, parts, None)
            yield part


@transaction.atomic
def save_slice(batch: ImportBatch, checks: WorkbookChecks, checked: CheckedRows) -> None:
    """The rows of a slice and the progress they mean, together or not at all."""
    with (
        connection.cursor() as cursor
    ):  # a crash of the database loses the end of a check, which is done anew
        cursor.execute("SET LOCAL synchronous_commit = off")
    total = batch.total_count and max(batch.total_count, checks.counts["checked_count"])
    hold(batch, total_count=total, **checks.counts)
    stage(batch, checked.ready)
    store_faults(batch, checked.faults())
    store_faults(batch, known_rows(checked, named_before=checks.counts["known_count"] - len(checked.known)))


def known_rows(checked: CheckedRows, *, named_before: int) -> Iterator[tuple[int, str, str, str, str]]:
    """The first rows of a file whose invoice the enterprise reported before, for the result page."""
    for place in sorted(checked.known - set(checked.bad))[: max(KNOWN_NAMED - named_before, 0)]:
        number = checked.part.numbers[place]
        message = f"第{number}行：该发票本企业已上报，不再导入。"
        yield number, label_of("invoice_number"), "T-051", Severity.INFO, message


def write_errors(
    batch: ImportBatch, errors: ErrorWorkbook, checked: CheckedRows, bad_rows: dict[int, str]
) -> None:
    """The bad rows go to the error workbook; as long as they are few they are kept for the browser too."""
    bad = checked.bad
    for place, cells in zip(bad, checked.part.rows(bad), strict=True):
        number = checked.part.numbers[place]
        reasons, notes = notes_of(faults_of(number, checked.findings[place]))
        errors.add(cells, reasons, notes, key_of(batch.pk, number))
        if len(bad_rows) < MENDABLE:
            bad_rows[number] = packed(errors.names, cells)


def store_errors(batch: ImportBatch, path: Path) -> None:
    """Keep the bad rows beside the upload, replacing those of an earlier try."""
    default_storage.delete(batch.errors_stored_as)
    with path.open("rb") as source:
        default_storage.save(batch.errors_stored_as, File(source))


@transaction.atomic
def finish_check(batch: ImportBatch, bad_rows: Mapping[int, str]) -> None:
    keep(batch, bad_rows)
    total = batch.checked_count
    hold(batch, status=ImportStatus.CHECKED, total_count=total, lease_until=None, tries=0)
    record(
        "usedcar.import-check", batch, by=batch.uploaded_by, **{name: getattr(batch, name) for name in COUNTS}
    )


def write_batch(*, batch_id: int) -> None:
    """Turn the staged rows of a batch into trades, once."""
    batch = claim(batch_id, ImportAction.WRITE)
    if batch is not None:
        with at_work(batch):
            write_staged(batch)


@transaction.atomic
def write_staged(batch: ImportBatch) -> None:
    """Staged rows become trades part by part, each committed with what it leaves staged, so that a later try
    goes on where an earlier one ended.

    The enterprise stays locked to the end: T-005 is asked again under its lock, and nobody changes a trade
    of an import that is being written.
    """
    with connection.cursor() as cursor:  # other connections write while this one keeps the lock
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '15min'")
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=batch.enterprise_id)
    if reason := reason_not_to_report(enterprise):
        fail(batch, reason)
        return
    if batch.staged.count() + batch.written_count != batch.ready_count:
        fail(batch, STAGED_LOST)
        return
    write_parts(batch)
    finish_write(batch)


def write_parts(batch: ImportBatch) -> None:
    """A small import is one part and stays whole; of a large one two parts are written at a time."""
    rows = batch.staged.aggregate(first=Min("row_no"), last=Max("row_no"))
    starts = range(rows["first"], rows["last"] + 1, PART_ROWS) if rows["first"] else ()
    if len(starts) < 2:
        for start in starts:
            write_part(batch, start)
        return
    with ThreadPoolExecutor(WRITERS) as writers:
        try:
            list(writers.map(partial(write_aside, batch), starts))
        except BaseException:
            writers.shutdown(cancel_futures=True)
            raise


def write_aside(batch: ImportBatch, start: int) -> None:
    """A part by a connection of its own."""
    try:
        write_part(copy(batch), start)
    finally:
        connection.close()


@transaction.atomic
def write_part(batch: ImportBatch, start: int) -> None:
    """The lease is asked for last: held for the whole part, it would let no other part be written beside."""
    written = write_trades(batch, range(start, start + PART_ROWS))
    hold(batch, written_count=F("written_count") + written)


def finish_write(batch: ImportBatch) -> None:
    """What is still staged was reported since the check."""
    use_releases(batch.enterprise_id, batch.trades.all())
    hold(
        batch,
        status=ImportStatus.DONE,
        finished_at=timezone.now(),
        lease_until=None,
        known_count=F("known_count") + batch.staged.count(),
    )
    forget(batch, StagedTrade)
    batch.refresh_from_db(fields=["written_count", "known_count"])
    counts = {"written_count": batch.written_count, "known_count": batch.known_count}
    record("usedcar.import-done", batch, by=batch.uploaded_by, **counts)


def undo_batch(*, batch_id: int) -> None:
    """Take the trades of a batch back, once."""
    batch = claim(batch_id, ImportAction.UNDO)
    if batch is not None:
        with at_work(batch):
            undo_written(batch)


@transaction.atomic
def undo_written(batch: ImportBatch) -> None:
    """The trades leave, their history and the UNDONE mark commit together; no trade changes meanwhile."""
    hold(batch)
    Enterprise.objects.select_for_update(no_key=True).get(pk=batch.enterprise_id)
    _, kept = removable(batch)
    undone = remove(batch, by=batch.undone_by, reason=batch.undo_reason)
    hold(batch, status=ImportStatus.UNDONE, lease_until=None, undone_count=undone, undo_kept=kept)
    record("usedcar.import-undone", batch, by=batch.undone_by, undone=undone, **kept)


def sweep() -> list[tuple[int, str]]:
    """Tidy up, and name the batches whose work must be rung for again."""
    now = timezone.now()
    cancel_unconfirmed(now - KEEP_UNCONFIRMED)
    delete_files(now - KEEP_FILES)
    return list(unheld(ImportBatch.objects.filter(status__in=UNFINISHED)).values_list("pk", "status"))


def cancel_unconfirmed(before) -> None:
    """Checked rows hold personal data and are not kept for somebody who does not come back."""
    waiting = (ImportStatus.ASKING, ImportStatus.CHECKED)
    for batch in ImportBatch.objects.filter(status__in=waiting, uploaded_at__lt=before)[:100]:
        with transaction.atomic(), suppress(LeaseLost):
            hold(batch, status=ImportStatus.CANCELLED, finished_at=timezone.now(), lease_until=None)
            forget(batch, StagedTrade, BadRow)
            record("usedcar.import-expire", batch)


def delete_files(before) -> None:
    """Uploads are kept for a day after the batch ended, for the download of bad rows."""
    BadRow.objects.filter(batch__finished_at__lt=before).delete()
    ended = ImportBatch.objects.filter(finished_at__lt=before).exclude(stored_as="")[:100]
    for batch in ended:
        default_storage.delete(batch.stored_as)
        default_storage.delete(batch.errors_stored_as)
        ImportBatch.objects.filter(pk=batch.pk).update(stored_as="")
