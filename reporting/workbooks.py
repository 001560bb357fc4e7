"""A report as a workbook: filled in elsewhere, it comes back as what its page would have sent."""

import io
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile

from autoflow.common.errors import BusinessError
from autoflow.common.excel import open_workbook
from autoflow.common.workbooks import CellFault, WorkbookRefused, check_container, read_rows

VERSION = "1"
MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 2000
HEADER_ROWS = 3
SPARE_ROWS = 200
GUIDE, OFFERED = "填写说明", "可填的行"
IDENTITY = ("报表", "报告期", "统一社会信用代码", "文件版本")
FIGURE = re.compile(r"-?\d{1,15}(\.\d+)?", re.ASCII)
BREAKS = re.compile(r"[\t\r\n]+")
DOWNLOAD_AGAIN = "请在本页重新下载后填写。"
UNLOCKED = ("format_columns", "format_rows", "insert_rows", "delete_rows", "sort")
STEPS = (
    "1. 只填白色的格子；灰色的表头、第 2 行和各行名称不要改动。",
    "2. 没有的数量填 0；金额单位为万元，最多两位小数。填数值，不要用公式，不要合并单元格。",
    "3. 填好后保存为 .xlsx，在下载它的同一页面选择文件并点“用文件填入”；文件内容会替换页面上的明细。",
    "4. 填入后页面会标出需要修改的地方，核对无误后再点“上报”。",
)
ADD_ROWS = f"5. 需要增加的行，请从“{OFFERED}”工作表复制名称到空白行；不需要的行整行删除。"


@dataclass(frozen=True)
class Column:
    """A column to fill in."""

    heading: str
    explain: str = ""
    is_text: bool = False


