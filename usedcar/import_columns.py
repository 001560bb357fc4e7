"""A slice of a workbook over columns: cells in, normalised values out, many rows at a time.

The readers of import_rows.py alone say how a cell is read: plain values pass as they are, every other
distinct value goes through its reader once.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache

import polars as pl

from usedcar.checks import PARTIES, empty_row
from usedcar.import_rows import (
    CellProblem,
    Column,
    columns,
    is_blank,
    read_number,
    read_phone,
    read_text,
)

SCALES = {"displacement": 1, "price": 2, "original_price": 2, "mileage_km": 0}
DATES = ("first_registered_on", "invoice_date", "traded_on", "original_purchased_on")
PLAIN_TEXT = "^(?:[!-~一-龥·]+(?: [!-~一-龥·]+)*)?$"
PLAIN_NUMBER = "^(?:[A-Z一-龥][0-9A-Z一-龥]*|[0-9]{2}[0-9A-Z]*|[0-9]?)$"
PLAIN_PHONE = "^(?:1[3-9][0-9]{9})?$"
LARGEST_FIGURE = 1e9


def dtype_of(name: str) -> type[pl.DataType]:
    if name in DATES:
        return pl.Date
    if name in SCALES:
        return pl.Float64 if SCALES[name] else pl.Int64
    return pl.Boolean if name == "reverse_invoice" else pl.String


@cache
def schema() -> Mapping[str, type[pl.DataType]]:
    """Every column of the template with its type here; text is never null, the rest is where it is empty."""
    return {name: dtype_of(name) for name in empty_row()}


def frame_of(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Rows that were read one by one, in the types of the columns."""
    return pl.DataFrame(
        {
            name: [float(row[name]) if type(row[name]) is Decimal else row[name] for row in rows]
            for name in schema()
        },
        schema=dict(schema()),
    )


def read_columns(cells: Sequence[Sequence[object]], names: Sequence[str | None]) -> pl.DataFrame:
    """The values of a slice by identifier, and `is_read`: every cell of the row could be read."""
    count, width = len(cells), max(map(len, cells), default=0)
    full = [row if len(row) == width else [*row, *[""] * (width - len(row))] for row in cells]
    by_name = {name: column for name, column in zip(names, zip(*full, strict=True), strict=False) if name}
    frame, unread = {}, pl.repeat(False, count, dtype=pl.Boolean, eager=True)
    for name, empty in empty_row().items():
        column = by_name.get(name, ())
        kinds = set(map(type, column))
        if not kinds or (kinds == {str} and not any(column)):
            frame[name] = pl.repeat(empty, count, dtype=schema()[name], eager=True)
            continue
        frame[name], faulty = read_column(columns()[name], column, kinds)
        if faulty is not None:
            unread |= faulty
    return pl.DataFrame(frame).with_columns(
        *(
            pl.when((pl.col(f"{party}_party_kind") == "PERSON") & (pl.col(f"{party}_nationality") == ""))
            .then(pl.lit("CN"))
            .otherwise(pl.col(f"{party}_nationality"))
            .alias(f"{party}_nationality")
            for party, _ in PARTIES
        ),
        is_read=~unread,
    )


def read_column(column: Column, cells: Sequence[object], kinds: set[type]):
    """The values of a column, and which cells could not be read, if any."""
    if column.identifier in DATES:
        return read_dates(column, cells, kinds)
    if column.identifier in SCALES:
        return read_figures(column, cells, kinds)
    odd = None
    if kinds != {str}:  # a figure or a fault where text belongs
        odd = pl.Series([type(cell) is not str for cell in cells], dtype=pl.Boolean)
        cells = [cell if type(cell) is str else "" for cell in cells]
    values, faulty = read_texts(column, cells)
    return values, faulty if odd is None else odd if faulty is None else odd | faulty


@cache
def plain_pattern(name: str) -> str:
    """Text that the reader of a column hands back as it is; empty where every value needs its reader."""
    plain = {read_text: PLAIN_TEXT, read_number: PLAIN_NUMBER, read_phone: PLAIN_PHONE}
    return plain.get(columns()[name].read, "")


def read_texts(column: Column, cells: Sequence[str]):
    """Plain text stays; every other distinct text goes through the reader of the column once."""
    kind, pattern = schema()[column.identifier], plain_pattern(column.identifier)
    if pattern:
        texts = pl.Series(cells, dtype=pl.String)
        other = texts.filter(~texts.str.contains(pattern)).to_list()
        if not other:
            return texts, None
    else:
        other = cells
    known = {text: read_or_none(column, text) for text in set(other)}
    values = [known.get(cell, cell) for cell in cells]
    if None not in known.values():
        return pl.Series(values, dtype=kind), None
    faulty = [value is None and not is_blank(cell) for value, cell in zip(values, cells, strict=True)]
    values = [empty_row()[column.identifier] if value is None else value for value in values]
    return pl.Series(values, dtype=kind), pl.Series(faulty, dtype=pl.Boolean)


def read_or_none(column: Column, cell: object) -> object:
    """What the reader of the column makes of a cell; None where it refuses it or finds nothing in it."""
    if is_blank(cell):
        return empty_row()[column.identifier]
    try:
        return column.read(cell)
    except CellProblem:
        return None


def read_dates(column: Column, cells: Sequence[object], kinds: set[type]):
    if kinds == {date}:
        return pl.Series(cells, dtype=pl.Date), None
    days = [cell if type(cell) is date else cell.date() if type(cell) is datetime else None for cell in cells]
    return with_others(column, cells, kinds - {date, datetime}, days, pl.Date)


def read_figures(column: Column, cells: Sequence[object], kinds: set[type]):
    """Figures typed as figures, to the decimals of the column; text and the rest through the reader."""
    known = [cell if type(cell) in (float, int) else None for cell in cells]
    raw, faulty = with_others(column, cells, kinds - {float, int}, known, pl.Float64)
    scale, kind = 10.0 ** SCALES[column.identifier], schema()[column.identifier]
    rounded = (raw * scale).round() / scale
    is_exact = ((raw - rounded).abs() < 1e-10) & (raw.abs() < LARGEST_FIGURE)
    faulty = ~is_exact.fill_null(value=True) if faulty is None else faulty | ~is_exact.fill_null(value=True)
    return rounded.cast(kind, strict=False), faulty


def with_others(column: Column, cells, other_kinds: set[type], values: list, kind):
    """Fill in what the reader makes of the cells of other types; "" stays empty."""
    if not other_kinds or (other_kinds == {str} and not any(cell for cell in cells if type(cell) is str)):
        return pl.Series(values, dtype=kind, strict=False), None
    faulty, usual = [False] * len(cells), (date, datetime) if kind == pl.Date else (float, int)
    for place, cell in enumerate(cells):
        if type(cell) in usual or cell == "" or cell is None:
            continue
        value = read_or_none(column, cell)
        faulty[place] = value is None and not is_blank(cell)
        values[place] = float(value) if kind == pl.Float64 and value is not None else value
    return pl.Series(values, dtype=kind, strict=False), pl.Series(faulty, dtype=pl.Boolean)
