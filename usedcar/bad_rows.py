"""Refused rows between the check and their mending: kept as typed, and given back as a workbook."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from typing import IO

from autoflow.common.workbooks import CellFault
from usedcar.import_rows import header_key, names_by_header
from usedcar.models import BadRow, ImportBatch, ImportFault
from usedcar.row_keys import key_of
from usedcar.template_workbook import ErrorWorkbook, template_columns

MENDABLE = 200
DAY, FAULT = "day", "fault"
NAMES = tuple(column["identifier"] for column in template_columns())


def packed(names: Sequence[str | None], cells: Sequence[object]) -> str:
    """The cells of a row that hold anything, by column, as text to be encrypted."""
    values = {name: plain(cell) for name, cell in zip(names, cells, strict=False) if name and cell != ""}
    return json.dumps(values, ensure_ascii=False)


def plain(cell: object) -> object:
    match cell:
        case CellFault():
            return {FAULT: cell.name}
        case datetime() | date():
            return {DAY: f"{cell:%Y-%m-%d}"}
        case str() | bool() | int() | float():
            return cell
    return str(cell)


def unpacked(text: str) -> dict[str, object]:
    """The cells again, by column."""
    return {name: cell_of(value) for name, value in json.loads(text).items()}


def cell_of(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return date.fromisoformat(value[DAY]) if DAY in value else CellFault[value[FAULT]]


def keep(batch: ImportBatch, rows: Mapping[int, str]) -> None:
    BadRow.objects.bulk_create(
        BadRow(batch=batch, row_no=number, cells=text) for number, text in rows.items()
    )


def notes_of(faults: Iterable[tuple[int, str, str, str, str]]) -> tuple[list[str], dict[str, str]]:
    """The reasons of a row, and what is wrong by column, without the place that its cell shows anyway."""
    reasons, notes = [], defaultdict(list)
    for number, label, _, _, message in faults:
        reasons.append(message)
        if name := names_by_header().get(header_key(label)):
            notes[name].append(message.removeprefix(f"第{number}行“{label}”：").removeprefix(f"第{number}行"))
    return reasons, {name: "\n".join(texts) for name, texts in notes.items()}


def has_error_file(batch: ImportBatch) -> bool:
    """The bad rows are at hand: few of them in the database, many as a file beside the upload."""
    return batch.bad_rows.exists() or bool(batch.stored_as and batch.bad_count > MENDABLE)


def write_bad_rows(file: IO[bytes], batch: ImportBatch) -> None:
    """The error workbook of the rows that are still bad."""
    faults = defaultdict(list)
    for fault in ImportFault.objects.filter(batch=batch, row_no__in=batch.bad_rows.values("row_no")):
        faults[fault.row_no].append((fault.row_no, fault.column, fault.rule, fault.severity, fault.message))
    with closing(ErrorWorkbook(file, NAMES)) as errors:
        for row in batch.bad_rows.order_by("row_no"):
            cells = unpacked(row.cells)
            in_order = [cells.get(name, "") for name in NAMES]
            errors.add(in_order, *notes_of(faults[row.row_no]), key_of(batch.pk, row.row_no))