@dataclass(frozen=True)
class Row:
    """A row by its names, with what its cells hold and the control of the page each cell stands for."""

    names: tuple[str, ...]
    texts: tuple[str, ...]
    controls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One sheet. Its rows are those of the page, unless `pasted` names the control that takes rows by their
    names: then rows may be added from `offered`, left out and put in any order.
    """

    title: str
    names: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    pasted: str = ""
    offered: Sequence[tuple[str, ...]] = ()

    @property
    def headings(self):
        return (*self.names, *(column.heading for column in self.columns))


def identity_of(report) -> dict[str, str]:
    """What a workbook must say of itself to be taken for this report."""
    said = (report.form_class.title, str(report.month), report.enterprise.uscc, VERSION)
    return dict(zip(IDENTITY, said, strict=True))


def workbook_of(report, tables: Sequence[Table]) -> bytes:
    """The report as a file: heads and names locked, names as text, figures as figures, guidance behind."""
    buffer = io.BytesIO()
    with open_workbook(buffer, constant_memory=False) as workbook:
        book = workbook.book
        looks = {
            "title": book.add_format({"bold": True, "font_color": "#163C6F", "font_size": 13}),
            "said": book.add_format({"num_format": "@", "font_color": "#555555"}),
            "head": book.add_format({"bold": True, "bg_color": "#DDE6F0", "border": 1, "text_wrap": True}),
            "name": book.add_format({"num_format": "@", "bg_color": "#F2F4F7", "border": 1}),
            "open": book.add_format({"num_format": "@", "border": 1, "locked": False}),
            "cell": book.add_format({"border": 1, "locked": False}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        for table in tables:
            _write_table(book.add_worksheet(table.title), report, table, looks)
        for table in tables:
            if table.pasted:
                _write_offered(book.add_worksheet(OFFERED), table, looks)
        _write_guide(book.add_worksheet(GUIDE), tables, looks)
    return buffer.getvalue()


def _write_table(sheet, report, table, looks):
    sheet.write_string(0, 0, f"{report}　{report.enterprise.name}", looks["title"])
    for place, (name, text) in enumerate(identity_of(report).items()):
        sheet.write_string(1, place * 2, name, looks["said"])
        sheet.write_string(1, place * 2 + 1, text, looks["said"])
    for place, heading in enumerate(table.headings):
        sheet.write_string(2, place, heading, looks["head"])
    sheet.set_row(2, 48)
    sheet.set_column(0, len(table.names) - 1, 18)
    sheet.set_column(len(table.names), len(table.headings) - 1, 12)
    spare = [Row(("",) * len(table.names), ("",) * len(table.columns))] * (SPARE_ROWS if table.pasted else 0)
    for number, row in enumerate([*table.rows, *spare], HEADER_ROWS):
        for place, name in enumerate(row.names):
            sheet.write_string(number, place, name, looks["open" if table.pasted else "name"])
        for place, (column, text) in enumerate(zip(table.columns, row.texts, strict=True), len(row.names)):
            _write_cell(sheet, (number, place), column, text, looks)
    sheet.freeze_panes(HEADER_ROWS, len(table.names))
    sheet.protect("", dict.fromkeys(UNLOCKED, True))


def _write_cell(sheet, place, column, text, looks):
    """A figure as a figure; what is no figure stays the text it is."""
    if not column.is_text and FIGURE.fullmatch(text):
        sheet.write_number(*place, float(text), looks["cell"])
    else:
        sheet.write_string(*place, text, looks["open" if column.is_text else "cell"])


def _write_offered(sheet, table, looks):
    for number, names in enumerate([table.names, *table.offered]):
        for place, name in enumerate(names):
            sheet.write_string(number, place, name, looks["name" if number else "head"])
    sheet.set_column(0, len(table.names) - 1, 22)
    sheet.freeze_panes(1, 0)


def _write_guide(sheet, tables, looks):
    steps = [*STEPS, ADD_ROWS] if any(table.pasted for table in tables) else STEPS
    lines = [(text, "") for text in steps]
    for table in tables:
        lines += [("", ""), (f"“{table.title}”各列", "")]
        lines += [(column.heading, column.explain) for column in table.columns]
    for number, (name, explain) in enumerate(lines):
        sheet.write_string(number, 0, name)
        sheet.write_string(number, 1, explain, looks["wrap"])
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 70)
    sheet.protect()


def posted_from(upload: UploadedFile | None, report, tables: Sequence[Table]) -> dict[str, str]:
    """The controls a filled workbook stands for; a file that does not fit is refused as a whole."""
    if upload is None:
        raise BusinessError("请先选择填好的文件。")
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        try:
            check_container(file.name, max_bytes=MOST_BYTES)
            sheets = [
                (table, dict(read_rows(file.name, table.title, max_rows=MOST_ROWS, header_rows=HEADER_ROWS)))
                for table in tables
            ]
        except WorkbookRefused as error:
            raise BusinessError(error.message) from error
    posted = {}
    for table, rows in sheets:
        _ensure_fits(rows.pop(2, []), report)
        places = _places(rows.pop(3, []), table)
        rows.pop(1, None)
        found = [
            (number, [_text(cells[place]) if place < len(cells) else "" for place in places])
            for number, cells in rows.items()
        ]
        posted |= _as_pasted(table, found) if table.pasted else _as_controls(table, found)
    return posted


def _ensure_fits(cells, report):
    said = dict(zip(*[map(_text, cells)] * 2, strict=False))
    wanted = identity_of(report)
    if not set(IDENTITY) <= said.keys():
        raise BusinessError(f"文件第 2 行没有报表和报告期，不是从本页下载的文件，{DOWNLOAD_AGAIN}")
    for name, what in zip(IDENTITY, ("报表", "报告期", "企业", "文件版本"), strict=True):
        if said[name] != wanted[name]:
            raise BusinessError(
                f"文件与本报表的{what}不符：文件是“{said[name]}”，这里是“{wanted[name]}”。{DOWNLOAD_AGAIN}"
            )


def _places(cells, table) -> list[int]:
    """Where each heading of the table stands; every heading of the file must be one of them."""
    headings = [_text(cell) for cell in cells]
    missing = [heading for heading in table.headings if heading not in headings]
    strange = [heading for heading in headings if heading and heading not in table.headings]
    if missing or strange or len(set(filter(None, headings))) < len(list(filter(None, headings))):
        parts = [f"缺少“{'”“'.join(missing)}”"] if missing else []
        parts += [f"多出“{'”“'.join(strange)}”"] if strange else []
        told = "，".join(parts) or "有重复的列名"
        raise BusinessError(f"“{table.title}”的列与本报表不符：{told}。{DOWNLOAD_AGAIN}")
    return [headings.index(heading) for heading in table.headings]


def _as_controls(table, found: Iterable) -> dict[str, str]:
    """Rows of the page by their names; one too few, too many or twice and the file does not fit."""
    controls, width = {row.names: row.controls for row in table.rows}, len(table.names)
    posted, seen = {}, set()
    for number, texts in found:
        names = tuple(texts[:width])
        if not any(texts):
            continue
        if names not in controls or names in seen:
            told = f"第{number}行“{'　'.join(names)}”不是本报表的行，或出现了两次"
            raise BusinessError(f"“{table.title}”{told}。{DOWNLOAD_AGAIN}")
        seen.add(names)
        posted |= zip(controls[names], texts[width:], strict=True)
    if missing := [names for names in controls if names not in seen]:
        raise BusinessError(f"“{table.title}”缺少“{'　'.join(missing[0])}”一行。{DOWNLOAD_AGAIN}")
    return posted


def _as_pasted(table, found) -> dict[str, str]:
    rows = [table.headings, *(texts for _, texts in found if any(texts))]
    return {table.pasted: "\n".join("\t".join(texts) for texts in rows)}


def _text(cell) -> str:
    """A cell as one would type it; a figure with the fifteen digits Excel shows."""
    if isinstance(cell, CellFault):
        return f"（{cell.value}）"
    if isinstance(cell, float):
        return f"{Decimal(f'{cell:.15g}'):f}"
    return BREAKS.sub(" ", str(cell)).strip()


def figures_table(title: str, form) -> Table:
    """The sheet of a form of figures: a row each, with its unit and what it means."""
    return Table(
        title=title,
        names=("指标", "单位", "指标解释"),
        columns=(Column("数值"),),
        rows=[
            Row(
                names=tuple(
                    BREAKS.sub(" ", text).strip()
                    for text in (control.label, _said(control, "unit"), _said(control, "explain"))
                ),
                texts=(str(control.value() if control.value() is not None else ""),),
                controls=(control.html_name,),
            )
            for control in form
        ],
    )


def _said(control, name):
    return getattr(control.field, name, "")
