"""The workbook users fill in, and the same sheet again with the rows that were refused."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from itertools import zip_longest
from operator import itemgetter
from types import MappingProxyType
from typing import IO

import xlsxwriter
from django.utils import timezone
from xlsxwriter.utility import xl_col_to_name

from autoflow.common.codes import choices, code_list, code_of, division_paths, read_table
from autoflow.common.workbooks import CellFault
from usedcar.import_rows import LISTS, TEMPLATE_VERSION
from usedcar.synthetic import Reporter, trade_rows

SHEET, GUIDE, LISTS_SHEET = "二手车交易", "填写说明", "码表"
REASONS, ROW_KEY = "错误原因", "行标识"
HEADER_ROWS = 2
MAX_NOTES = 5_000
LAST_ROW = 100_000 + HEADER_ROWS
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
NUMBER_FORMATS = {"date": "yyyy-mm-dd", "decimal1": "0.0", "decimal2": "0.00", "int": "0"}
KINDS = {
    "list": "从下拉列表选择",
    "text": "文本",
    "date": "日期，如 2025-03-31",
    "decimal1": "数字，最多 1 位小数",
    "decimal2": "数字，最多 2 位小数，单位元",
    "int": "整数",
}
UNLOCKED = (
    "format_cells",
    "format_columns",
    "format_rows",
    "insert_rows",
    "delete_rows",
    "sort",
    "autofilter",
)
STEPS = (
    "1. 在“二手车交易”工作表从第 3 行起填写，每行一笔交易；标 * 的列必填，不用的列留空。",
    "2. 从其他表格复制时，请用“选择性粘贴—数值”，以保留本模板的文本格式和下拉列表。",
    "3. 证件号码、车辆识别代号、发票号码、车牌照号等均为文本列；显示为 1.1E+17 的号码已失真，须重填。",
    "4. 日期填 2025-03-31 的形式；金额单位为元，里程单位为公里，都不要带千分位和单位。",
    "5. 列的先后可以调整，第 2 行的列名不能改；不要使用公式和合并单元格。",
    "6. 保存为 .xlsx 后在“批量导入”页面上传；有错的行会单独返回，改好后可直接再次上传。",
)
EXAMPLE = "示例（列的次序与“二手车交易”工作表相同；人员、车辆和发票均为虚构，请勿导入）"
TITLE = f"二手车交易信息导入模板（版本 {TEMPLATE_VERSION}）：第 2 行为列名，带 * 必填；第 3 行起填写数据。"


@cache
def template_columns() -> tuple[Mapping[str, str], ...]:
    return read_table("import_template_columns")


def list_name(identifier: str) -> str:
    """The code list behind a drop-down; the two parties share theirs."""
    bare = identifier.removeprefix("seller_").removeprefix("buyer_")
    return "yes_no" if bare == "reverse_invoice" else LISTS.get(bare, bare)


@cache
def options_of(identifier: str) -> Mapping[str, str]:
    """What a drop-down offers, by code: the words of the template, or the names of the code list."""
    column = next(column for column in template_columns() if column["identifier"] == identifier)
    name = list_name(identifier)
    if "," in column["dropdown"]:
        return {code_of(name, text): text for text in column["dropdown"].split(",")}
    return dict(choices(name))


def cells_of(row: Mapping[str, object]) -> list[object]:
    """A normalised row as a person would type it, in the order of the template."""
    return [cell_of(column, row.get(column["identifier"])) for column in template_columns()]


def cell_of(column: Mapping[str, str], value: object) -> object:
    if value in ("", None):
        return ""
    if column["cell_format"] != "list":
        return value
    code = str(int(value)) if isinstance(value, bool) else value
    name = column["identifier"]
    return options_of(name).get(code) or code_list(list_name(name))[code]


def example_row(today: date) -> dict[str, object]:
    """A row that imports cleanly, of a trade that never was."""
    reporter = Reporter("", "", "330106")
    rows = trade_rows(40, days=[today - timedelta(days=30)], reporter=reporter)
    return next(
        row
        for row in rows
        if row["trade_type"] == "DIRECT"
        and row["transfer_type"] == "SAME_CITY"
        and row["seller_party_kind"] == "PERSON"
    )


def template_workbook() -> bytes:
    """The template as a file: protected head, typed columns, drop-downs, guidance and code lists."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {**OPTIONS, "in_memory": True}) as book:
        sheet, guide, lists = (book.add_worksheet(name) for name in (SHEET, GUIDE, LISTS_SHEET))
        places = write_lists(book, lists)
        write_head(book, sheet, [column["header_zh"] for column in template_columns()])
        for index, column in enumerate(template_columns()):
            add_drop_down(sheet, index, column, places)
        protect(sheet)
        write_guide(book, guide)
    return buffer.getvalue()


