"""Writing workbooks and CSV in which data can never become a formula, a link or a number."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter
from django.utils.timezone import is_aware, localtime

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_TEXT = 32_767
DEFAULT_WIDTH = 16
FORMULA_START = re.compile(r"\s*[=+\-@\t\r\n＝＋－﹣−＠]")
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": False,
}
FORMATS = {
    "header": {"bold": True, "bg_color": "#DDE6F0", "border": 1, "text_wrap": True, "valign": "vcenter"},
    "note": {"italic": True, "font_color": "#555555"},
    "text": {"num_format": "@"},
    "date": {"num_format": "yyyy-mm-dd"},
    "time": {"num_format": "yyyy-mm-dd hh:mm:ss"},
    "figure": {"num_format": "0.00##"},
}


@contextmanager
def open_workbook(target, *, constant_memory: bool = True) -> Iterator["Workbook"]:
    """A workbook written to a path or file; by default row by row, so that its size does not matter."""
    book = xlsxwriter.Workbook(target, {**OPTIONS, "constant_memory": constant_memory})
    formats = {name: book.add_format(look) for name, look in FORMATS.items()}
    try:
        yield Workbook(book, formats)
    finally:
        book.close()


class Workbook:
    """A workbook and the few looks its cells have; `book` is xlsxwriter's, for locks and drop-downs."""

    def __init__(self, book, formats):
        self.book, self.formats = book, formats

    def sheet(
        self, name: str, headers: Sequence[str], *, note: str = "", widths: Sequence[float] = ()
    ) -> "Sheet":
        return Sheet(self, name, headers, note, widths)


class Sheet:
    """A sheet that grows downwards: a note that names user, time and filter, the headers, then rows."""

    def __init__(self, workbook: Workbook, name: str, headers, note, widths):
        self.workbook, self.sheet, self.row = workbook, workbook.book.add_worksheet(name), 0
        formats = workbook.formats
        for column in range(len(headers)):
            width = widths[column] if column < len(widths) else DEFAULT_WIDTH
            self.sheet.set_column(column, column, width, formats["text"])
        if note:
            self.sheet.write_string(0, 0, note, formats["note"])
            self.row = 1
        for column, header in enumerate(headers):
            self.sheet.write_string(self.row, column, header, formats["header"])
        self.row += 1
        self.sheet.freeze_panes(self.row, 0)

    def append(self, values: Iterable) -> None:
        for column, value in enumerate(values):
            write_cell(self.sheet, self.row, column, value, self.workbook.formats)
        self.row += 1


def write_cell(sheet, row: int, column: int, value, formats) -> None:
    """A value as what it is: text always as text, figures and dates as such, nothing as an empty cell."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(row, column, "是" if value else "否", formats["text"])
    elif isinstance(value, (int, Decimal, float)):
        look = None if isinstance(value, int) else formats["figure"]
        sheet.write_number(row, column, value, look)
    elif isinstance(value, datetime):
        moment = localtime(value).replace(tzinfo=None) if is_aware(value) else value
        sheet.write_datetime(row, column, moment, formats["time"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, formats["date"])
    else:
        sheet.write_string(row, column, str(value)[:LONGEST_TEXT], formats["text"])


def csv_text(value) -> str:
    """A value for CSV; an apostrophe in front keeps spreadsheets from reading text as a formula."""
    if value is None:
        return ""
    text = str(value)
    is_figure = isinstance(value, (int, float, Decimal))
    return f"'{text}" if FORMULA_START.match(text) and not is_figure else text
