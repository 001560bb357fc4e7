"""What a person answers an import: what unknown headers mean, and what bad rows should say."""

from collections.abc import Mapping

import polars as pl
from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.bell import ring
from autoflow.common.errors import BusinessError, ConflictError
from autoflow.common.sheet_slices import slice_of
from usedcar import tasks
from usedcar.bad_rows import NAMES, keep, packed, unpacked
from usedcar.enums import ImportAction, ImportStatus
from usedcar.import_checks import COMPARED, WorkbookChecks
from usedcar.import_rows import columns, required_columns
from usedcar.models import BadRow, ImportBatch, StagedTrade
from usedcar.querysets import AnyOf
from usedcar.services.imports import locked_import
from usedcar.staging import stage, store_faults

ROWS_GONE = "错误行已不再保留，请修改原文件后重新上传。"


@transaction.atomic
def answer_headers(*, batch_id: int, answers: Mapping[str, str], by: User) -> ImportBatch:
    """Say what unknown headers mean, or that they are none of the template; the check goes on."""
    batch = locked_import(batch_id, by)
    require(by, Permission.TRADE_REPORT, batch.enterprise)
    batch.move(ImportAction.ANSWER)
    missing = batch.header_questions["missing"]
    answers = {key: answers.get(key, "") for key, _ in batch.header_questions["unknown"]}
    meant = [name for name in answers.values() if name]
    if twice := next((name for name in meant if meant.count(name) > 1), None):
        raise BusinessError(f"有两列都选了“{columns()[twice].label}”，请只留一列。")
    if not set(meant) <= set(missing):
        raise BusinessError("请从列出的列名中选择。")
    lacking = [name for name in missing if name in required_columns() - set(meant)]
    if lacking:
        labels = "、".join(f"“{columns()[name].label}”" for name in lacking)
        raise BusinessError(f"缺少必填列{labels}，请指明是文件中的哪一列；文件里没有的，请取消后补上再上传。")
    batch.header_answers, batch.lease_until, batch.tries = answers, None, 0
    batch.save(update_fields=["status", "header_answers", "lease_until", "tries"])
    record("usedcar.import-answer", batch, by=by, meant=len(meant))
    ring(tasks.check_import, batch.pk)
    return batch


@transaction.atomic
def mend_rows(*, batch_id: int, typed: Mapping[int, Mapping[str, str]], by: User) -> tuple[int, int]:
    """Put typed cells into bad rows and check these rows again by the functions of the first check; how many
    are right now, and how many are still bad. What was typed is kept either way.
    """
    batch = locked_import(batch_id, by)
    require(by, Permission.TRADE_REPORT, batch.enterprise)
    batch.move(ImportAction.MEND)
    rows = list(batch.bad_rows.filter(row_no__in=typed).order_by("row_no"))
    if not rows:
        return 0, 0
    for row in rows:
        cells = unpacked(row.cells) | typed[row.row_no]
        row.cells = packed(NAMES, in_order(cells))
    right, still_bad = check_again(batch, rows)
    record("usedcar.import-mend", batch, by=by, rows=len(rows), mended=right)
    return right, still_bad


@transaction.atomic
def continue_import(*, batch_id: int, by: User) -> ImportBatch:
    """Open the bad rows of an import that is done as an import of their own, under the same row numbers."""
    batch = locked_import(batch_id, by)
    require(by, Permission.TRADE_REPORT, batch.enterprise)
    numbers = list(batch.bad_rows.values_list("row_no", flat=True))
    if batch.status != ImportStatus.DONE or not numbers:
        raise ConflictError(ROWS_GONE)
    later = ImportBatch.objects.create(
        enterprise=batch.enterprise,
        uploaded_by=by,
        file_name=batch.file_name,
        status=ImportStatus.CHECKED,
        continues=batch,
        **dict.fromkeys(("total_count", "checked_count", "bad_count"), len(numbers)),
    )
    batch.bad_rows.update(batch=later)
    faults = batch.faults.filter(row_no__in=numbers)
    store_faults(later, faults.values_list("row_no", "column", "rule", "severity", "message"))
    record("usedcar.import-continue", later, by=by, continues=batch.pk, rows=len(numbers))
    return later


def check_again(batch: ImportBatch, rows: list[BadRow]) -> tuple[int, int]:
    """The rows against the rules, against the right rows of their file and what is reported."""
    cells = [(row.row_no, in_order(unpacked(row.cells))) for row in rows]
    checks = WorkbookChecks(batch.enterprise, NAMES, timezone.localdate())
    read = checks.sealed(checks.read(slice_of(cells)))
    checks.accepted = staged_alike(batch, read.frame)
    checked = checks.compared(read)
    bad = [rows[place] for place in checked.bad]
    numbers = [row.row_no for row in rows]
    batch.faults.filter(row_no__in=numbers).delete()
    store_faults(batch, checked.faults())
    stage(batch, checked.ready)
    batch.bad_rows.filter(row_no__in=numbers).delete()
    keep(batch, {row.row_no: row.cells for row in bad})
    batch.bad_count -= len(rows) - len(bad)
    names = ("good_count", "known_count", "warned_count")
    for name in names:
        setattr(batch, name, getattr(batch, name) + checks.counts[name])
    batch.save(update_fields=["bad_count", *names])
    return len(rows) - len(bad), len(bad)


def in_order(cells: Mapping[str, object]) -> list[object]:
    return [cells.get(name, "") for name in NAMES]


def staged_alike(batch: ImportBatch, frame: pl.DataFrame) -> pl.DataFrame:
    """The right rows of the file that share an invoice, a vehicle or a seller with these."""
    wanted = frame.select(COMPARED)
    alike = StagedTrade.objects.filter(
        AnyOf("invoice_number", wanted["invoice_number"].to_list())
        | AnyOf("vin", wanted["vin"].to_list())
        | AnyOf("seller_id_key", [key for key in wanted["seller_id_key"] if key]),
        batch=batch,
    )
    rows = alike.order_by("row_no").values_list(*COMPARED[1:])
    plain = [
        (None, *(bytes(value) if isinstance(value, memoryview) else value for value in row)) for row in rows
    ]
    return pl.DataFrame(plain, schema=wanted.schema, orient="row")