def write_head(book, sheet, headers: Sequence[str]) -> None:
    """Row 1 names the version, row 2 the columns; both are locked, what lies below is typed and unlocked."""
    title = book.add_format({"bold": True, "font_color": "#163C6F"})
    required = book.add_format({"bold": True, "bg_color": "#FDF6E7", "border": 1, "text_wrap": True})
    other = book.add_format({"bold": True, "bg_color": "#EDF2F9", "border": 1, "text_wrap": True})
    formats = column_formats(book)
    for index, column in enumerate(template_columns()):
        sheet.set_column(index, index, 20 if column["cell_format"] == "text" else 14, formats[index])
    sheet.set_row(0, 24)
    sheet.set_row(1, 34)
    for index, _ in enumerate(headers):
        sheet.write_string(0, index, "" if index else TITLE, title)
    for index, header in enumerate(headers):
        sheet.write_string(1, index, header, required if header.startswith("*") else other)
    sheet.freeze_panes(HEADER_ROWS, 0)


def protect(sheet) -> None:
    """The head is locked; everything people do with the rows below it stays allowed."""
    sheet.protect("", dict.fromkeys(UNLOCKED, True))


def column_formats(book, colours: Mapping[str, str] = MappingProxyType({})) -> list:
    return [
        book.add_format(
            {"num_format": NUMBER_FORMATS.get(column["cell_format"], "@"), "locked": False, **colours}
        )
        for column in template_columns()
    ]


def write_lists(book, sheet) -> dict[str, str]:
    """Each code list in a column of its own; where each one lies, for the drop-downs."""
    bold = book.add_format({"bold": True, "bg_color": "#EDF2F9", "border": 1})
    places = {}
    named = {
        column["dropdown"]: options_of(column["identifier"])
        for column in template_columns()
        if column["cell_format"] == "list" and "," not in column["dropdown"]
    }
    regions = {code: path for path, code in reversed(division_paths().items())}
    lists = {title: list(options.values()) for title, options in named.items()}
    lists |= {"转入地区": list(regions.values()), "转入地区代码": list(regions)}
    sheet.write_row(0, 0, lists, bold)
    for line, texts in enumerate(zip_longest(*lists.values(), fillvalue=""), start=1):
        sheet.write_row(line, 0, texts)
    for index, title in enumerate(named):
        letter = xl_col_to_name(index)
        places[title] = f"={LISTS_SHEET}!${letter}$2:${letter}${len(lists[title]) + 1}"
    sheet.set_column(0, len(lists) - 1, 24)
    sheet.freeze_panes(1, 0)
    sheet.protect()
    return places


def add_drop_down(sheet, index: int, column: Mapping[str, str], places: Mapping[str, str]) -> None:
    if column["cell_format"] != "list":
        return
    offered = column["dropdown"].split(",") if "," in column["dropdown"] else places[column["dropdown"]]
    rule = {"validate": "list", "source": offered}
    rule |= {"error_title": "不在可选项中", "error_message": "请从下拉列表选择，全部可选项见“码表”。"}
    sheet.data_validation(HEADER_ROWS, index, LAST_ROW - 1, index, rule)


def write_guide(book, sheet) -> None:
    """The steps, what each column takes, and an example."""
    bold = book.add_format({"bold": True, "bg_color": "#EDF2F9", "border": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, TITLE, book.add_format({"bold": True, "font_size": 14}))
    sheet.write_column(1, 0, STEPS)
    top = len(STEPS) + 2
    sheet.write_row(top, 0, ("列名", "是否必填", "格式", "示例", "说明"), bold)
    example = cells_of(example_row(timezone.localdate()))
    for line, (column, value) in enumerate(zip(template_columns(), example, strict=True), start=top + 1):
        must = {"R": "必填", "C": "按说明填写"}.get(column["required"], "选填")
        text = f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)
        sheet.write_row(
            line, 0, (column["header_zh"].lstrip("*"), must, KINDS[column["cell_format"]]), wrapped
        )
        sheet.write_string(line, 3, text, wrapped)
        sheet.write_string(line, 4, column["note"], wrapped)
    row = top + len(template_columns()) + 3
    sheet.write_string(row - 1, 0, EXAMPLE, bold)
    formats = column_formats(book)
    for index, value in enumerate(example):
        write_cell(sheet, row, index, value, formats[index])
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 4, 24)
    sheet.protect()


