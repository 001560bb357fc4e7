"""A table written as a workbook while its rows come: each row is one text, and none is kept.

Data can never become a formula, a link or a number, for every text is written as text.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from xml.sax.saxutils import escape

from django.utils.timezone import is_aware, localtime
from xlsxwriter.utility import xl_col_to_name

LAST_ROW = 1_048_576
MOST_BYTES = 1024**3  # of a sheet; a part of an ordinary zip ends at two of these
LONGEST_TEXT = 32_767
LEVEL = 3  # half the time of the usual 6, and a file a tenth larger
NOTE, HEADER, TEXT, DAY, TIME, FIGURE = range(1, 7)  # places among the cellXfs below
DAY_ZERO, FIRST_SERIAL, DAY_SECONDS = date(1899, 12, 30).toordinal(), 61, 86_400
ODD = re.compile(r"[&<>_\x00-\x1f\ud800-\udfff\ufffe\uffff]|^\s|\s$")
LIKE_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f]")
NO_CHARACTER = re.compile(r"[\ud800-\udfff\ufffe\uffff]")

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SIZE, FACE = '<sz val="11"/>', '<name val="等线"/>'
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy-mm-dd hh:mm:ss"/><numFmt numFmtId="166" formatCode="0.00##"/>'
    f'</numFmts><fonts count="3"><font>{SIZE}{FACE}</font>'
    f'<font><i/>{SIZE}<color rgb="FF555555"/>{FACE}</font><font><b/>{SIZE}{FACE}</font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFDDE6F0"/></patternFill></fill></fills>'
    '<borders count="2"><border/><border><left style="thin"/><right style="thin"/><top style="thin"/>'
    '<bottom style="thin"/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="7"><xf/><xf fontId="1" applyFont="1"/><xf fontId="2" fillId="2" borderId="1"'
    ' applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">'
    '<alignment vertical="center" wrapText="1"/></xf>'
    + "".join(f'<xf numFmtId="{number}" applyNumberFormat="1"/>' for number in (49, 164, 165, 166))
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


def write_table(
    target, *, sheet: str, headers: Sequence[str], rows: Iterable[Iterable], note: str = ""
) -> int:
    """A workbook of one table, written as the rows come; answers how many there were."""
    with open_table(target, sheet=sheet, headers=headers, note=note) as table:
        for values in rows:
            table.append(values)
    return table.count


@contextmanager
def open_table(target, *, sheet: str, headers: Sequence[str], note: str = "") -> Iterator["Table"]:
    """A workbook of one table in a path or a file that can seek."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        table = Table(archive, sheet, headers, note)
        try:
            yield table
            table.close()
        finally:
            table.part.close()


class Table:
    """A table that grows downwards: a note that names user, time and filter, the headers, then rows."""

    def __init__(self, archive: zipfile.ZipFile, name: str, headers: Sequence[str], note: str):
        self.archive, self.name, self.headers, self.note = archive, name, headers, note
        self.letters = [xl_col_to_name(place) for place in range(len(headers))]
        self.count = self.parts = 0
        self.start()

    def start(self) -> None:
        """The next sheet of this name; Excel ends a sheet after 1,048,576 rows."""
        self.parts += 1
        raw = self.archive.open(f"xl/worksheets/sheet{self.parts}.xml", "w")
        self.part = io.BufferedWriter(raw, 1024 * 1024)
        top = 2 if self.note else 1
        self.row = self.size = 0
        self.write(
            f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="{top}"'
            f' topLeftCell="A{top + 1}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            f'<cols><col min="1" max="{len(self.headers)}" width="16.7" style="{TEXT}" customWidth="1"/>'
            "</cols><sheetData>"
        )
        if self.note:
            self.write_row([text_cell("A1", self.note, NOTE)])
        self.write_row(
            [
                text_cell(f"{letter}{top}", text, HEADER)
                for letter, text in zip(self.letters, self.headers, strict=True)
            ]
        )

    def append(self, values: Iterable) -> None:
        if self.row >= LAST_ROW or self.size >= MOST_BYTES:
            self.end()
            self.start()
        number = self.row + 1
        self.write_row(
            [
                CELLS.get(type(value), other_cell)(f"{letter}{number}", value)
                for letter, value in zip(self.letters, values, strict=True)
            ]
        )
        self.count += 1

    def write_row(self, cells: list[str]) -> None:
        self.row += 1
        self.write(f'<row r="{self.row}">{"".join(cells)}</row>')

    def write(self, text: str) -> None:
        self.size += self.part.write(text.encode())

    def end(self) -> None:
        self.write("</sheetData></worksheet>")
        self.part.close()

    def close(self) -> None:
        """What names the sheets and says how their cells look."""
        self.end()
        for path, text in package(self.name, self.parts).items():
            self.archive.writestr(path, text)


