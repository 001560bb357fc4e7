"""What is exported is opened again by another library: text stays text."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from autoflow.common import tables
from autoflow.common.excel import csv_text, open_workbook
from autoflow.common.tables import write_table
from autoflow.common.workbooks import check_container, read_rows

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "＝1",
    "http://x.test",
    "mailto:a@x.test",
    "00012",
    "1.5",
    "TRUE",
]


def written(rows, **options):
    target = io.BytesIO()
    write_table(target, sheet="数据", headers=["甲", "乙"], rows=rows, **options)
    return openpyxl.load_workbook(target)


def test_write_table_text_is_never_anything_else():
    book = written([[text, text] for text in HOSTILE], note="=导出人")
    cells = [cell for row in book["数据"].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [row[0].value for row in book["数据"].iter_rows(min_row=3)] == HOSTILE
    assert not any(cell.hyperlink for cell in cells)


def test_write_table_figures_and_days_keep_their_kind():
    moment = datetime(2026, 3, 31, 16, 30, tzinfo=UTC)
    book = written([[Decimal("45000.10"), 3], [date(2026, 3, 31), moment], [True, None]])
    figures, days, answers = book["数据"].iter_rows(min_row=2, values_only=True)
    assert figures == (45000.1, 3)
    assert [day.isoformat() for day in days] == ["2026-03-31T00:00:00", "2026-04-01T00:30:00"]
    assert answers == ("是", None)


def test_write_table_counts_rows_and_goes_on_after_the_last_one(monkeypatch):
    monkeypatch.setattr(tables, "LAST_ROW", 3)
    target = io.BytesIO()
    assert write_table(target, sheet="数据", headers=["甲"], rows=[["1"], ["2"], ["3"]]) == 3
    book = openpyxl.load_workbook(target)
    assert [sheet.max_row for sheet in book] == [3, 2]
    assert book.sheetnames == ["数据", "数据2"]


def test_write_table_begins_a_sheet_before_the_part_grows_too_large(monkeypatch):
    monkeypatch.setattr(tables, "MOST_BYTES", 600)
    assert len(written([["甲" * 99, "乙"]] * 3, note="导出人").worksheets) > 1


ODD_TEXTS = ['a & b <c> "d"', " 两边 ", "甲\n乙", "_x0041_", "a_b", "\x01", "x\ufffe"]


def test_write_table_odd_text_comes_back_as_it_was(tmp_path):
    """Only characters that no workbook can hold are written by their number, or replaced."""
    path = tmp_path / "a.xlsx"
    write_table(path, sheet="数据", headers=["甲"], rows=[[text] for text in ODD_TEXTS])
    check_container(path)
    found = [row[0].value for row in openpyxl.load_workbook(path)["数据"].iter_rows(min_row=2)]
    assert found == [*ODD_TEXTS[:3], "_x005F_x0041_", "a_b", "_x0001_", "x\N{REPLACEMENT CHARACTER}"]


def test_write_table_is_read_by_the_import_of_workbooks(tmp_path):
    path = tmp_path / "a.xlsx"
    write_table(path, sheet="数据", headers=["甲", "乙", "丙"], rows=[["一", date(2026, 3, 31), 3]])
    assert list(read_rows(path)) == [(1, ["甲", "乙", "丙"]), (2, ["一", date(2026, 3, 31), 3.0])]


def test_write_table_a_day_before_the_calendar_of_excel_is_text():
    assert written([[date(1900, 2, 28), None]])["数据"]["A2"].value == "1900-02-28"


def test_write_table_a_fault_on_the_way_is_told_as_it_is():
    def rows():
        yield ["一", "二"]
        raise InterruptedError

    with pytest.raises(InterruptedError):
        written(rows())


def test_write_table_a_row_that_does_not_fit_the_headers_is_refused():
    with pytest.raises(ValueError, match="zip"):
        written([["一"]])


def test_write_table_long_text_is_cut_at_what_excel_holds():
    assert len(written([["x" * 40_000, ""]])["数据"]["A2"].value) == 32_767


def test_open_workbook_gives_several_sheets(tmp_path):
    path = tmp_path / "a.xlsx"
    with open_workbook(path) as workbook:
        workbook.sheet("一", ["甲"], widths=[30]).append(["x"])
        workbook.sheet("二", ["乙"]).append([1])
    check_container(path)
    assert openpyxl.load_workbook(path).sheetnames == ["一", "二"]


@pytest.mark.parametrize("text", [*HOSTILE[:6], "−1", "\r\n=1", "  =1"])
def test_csv_text_formula_is_quoted(text):
    assert csv_text(text) == "'" + text


@pytest.mark.parametrize(
    ("value", "expected"), [("张三", "张三"), (None, ""), (Decimal("-1.50"), "-1.50"), (-3, "-3")]
)
def test_csv_text_ordinary_values_stay(value, expected):
    assert csv_text(value) == expected
