"""The rows of a large sheet in slices over columns, from its XML, with memory for one slice at a time.

Sheets as Excel, WPS, LibreOffice and openpyxl write them match one strict pattern per cell. Wherever a sheet
does not, it is read on by read_rows, which takes every form and refuses what it must.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from html import unescape
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

import polars as pl

from autoflow.common.workbooks import (
    MAX_COLUMN,
    CellFault,
    opened,
    read_rows,
    sheet_blocks,
    sheet_part,
    unpacked,
)

TAIL = r"(?:</row>[ \t\r\n]*(?:<(?:row(?:[ \t\r\n][^<>]*)?>|/row>)[ \t\r\n]*)*)?$"
# Where each character leaves one way on, and no class is Unicode's, a pattern is matched in half the time.
CELL = (
    r'^r="(?P<letters>[A-Z]{1,2})(?P<row>[1-9][0-9]{0,5})"(?P<attributes>[^<>/]*)(?:/>'
    + TAIL
    + r"|><(?:v>(?P<value>[^<]+)</v></c>"
    + TAIL
    + r'|is><t(?: xml:space="preserve")?>(?P<inline>[^<]*)</t></is></c>'
    + TAIL
    + r"|(?P<formula>f(?s:.*)$)))"
)
FORMULA = r"^f(?:/>| [^<>]*/>|(?: [^<>]*)?>[^<]*</f>)(?:<v>[^<]*</v>|<v ?/>)?</c>" + TAIL
ATTRIBUTES = re.compile(r'(?: s="(?P<style>[0-9]{1,5})")?(?: t="(?P<kind>s|n|b|e|str|inlineStr)")? ?')
PRELUDE = re.compile(r">?\s*(?:<row\b[^<>]*>\s*(?:</row>\s*)?)*")
STRING = (
    r'^(?:<t(?: xml:space="preserve")?>(?P<text>[^<&]*)</t>|<t ?/>)(?:<phoneticPr [^<>]*/>)?'
    r"</si>\s*(?:</sst>\s*)?$"
)
PHONETIC = re.compile(r"<rPh\b.*?</rPh>", re.DOTALL)
TEXTS = re.compile(r"<t(?: [^<>]*)?>([^<]*)</t>")
ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")
ODD: tuple[object, ...] = (CellFault.FORMULA, CellFault.ERROR, True, False)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PLACES = dict(zip([a + b for a in ("", *LETTERS) for b in LETTERS], range(MAX_COLUMN), strict=False))
DATE_FORMATS = frozenset({14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58})
FIGURE_FORMATS = frozenset({*range(14), 37, 38, 39, 40, 48, 49})
FORMAT_NOISE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|;@')
FIRST_SERIAL, SERIAL_OF_1970, LAST_SERIAL = 61, 25_569, 2_958_465
BLOCK_BYTES = 1024 * 1024
LONG = {
    "place": pl.UInt32,
    "column": pl.UInt8,
    "text": pl.String,
    "figure": pl.Float64,
    "day": pl.Date,
    "odd": pl.UInt8,
}


class Unusual(Exception):
    """A form of writing this reader does not take; read_rows goes on from here."""


class SheetSlice:
    """Some rows of a sheet: their numbers in Excel, and one line for each cell that holds anything.

    A cell is text, a figure, a day, or odd: a place in ODD. `expected` is how many rows the sheet seems to
    have, empty ones included, or 0 where nobody counted.
    """

    expected = 0

    def __init__(self, numbers: pl.Series, cells: pl.DataFrame, originals: Sequence[list] | None = None):
        self.numbers, self.cells, self.originals = numbers, cells, originals

    def __len__(self):
        return len(self.numbers)

    def by_column(self) -> Mapping[int, pl.DataFrame]:
        """The cells of each column that holds any, by its place from 0; a copy, not kept."""
        parts = self.cells.partition_by("column", as_dict=True, include_key=False)
        return {place: part for (place,), part in parts.items()}

    def rows(self, places: Sequence[int]) -> list[list[object]]:
        """Whole rows as read_rows gives them; a day has lost its hour."""
        if self.originals is not None:
            return [self.originals[place] for place in places]
        width = (self.cells["column"].max() or 0) + 1
        rows = {place: [""] * width for place in places}
        wanted = self.cells.filter(pl.col("place").is_in(places))
        for place, column, text, figure, day, odd in wanted.iter_rows():
            values = (text, figure, day, None if odd is None else ODD[odd])
            rows[place][column] = next(value for value in values if value is not None)
        return list(rows.values())

    def after(self, number: int) -> "SheetSlice":
        """The rows below one of the first rows."""
        first = int((self.numbers <= number).sum())
        cells = self.cells.filter(pl.col("place") >= first).with_columns(pl.col("place") - first)
        originals = None if self.originals is None else self.originals[first:]
        return SheetSlice(self.numbers[first:], cells, originals)


def slice_of(rows: Iterable[tuple[int, Sequence[object]]]) -> SheetSlice:
    """Rows that were read one by one, as a slice."""
    lines, numbers, originals = [], [], []
    for place, (number, row) in enumerate(rows):
        numbers.append(number)
        originals.append(row)
        lines += [
            (place, column, *kinds_of(cell)) for column, cell in enumerate(row) if cell not in ("", None)
        ]
    cells = pl.DataFrame(lines, schema=LONG, orient="row")
    return SheetSlice(pl.Series(numbers, dtype=pl.UInt32), cells, originals)


def kinds_of(cell: object) -> tuple[str | None, float | None, date | None, int | None]:
    match cell:
        case str():
            return cell, None, None, None
        case bool():
            return None, None, None, ODD.index(cell)
        case int() | float():
            return None, float(cell), None, None
        case datetime():
            return None, None, cell.date(), None
        case date():
            return None, None, cell, None
    return None, None, None, 0  # whatever else it is, its reader decides


def read_slices(
    path: Path, *, max_rows: int = 100_000, header_rows: int = 2, rows: int = 5_000
) -> Iterator[SheetSlice]:
    """The first sheet of a checked workbook, in slices of about so many rows that hold anything."""
    last = 0
    try:
        for part in PlainSheet(path, max_rows + header_rows).slices(rows):
            yield part
            last = part.numbers[-1]
    except Unusual:
        rest = (row for row in read_rows(path, max_rows=max_rows, header_rows=header_rows) if row[0] > last)
        while part := list(islice(rest, rows)):
            yield slice_of(part)


class PlainSheet:
    """The first sheet of a workbook, its shared strings, and which styles show a figure as a day."""

    def __init__(self, path: Path, last_row: int):
        self.path, self.last_row, self.part, self.last_cell = path, last_row, sheet_part(path, None), -1
        with opened(path) as archive:
            names = set(archive.namelist())
            if b"date1904" in archive.read("xl/workbook.xml"):
                raise Unusual
            self.styles = archive.read("xl/styles.xml") if "xl/styles.xml" in names else b""
            self.shared = archive.getinfo("xl/sharedStrings.xml") if "xl/sharedStrings.xml" in names else None
        self.day_styles, self.figure_styles = styles_of(self.styles)
        self.strings = pl.Series(dtype=pl.String)

    def slices(self, rows: int) -> Iterator[SheetSlice]:
        with ThreadPoolExecutor(1) as pool:
            counted = pool.submit(self.count_rows)
            self.strings = self.shared_strings()
            parts, count = [], 0
            for block in self.blocks():
                cells = self.cells_of(block)
                parts.append(cells)
                count += cells["row"].n_unique()
                if count >= rows:
                    yield joined(parts, counted.result())
                    parts, count = [], 0
            if count:
                yield joined(parts, counted.result())

    def blocks(self) -> Iterator[bytes]:
        """Whole rows, so many that they and what is made of them stay in the processor's cache."""
        waiting, size = [], 0
        for tags, block in sheet_blocks(self.path, self.part):
            if tags.prefix:
                raise Unusual
            waiting.append(block)
            size += len(block)
            if size >= BLOCK_BYTES:
                yield b"".join(waiting)
                waiting, size = [], 0
        yield b"".join(waiting)

    def count_rows(self) -> int:
        """How many rows there are, and that no cells are merged, which stands behind them."""
        before, count = b"", 0
        with self.path.open("rb") as source:
            for chunk in unpacked(source, self.part):
                count += chunk.count(b"</row>")
                if b"mergeCell" in before + chunk:
                    raise Unusual
                before = chunk[-16:]
        return count

    def shared_strings(self) -> pl.Series:
        if self.shared is None:
            return pl.Series(dtype=pl.String)
        with self.path.open("rb") as source:
            text = b"".join(unpacked(source, self.shared)).decode()
        items = pl.Series([text]).str.split("<si>").explode().slice(1)
        if "<si/>" in text or "<si " in text:
            raise Unusual
        strings = items.str.extract_groups(STRING)
        is_plain = items.str.contains(STRING)
        strings = strings.struct.field("text").fill_null("")
        other = is_plain.not_().arg_true()
        if len(other):
            strings = strings.scatter(other, pl.Series(list(map(rich_text, items.gather(other)))))
        return decoded(strings)

    def cells_of(self, block: bytes) -> pl.DataFrame:
        """The cells of some whole rows that hold anything."""
        parts = pl.Series([block.decode()], dtype=pl.String).str.split("<c ").explode()
        if not PRELUDE.fullmatch(parts[0]):
            raise Unusual
        found = parts.slice(1).str.extract_groups(CELL).struct.unnest()
        if found["row"].null_count() or not found["formula"].drop_nulls().str.contains(FORMULA).all():
            raise Unusual
        found = found.filter(pl.any_horizontal(pl.col("value", "inline", "formula").is_not_null()))
        column = found["letters"].replace_strict(PLACES, default=None, return_dtype=pl.UInt8)
        row = found["row"].cast(pl.UInt32)
        if len(found):
            self.check_order(row, column)
        return pl.DataFrame({"row": row, "column": column, **self.values_of(found)})

    def forms_of(self, attributes: pl.Series) -> tuple[pl.Series, list[tuple[str, bool | None]]]:
        """The form of each cell, a place among forms: its kind, and whether its style shows a day; None where
        nobody can tell.
        """
        forms = []
        texts = attributes.unique()
        for text in texts:
            match = ATTRIBUTES.fullmatch(text)
            if match is None:
                raise Unusual
            style = match["style"] or "0"
            is_known = style in self.day_styles or style in self.figure_styles
            forms.append((match["kind"] or "n", style in self.day_styles if is_known else None))
        places = pl.int_range(len(texts), dtype=pl.UInt32, eager=True)
        return attributes.replace_strict(texts, places, return_dtype=pl.UInt32), forms

    def check_order(self, row: pl.Series, column: pl.Series) -> None:
        """Cells follow each other; nothing lies below the last row or right of any template."""
        order = row.cast(pl.Int64) * 1000 + column
        if order[0] <= self.last_cell or not (order.diff().slice(1) > 0).all():
            raise Unusual
        if row[-1] > self.last_row or column.null_count():
            raise Unusual
        self.last_cell = order[-1]

    def values_of(self, found: pl.DataFrame) -> dict[str, pl.Series]:
        form, forms = self.forms_of(found["attributes"])

        def of(*kinds: str, days: Iterable[bool | None] = (True, False, None)) -> pl.Expr:
            wanted = [n for n, (kind, is_day) in enumerate(forms) if kind in kinds and is_day in days]
            return pl.col("form").is_in(wanted)

        value, has_formula = pl.col("value"), pl.col("formula").is_not_null()
        values = found.with_columns(form=form).select(
            place=pl.when(of("s")).then(value.cast(pl.UInt32, strict=False)),
            inline=pl.coalesce("inline", pl.when(of("str")).then(value)),
            figure=pl.when(of("n") & ~has_formula).then(value).cast(pl.Float64, strict=False),
            is_day=of("n", days=[True]) & ~has_formula,
            odd=pl.when(has_formula)
            .then(0)
            .when(of("e"))
            .then(1)
            .when(of("b") & (value == "1"))
            .then(2)
            .when(of("b") & (value == "0"))
            .then(3),
            is_known=~of("n", days=[None]) | has_formula,
        )
        if not values["is_known"].all() or (values["place"].max() or 0) >= max(len(self.strings), 1):
            raise Unusual
        return self.checked(values)

    def checked(self, values: pl.DataFrame) -> dict[str, pl.Series]:
        """Each cell came out as exactly one kind of value, and days lie where calendars agree."""
        inline, figure, is_day = values["inline"], values["figure"], values["is_day"]
        text = self.strings.gather(values["place"]) if len(self.strings) else inline
        if inline.null_count() < len(inline):
            texts = inline.drop_nulls().unique()
            known = dict(zip(texts, decoded(pl.Series(list(map(unescape, texts)))), strict=True))
            inline = inline.replace(known)
            text = pl.select(pl.coalesce(pl.lit(inline), pl.lit(text))).to_series()
        serial = values.filter(pl.col("is_day"))["figure"]
        if (
            serial.null_count()
            or not (serial.is_between(FIRST_SERIAL, LAST_SERIAL) & (serial % 1 < 0.99)).all()
        ):
            raise Unusual
        made = pl.DataFrame({"text": text, "figure": figure, "odd": values["odd"], "is_day": is_day}).select(
            "text",
            figure=pl.when(~pl.col("is_day")).then("figure"),
            day=pl.when("is_day").then(
                (pl.col("figure").floor() - SERIAL_OF_1970).cast(pl.Int32, strict=False).cast(pl.Date)
            ),
            odd=pl.col("odd").cast(pl.UInt8),
        )
        has_one = made.select(pl.any_horizontal(pl.all().is_not_null())).to_series().all()
        is_one = sum(len(made) - column.null_count() for column in made) == len(made)
        if not (has_one and is_one and made["figure"].drop_nulls().is_finite().all()):
            raise Unusual
        return {name: made[name] for name in made.columns}