def text_cell(place: str, value: str, style: int = TEXT) -> str:
    if not value:
        return ""
    value, space = value[:LONGEST_TEXT], ""
    if ODD.search(value):
        value = NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", LIKE_ESCAPED.sub("_x005F_", value))
        value = escape(UNWRITABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", value))
        space = ' xml:space="preserve"'
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t{space}>{value}</t></is></c>'


def yes_no_cell(place: str, value: bool) -> str:
    return text_cell(place, "是" if value else "否")


def integer_cell(place: str, value: int) -> str:
    return f'<c r="{place}"><v>{value}</v></c>'


def figure_cell(place: str, value: Decimal | float) -> str:
    return f'<c r="{place}" s="{FIGURE}"><v>{value}</v></c>'


def day_cell(place: str, value: date) -> str:
    serial = value.toordinal() - DAY_ZERO
    if serial < FIRST_SERIAL:  # Excel counts a day in 1900 that never was
        return text_cell(place, f"{value:%Y-%m-%d}")
    return f'<c r="{place}" s="{DAY}"><v>{serial}</v></c>'


def time_cell(place: str, value: datetime) -> str:
    moment = localtime(value) if is_aware(value) else value
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1_000_000
    serial = moment.toordinal() - DAY_ZERO + seconds / DAY_SECONDS
    return f'<c r="{place}" s="{TIME}"><v>{serial!r}</v></c>'


CELLS: dict[type, Callable[[str, object], str]] = {
    str: text_cell,
    bool: yes_no_cell,
    int: integer_cell,
    float: figure_cell,
    Decimal: figure_cell,
    datetime: time_cell,
    date: day_cell,
    type(None): lambda place, value: "",
}


def other_cell(place: str, value: object) -> str:
    """A value of a type derived from one of these, or else its text."""
    kind = next((kind for kind in CELLS if isinstance(value, kind)), None)
    return text_cell(place, str(value)) if kind in (str, None) else CELLS[kind](place, value)


def package(name: str, count: int) -> dict[str, str]:
    """The parts of the workbook beside its sheets."""
    numbers = range(1, count + 1)
    names = [name if number == 1 else f"{name}{number}" for number in numbers]
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in zip(numbers, names, strict=True)
    )
    parts = [(f"worksheets/sheet{number}.xml", "worksheet") for number in numbers] + [
        ("styles.xml", "styles")
    ]
    links = "".join(link(number, kind, path) for number, (path, kind) in enumerate(parts, 1))
    kinds = "".join(
        f'<Override PartName="/xl/{path}" ContentType="{KINDS}.{kind}+xml"/>' for path, kind in parts
    )
    return {
        "xl/styles.xml": STYLES,
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{LINKS}">{links}</Relationships>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{LINKS}">{link(1, "officeDocument", "xl/workbook.xml")}'
        "</Relationships>",
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{TYPES}"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KINDS}.sheet.main+xml"/>{kinds}</Types>',
    }


def link(number: int, kind: str, path: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{path}"/>'
