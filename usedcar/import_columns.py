"""A slice of a workbook over columns: cells in, normalised values out, many rows at a time.

The readers of import_rows.py alone say how a cell is read: plain values pass as they are, every other
distinct value goes through its reader once.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache

import polars as pl

from autoflow.common.sheet_slices import SheetSlice
from usedcar.checks import PARTIES, empty_row
from usedcar.import_rows import (
    CellProblem,
    Column,
    columns,
    read_number,
    read_phone,
    read_text,
)

SCALES = {"displacement": 1, "price": 2, "original_price": 2, "mileage_km": 0}
DATES = ("first_registered_on", "invoice_date", "traded_on", "original_purchased_on")
PLAIN_TEXT = "^(?:[!-~一-龥·]+(?: [!-~一-龥·]+)*)?$"
PLAIN_NUMBER = "^(?:[A-Z一-龥][0-9A-Z一-龥]*|[0-9]{2}[0-9A-Z]*|[0-9]?)$"
PLAIN_PHONE = "^(?:1[3-9][0-9]{9})?$"
PLAIN_FIGURE = r"^-?[0-9]{1,9}(?:\.[0-9]{1,10})?$"
ISO_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
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


def read_columns(part: SheetSlice, names: Sequence[str | None]) -> pl.DataFrame:
    """The values of a slice by identifier, and `is_read`: every cell of the row could be read."""
    count, places = len(part), {name: place for place, name in enumerate(names) if name}
    by_place, frame = part.by_column(), {}
    unread = pl.repeat(False, count, dtype=pl.Boolean, eager=True)
    for name, empty in empty_row().items():
        cells = by_place.get(places.get(name, -1))
        if cells is None:
            frame[name] = pl.repeat(empty, count, dtype=schema()[name], eager=True)
            continue
        values, is_read = read_column(columns()[name], cells)
        if is_read is not None and not is_read.all():
            unread = unread.scatter(cells["place"].filter(~is_read), True)
            values = pl.select(pl.when(is_read).then(values)).to_series()
        frame[name] = spread(values, cells["place"], count)
        if schema()[name] == pl.String and frame[name].null_count():
            frame[name] = frame[name].fill_null("")
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


def spread(values: pl.Series, places: pl.Series, count: int) -> pl.Series:
    """The values at their places among so many rows, null where there is none."""
    if len(values) == count:
        return values
    order = pl.repeat(None, count, dtype=pl.UInt32, eager=True)
    return values.gather(order.scatter(places, pl.int_range(len(values), dtype=pl.UInt32, eager=True)))


def read_column(column: Column, cells: pl.DataFrame) -> tuple[pl.Series, pl.Series | None]:
    """The values of the cells of a column, and which of them could be read; None where all could."""
    if column.identifier in DATES:
        return read_dates(cells)
    if column.identifier in SCALES:
        return read_figures(column, cells)
    texts = cells["text"]
    values = read_texts(column, texts.fill_null("") if texts.null_count() else texts)
    if not texts.null_count() and not values.null_count():
        return values, None
    return values, texts.is_not_null() & (values.is_not_null() | (texts.str.strip_chars() == ""))


def read_texts(column: Column, texts: pl.Series) -> pl.Series:
    """Plain text stays; every other distinct text goes through the reader of the column once."""
    kind, pattern = schema()[column.identifier], plain_pattern(column.identifier)
    if not pattern:
        known = {text: read_or_none(column, text) for text in texts.unique()}
        return texts.replace_strict(
            list(known), pl.Series(list(known.values()), dtype=kind), return_dtype=kind
        )
    other = texts.filter(~texts.str.contains(pattern)).unique()
    if not len(other):
        return texts
    read = pl.Series([read_or_none(column, text) for text in other], dtype=kind)
    return texts.replace(other, read)


@cache
def plain_pattern(name: str) -> str:
    """Text that the reader of a column hands back as it is; empty where every value needs its reader."""
    plain = {read_text: PLAIN_TEXT, read_number: PLAIN_NUMBER, read_phone: PLAIN_PHONE}
    return plain.get(columns()[name].read, "")


def read_or_none(column: Column, text: str) -> object:
    """What the reader of the column makes of a text; None where it refuses it."""
    try:
        return column.read(text)
    except CellProblem:
        return None


def read_dates(cells: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Days, and text in the one form that means one day."""
    texts = cells["text"]
    if texts.null_count() == len(texts):
        return cells["day"], cells["day"].is_not_null()
    is_iso = texts.str.contains(ISO_DAY).fill_null(value=False)
    typed = pl.select(pl.when(is_iso).then(texts)).to_series().str.to_date("%Y-%m-%d", strict=False)
    days = pl.select(pl.coalesce(pl.lit(cells["day"]), pl.lit(typed))).to_series()
    return days, days.is_not_null() | (texts == "").fill_null(value=False)


def read_figures(column: Column, cells: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Figures, or text that is nothing but a figure, to the decimals of the column."""
    decimals, texts, figures = SCALES[column.identifier], cells["text"], cells["figure"]
    if texts.null_count() < len(texts):
        typed = pl.when(texts.str.contains(PLAIN_FIGURE)).then(texts).cast(pl.Float64, strict=False)
        figures = pl.select(pl.coalesce(pl.lit(figures), typed)).to_series()
    rounded = figures.round(decimals)
    is_exact = ((figures - rounded).abs() < 1e-10) & (figures.abs() < LARGEST_FIGURE)
    return rounded.cast(schema()[column.identifier], strict=False), is_exact.fill_null(value=False)