def write_cell(sheet, row: int, index: int, value: object, cell_format) -> None:
    """A cell as it was typed: text stays text whatever it begins with, and nothing becomes a formula."""
    if isinstance(value, CellFault):
        value = f"（原为{value.value}）"
    if isinstance(value, str):
        sheet.write_string(row, index, value, cell_format)
    elif isinstance(value, bool):
        sheet.write_boolean(row, index, value, cell_format)
    elif isinstance(value, datetime | date):
        sheet.write_datetime(row, index, value, cell_format)
    elif isinstance(value, timedelta) or not hasattr(value, "__float__"):
        sheet.write_string(row, index, str(value), cell_format)
    else:
        sheet.write_number(row, index, value, cell_format)


class ErrorWorkbook:
    """The template again with the bad rows as typed: bad cells coloured and noted, the reasons and a hidden
    key behind them; mended, it can be uploaded as it is.
    """

    def __init__(self, path: str | IO[bytes], names: Sequence[str | None]):
        self.book = xlsxwriter.Workbook(path, {**OPTIONS, "constant_memory": True})
        self.sheet = self.book.add_worksheet(SHEET)
        self.formats = column_formats(self.book)
        self.bad_formats = column_formats(self.book, {"bg_color": "#FDE7E7", "font_color": "#8A1212"})
        self.order = {column["identifier"]: place for place, column in enumerate(template_columns())}
        self.names, self.places = names, [self.order.get(name) for name in names]
        self.next_row, self.note_count = HEADER_ROWS, 0
        headers = [column["header_zh"] for column in template_columns()]
        write_head(self.book, self.sheet, [*headers, REASONS, ROW_KEY])
        self.own_format = self.book.add_format({"num_format": "@", "locked": False})
        self.sheet.set_column(len(headers), len(headers), 80, self.own_format)
        self.sheet.set_column(len(headers) + 1, len(headers) + 1, None, self.own_format, {"hidden": True})
        protect(self.sheet)

    def add(
        self,
        cells: Iterable[object],
        reasons: Iterable[str],
        notes: Mapping[str, str] = MappingProxyType({}),
        key: str = "",
    ) -> None:
        """One row; `notes` say by column what is wrong with its cell."""
        noted = {self.order[name]: text for name, text in notes.items() if name in self.order}
        placed = dict.fromkeys(noted, "") | {
            place: cell
            for place, cell in zip(self.places, cells, strict=False)
            if place is not None and not (isinstance(cell, str) and cell == "")
        }
        for place, cell in sorted(placed.items(), key=itemgetter(0)):
            formats = self.bad_formats if place in noted else self.formats
            write_cell(self.sheet, self.next_row, place, cell, formats[place])
            if place in noted:
                self.note(place, noted[place])
        self.sheet.write_string(self.next_row, len(self.formats), "；".join(reasons), self.own_format)
        if key:
            self.sheet.write_string(self.next_row, len(self.formats) + 1, key, self.own_format)
        self.next_row += 1

    def note(self, place: int, text: str) -> None:
        """A note at a cell, as long as there are so few that a spreadsheet program opens them fast."""
        if self.note_count < MAX_NOTES:
            self.sheet.write_comment(self.next_row, place, text, {"author": "", "x_scale": 1.6})
            self.note_count += 1

    def close(self) -> None:
        """The drop-downs, guidance and code lists follow where there is a row that needs them."""
        if self.next_row > HEADER_ROWS:
            guide, lists = self.book.add_worksheet(GUIDE), self.book.add_worksheet(LISTS_SHEET)
            write_guide(self.book, guide)
            places = write_lists(self.book, lists)
            for index, column in enumerate(template_columns()):
                add_drop_down(self.sheet, index, column, places)
        self.book.close()