def joined(parts: Sequence[pl.DataFrame], expected: int) -> SheetSlice:
    cells = pl.concat(parts)
    places = cells["row"].rle_id().alias("place")
    made = SheetSlice(cells["row"].unique(maintain_order=True), cells.select(places, pl.exclude("row")))
    made.expected = expected
    return made


def decoded(texts: pl.Series) -> pl.Series:
    """Characters that XML cannot hold are written _x000D_ and the like."""
    return (
        pl.Series(
            [ESCAPED.sub(lambda match: chr(int(match[0][2:6], 16)), text) for text in texts], dtype=pl.String
        )
        if texts.str.contains(ESCAPED.pattern).any()
        else texts
    )


def rich_text(item: str) -> str:
    """The text of a shared string made of parts; readings of characters are none of it."""
    if not item.rstrip().removesuffix("</sst>").rstrip().endswith("</si>"):
        raise Unusual
    return unescape("".join(TEXTS.findall(PHONETIC.sub("", item))))


def styles_of(styles: bytes) -> tuple[frozenset[str], frozenset[str]]:
    """The styles that show a figure as a day, and those that show a plain figure; others are not judged."""
    if not styles:
        return frozenset(), frozenset({"0"})
    try:
        root = ElementTree.fromstring(styles)  # noqa: S314 -- entities are refused
    except ElementTree.ParseError as error:
        raise Unusual from error
    custom = {
        int(one.get("numFmtId", "0")): one.get("formatCode", "")
        for one in root.iterfind("{*}numFmts/{*}numFmt")
    }
    days, figures = set(), set()
    for place, style in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        number = int(style.get("numFmtId", "0"))
        code = FORMAT_NOISE.sub("", custom.get(number, "")).lower()
        if (number in DATE_FORMATS and number not in custom) or re.fullmatch(
            r"(?=.*y)(?=.*d)[ymdhs年月日时分秒:/., -]+", code
        ):
            days.add(str(place))
        elif (number in FIGURE_FORMATS and number not in custom) or (
            code and not re.search(r"[ymdhsbeg年月日时分秒]", code)
        ):
            figures.add(str(place))
    return frozenset(days), frozenset(figures)
