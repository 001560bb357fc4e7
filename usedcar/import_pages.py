"""What the pages of an import show: how far the work is, what came of each row, the grid of bad rows."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count
from django.utils import timezone

from autoflow.common.checks import Severity
from autoflow.common.identifiers import mask_id, mask_phone
from autoflow.common.workbooks import CellFault
from usedcar.bad_rows import NAMES, unpacked
from usedcar.columns import PREFIXES, SECRETS
from usedcar.enums import ImportStatus
from usedcar.import_rows import columns, header_key, names_by_header, required_columns
from usedcar.models import BadRow, ImportBatch
from usedcar.presentation import VEHICLE_COLUMNS, place_in_queue
from usedcar.template_workbook import options_of, template_columns
from usedcar.undo import kept_text, removable

STOPPING = (Severity.ERROR, Severity.ERROR_ESCALATE)
KINDS_SHOWN, ROWS_PREVIEWED, FAULTS_SHOWN = 10, 20, 200
ROWS_A_PAGE = 20
NUMBER_OF_A_PERSON = re.compile(r"(?<![0-9])[1-9]\d{16}[\dXx](?![0-9])")
LONG_NUMBER = re.compile(r"\d{5}")
PLAIN_PARTY_COLUMNS = ("_name", "_uscc")
PREVIEW = ("row_no", "plate_no", "vin", "first_registered_on", "invoice_date", "traded_on", "price")


def progress_of(batch: ImportBatch) -> dict[str, object]:
    """Rows, speed and time left while a check runs; how many wait before it."""
    facts = {"ahead": place_in_queue(batch), "speed": 0, "left": ""}
    if batch.status != ImportStatus.CHECKING or not batch.checked_count or batch.started_at is None:
        return facts
    seconds = max((timezone.now() - batch.started_at).total_seconds(), 0.1)
    speed = batch.checked_count / seconds
    rest = max(batch.total_count - batch.checked_count, 0)
    return facts | {"speed": round(speed), "left": duration_text(rest / speed) if rest else ""}


def duration_text(seconds: float) -> str:
    if seconds < 60:
        return f"{max(round(seconds), 1)} 秒"
    return f"{round(seconds / 60)} 分钟"


def result_of(batch: ImportBatch) -> dict[str, object]:
    """The result of a check by the fate of rows, with the first finding of each kind."""
    faults = batch.faults.exclude(severity=Severity.INFO)
    return {
        "errors": kinds_of(batch, STOPPING),
        "warnings": kinds_of(batch, (Severity.WARN, Severity.WARN_CONFIRM)),
        "known": batch.faults.filter(severity=Severity.INFO).order_by("row_no")[:ROWS_PREVIEWED],
        "preview": batch.staged.order_by("row_no").values(*PREVIEW)[:ROWS_PREVIEWED],
        "faults": faults.order_by("row_no", "id")[:FAULTS_SHOWN],
        "fault_count": faults.count(),
        "shown": FAULTS_SHOWN,
        "mendable": batch.bad_rows.count(),
    }


def kinds_of(batch: ImportBatch, severities) -> list[dict[str, object]]:
    """The commonest kinds of findings: column, how many rows, and the first of them in full."""
    found = batch.faults.filter(severity__in=severities)
    kinds = found.order_by().values("rule", "column").annotate(count=Count("row_no", distinct=True))
    firsts = found.order_by("rule", "column", "row_no", "id").distinct("rule", "column")
    messages = {
        (rule, column): text for rule, column, text in firsts.values_list("rule", "column", "message")
    }
    return [
        kind | {"message": messages[kind["rule"], kind["column"]]}
        for kind in kinds.order_by("-count", "column", "rule")[:KINDS_SHOWN]
    ]


def undo_of(batch: ImportBatch) -> dict[str, object]:
    """What taking the import back would do now, or what it did."""
    if batch.status == ImportStatus.UNDONE:
        return {"kept_text": kept_text(batch.undo_kept), "kept": sum(batch.undo_kept.values())}
    if batch.status != ImportStatus.DONE or not batch.written_count:
        return {}
    count, kept = removable(batch)
    return {"removable": count, "kept_text": kept_text(kept), "kept": sum(kept.values())}


def questions_of(batch: ImportBatch, sent: Mapping[str, str]) -> dict[str, object]:
    """The unknown headers, each with the columns it could be; `sent` is what a refused answer chose."""
    asked = batch.header_questions
    options = [(name, columns()[name].label, name in required_columns()) for name in asked["missing"]]
    questions = [
        {"name": f"column_{place}", "header": header, "chosen": sent.get(f"column_{place}", near)}
        for place, (header, near) in enumerate(asked["unknown"])
    ]
    return {"questions": questions, "options": options}


@dataclass(frozen=True)
class Cell:
    """A cell of a bad row in the browser; what is private is shown masked and typed anew."""

    row_no: int
    identifier: str
    text: str
    mask: str
    message: str

    @property
    def control(self) -> str:
        return f"r{self.row_no}-{self.identifier}"

    @property
    def label(self) -> str:
        return columns()[self.identifier].label

    @property
    def has_list(self) -> bool:
        return self.identifier in list_columns()


def list_columns() -> frozenset[str]:
    return frozenset(one["identifier"] for one in template_columns() if one["cell_format"] == "list")


def cells_of_row(row: BadRow, faults: Mapping[str, list[str]]) -> dict[str, Cell]:
    """Every column of a bad row, by identifier."""
    values = unpacked(row.cells)
    return {name: cell_of(row.row_no, name, values.get(name, ""), faults.get(name, [])) for name in NAMES}


def cell_of(row_no: int, name: str, value: object, messages: list[str]) -> Cell:
    text = shown_text(value)
    if is_private(name, text):
        return Cell(row_no, name, "", masked(name, text), "".join(messages))
    return Cell(row_no, name, text, "", "".join(messages))


def shown_text(value: object) -> str:
    """A cell as it can be typed again."""
    match value:
        case CellFault():
            return ""
        case bool():
            return "是" if value else "否"
        case date():
            return f"{value:%Y-%m-%d}"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
    return str(value)


def is_private(name: str, text: str) -> bool:
    """Numbers, phones and addresses of persons, and whatever looks like one in another column."""
    if not text:
        return False
    slipped = name.startswith(("seller_", "buyer_")) and not name.endswith(PLAIN_PARTY_COLUMNS)
    return (
        name in SECRETS
        or (slipped and bool(LONG_NUMBER.search(text)))
        or bool(NUMBER_OF_A_PERSON.search(text))
    )


def masked(name: str, text: str) -> str:
    if name.endswith("phone"):
        return mask_phone(text)
    return f"{text[:2]}***" if name.endswith("address") else mask_id(text)


def faults_by_row(batch: ImportBatch, numbers) -> dict[int, dict[str, list[str]]]:
    """The messages on some rows by column; those on the whole row stand under an empty name."""
    found = defaultdict(lambda: defaultdict(list))
    for fault in batch.faults.filter(row_no__in=numbers, severity__in=STOPPING).order_by("id"):
        found[fault.row_no][names_by_header().get(header_key(fault.column), "")].append(fault.message)
    return found


def grid_of(batch: ImportBatch, page: int) -> dict[str, object]:
    """A page of bad rows over the columns in which any of them is bad."""
    numbers = list(batch.bad_rows.order_by("row_no").values_list("row_no", flat=True))
    pages = max(-(-len(numbers) // ROWS_A_PAGE), 1)
    page = min(max(page, 1), pages)
    here = numbers[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
    faults = faults_by_row(batch, here)
    bad = {name for by_column in faults.values() for name in by_column}
    names = [name for name in NAMES if name in bad]
    rows = []
    for row in batch.bad_rows.filter(row_no__in=here).order_by("row_no"):
        cells = cells_of_row(row, faults[row.row_no])
        messages = [text for texts in faults[row.row_no].values() for text in texts]
        rows.append(
            {
                "row": row,
                "cells": [cells[name] for name in names],
                "all": cells,
                "messages": messages,
                "errors_id": f"errors-{row.row_no}",
            }
        )
    return {
        "rows": rows,
        "labels": [columns()[name].label for name in names],
        "lists": {name: list(options_of(name).values()) for name in names if name in list_columns()},
        "page": page,
        "pages": range(1, pages + 1) if pages > 1 else (),
        "total": len(numbers),
    }


def row_of(batch: ImportBatch, row_no: int) -> dict[str, object] | None:
    """One bad row with all its columns, or nothing where it was mended meanwhile."""
    try:
        row = batch.bad_rows.get(row_no=row_no)
    except ObjectDoesNotExist:
        return None
    faults = faults_by_row(batch, [row_no])[row_no]
    cells = list(cells_of_row(row, faults).values())
    lists = {cell.identifier: list(options_of(cell.identifier).values()) for cell in cells if cell.has_list}
    return {"row": row, "parts": parts_of(cells), "lists": lists, "whole": faults.get("", [])}


def parts_of(cells: list[Cell]) -> list[tuple[str, list[Cell]]]:
    """The columns of a row as the form groups them."""
    parts = [
        (title, [cell for cell in cells if cell.identifier.startswith(prefix)])
        for prefix, title in PREFIXES.items()
    ]
    rest = [cell for cell in cells if not cell.identifier.startswith(tuple(PREFIXES))]
    vehicle = [cell for cell in rest if cell.identifier in VEHICLE_COLUMNS]
    return [*parts, ("车辆", vehicle), ("交易", [cell for cell in rest if cell not in vehicle])]


CONTROL = re.compile(r"r([1-9]\d{0,6})-([a-z_]+)", re.ASCII)


def typed_cells(batch: ImportBatch, posted: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """What was changed in each row that was sent; a private cell left empty stays as it is."""
    sent = defaultdict(dict)
    for control, text in posted.items():
        found = CONTROL.fullmatch(control)
        if found and found[2] in NAMES:
            sent[int(found[1])][found[2]] = text
    changed = {}
    for row in batch.bad_rows.filter(row_no__in=sent):
        cells = cells_of_row(row, {})
        changed[row.row_no] = {
            name: text for name, text in sent[row.row_no].items() if text != cells[name].text
        }
    return changed
