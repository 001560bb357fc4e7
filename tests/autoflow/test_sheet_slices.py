"""Slices hold what read_rows reads, whatever wrote the sheet; what is unusual is read on by read_rows."""

import zipfile
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter

from autoflow.common import sheet_slices
from autoflow.common.sheet_slices import PlainSheet, Unusual, read_slices
from autoflow.common.workbooks import WorkbookRefused, read_rows

SHEET = "xl/worksheets/sheet1.xml"
TEXTS = ["甲", " 乙 ", "a_x000D_b", "a\nb", "<&>\"'", "_x4E00_", "𠮷田", "=1+1", "0012", "1E5", "x" * 5000]
FIGURES = [0, 1, -1, 1.5, 45000.1, 1e15, 1e-7, 0.1 + 0.2, 123456789012]


def plain(rows):
    """Rows without the empty cells at their ends, and days without their hour."""
    made = []
    for number, row in rows:
        cells = [cell.date() if isinstance(cell, datetime) else "" if cell is None else cell for cell in row]
        while cells and cells[-1] == "":
            cells.pop()
        made.append((number, cells))
    return made


def in_slices(path, **options):
    parts = list(read_slices(path, **options))
    return [pair for part in parts for pair in zip(part.numbers, part.rows(range(len(part))), strict=True)]


def assert_alike(path, *, is_plain, rows=3):
    assert plain(in_slices(path, rows=rows)) == plain(read_rows(path))
    try:
        list(PlainSheet(path, 100_002).slices(rows))
    except Unusual:
        assert not is_plain
    else:
        assert is_plain


def fill(book, sheet):
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    slashed = book.add_format({"num_format": 14})
    money = book.add_format({"num_format": "#,##0.00_);[Red](#,##0.00)"})
    sheet.write_row(0, 0, ["标题"])
    sheet.write_row(1, 0, ["甲", "乙", "丙"])
    for number, text in enumerate(TEXTS, start=2):
        sheet.write_string(number, 0, text)
        sheet.write_string(number, 51, text)
        sheet.write_number(number, 3, 45000 + number, day)
        sheet.write_number(number, 4, 45000.5 + number, slashed)
        sheet.write_blank(number, 6, None, day)
    for number, figure in enumerate(FIGURES, start=20):
        sheet.write_number(number, 1, figure)
        sheet.write_number(number, 30, figure, money)
        sheet.write_boolean(number, 2, number % 2)
    sheet.write_blank(40, 3, None, day)
    sheet.set_row(21, None, None, {"hidden": True})
    sheet.write_row(60, 0, ["最后"])


@pytest.mark.parametrize("constant_memory", [True, False], ids=["inline", "shared"])
def test_rows_of_xlsxwriter_are_alike(tmp_path, constant_memory):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(
        path, {"constant_memory": constant_memory, "strings_to_formulas": False}
    ) as book:
        fill(book, book.add_worksheet())
    assert_alike(path, is_plain=True)


@pytest.mark.parametrize("write_only", [True, False])
def test_rows_of_openpyxl_are_alike(tmp_path, write_only):
    path = tmp_path / "book.xlsx"
    book = openpyxl.Workbook(write_only=write_only)
    sheet = book.create_sheet() if write_only else book.active
    for number in range(9):
        sheet.append(["甲", "", number, number / 7, date(2026, 3, 1), datetime(2026, 3, 1, 12), True, " 乙 "])  # noqa: DTZ001
    book.save(path)
    assert_alike(path, is_plain=True)


def test_formulas_and_errors_are_faults(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(1, 0, ["甲", "乙"])
        for number in range(2, 9):
            sheet.write_row(number, 0, ["x", number])
        sheet.write_formula(4, 1, "=1+1", None, 2)
        sheet.write_formula(5, 1, '=IF(A1<2,"a&b","")', None, "a&b")
        sheet.write_formula(6, 1, "=1/0", None, "#DIV/0!")
    assert_alike(path, is_plain=True)


def test_rich_text_is_joined_without_its_reading(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_rich_string(2, 0, "甲", book.add_format({"bold": True}), "乙 & ", " 丙")
        sheet.write_string(3, 0, "丁")
    assert_alike(path, is_plain=True)


def test_times_merged_cells_and_the_calendar_of_1904_are_read_on_by_read_rows(tmp_path):
    path = tmp_path / "book.xlsx"

    def write(options, work):
        with xlsxwriter.Workbook(path, options) as book:
            sheet = book.add_worksheet()
            for number in range(2, 9):
                sheet.write_row(number, 0, ["x", number])
            work(book, sheet)
        assert_alike(path, is_plain=False)

    write({}, lambda book, sheet: sheet.merge_range(3, 0, 4, 1, "合并"))
    write({}, lambda book, sheet: sheet.write_number(7, 1, 0.5, book.add_format({"num_format": "h:mm"})))
    write({"date_1904": True}, lambda book, sheet: sheet.write_string(9, 0, "y"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (' r="A5"', ""),
        ('<c r="B5">', '<c  r="B5" >'),
        ('<c r="B5">', '<c r="B5" cm="1">'),
        ('<row r="5"', '<!-- --><row r="5"'),
    ],
)
def test_unusual_writing_in_the_middle_is_read_on_by_read_rows(tmp_path, old, new, monkeypatch):
    monkeypatch.setattr(sheet_slices, "BLOCK_BYTES", 10)
    path, changed = tmp_path / "book.xlsx", tmp_path / "changed.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number in range(9):
            sheet.write_row(number, 0, ["x", number])
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == SHEET:
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode(), 1)
            target.writestr(entry.filename, data)
    assert_alike(changed, is_plain=False, rows=1)


def test_too_many_rows_are_refused(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number in range(13):
            sheet.write_row(number, 0, ["x", number])
    assert len(in_slices(path, max_rows=11)) == 13
    with pytest.raises(WorkbookRefused, match="超过10行"):
        in_slices(path, max_rows=10)


def test_after_leaves_the_rows_below(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number in (0, 1, 4, 5):
            sheet.write_row(number, 0, ["x", number])
    part = next(read_slices(path)).after(2)
    assert (list(part.numbers), part.rows([0, 1])) == ([5, 6], [["x", 4.0], ["x", 5.0]])
