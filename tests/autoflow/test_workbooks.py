"""Workbooks as people, other programs and attackers make them."""

import io
import random
import struct
import time
import zipfile
from datetime import date

import pytest
import xlsxwriter

from autoflow.common import workbooks
from autoflow.common.workbooks import CellFault, WorkbookRefused, check_container, read_rows

SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


@pytest.fixture
def book(tmp_path):
    """A workbook with two header rows and one row of data."""
    path = tmp_path / "good.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("数据")
        sheet.write_row(0, 0, ["说明"])
        sheet.write_row(1, 0, ["甲", "乙", "丙"])
        sheet.write_row(2, 0, ["x", 1.5, ""])
        made.add_worksheet("码表").write(0, 0, "y")
    return path


@pytest.fixture
def altered(book, tmp_path):
    """Makes the good workbook again with parts replaced, added or written in another way."""

    def make(parts=None, method=zipfile.ZIP_DEFLATED):
        path = tmp_path / "altered.xlsx"
        with zipfile.ZipFile(book) as source, zipfile.ZipFile(path, "w", method) as target:
            old = {entry.filename: source.read(entry) for entry in source.infolist()}
            for name, data in {**old, **(parts or {})}.items():
                target.writestr(name, data)
        return path

    return make


def sheet_xml(rows, before="", after=""):
    return f"{HEAD}{before}<sheetData>{rows}</sheetData>{after}</worksheet>"


def cell(reference, value, attributes=""):
    return f'<c r="{reference}" {attributes}><v>{value}</v></c>'


def assert_refused(path, message, **limits):
    with pytest.raises(WorkbookRefused, match=message):
        check_container(path, **limits)


def test_good_workbook_passes_and_is_read(book):
    check_container(book)
    assert list(read_rows(book)) == [(1, ["说明", "", ""]), (2, ["甲", "乙", "丙"]), (3, ["x", 1.5, ""])]
    assert list(read_rows(book, "码表")) == [(1, ["y"])]


def test_read_rows_of_an_unknown_sheet_says_so(book):
    with pytest.raises(WorkbookRefused, match="没有找到工作表“别的”") as refused:
        list(read_rows(book, "别的"))
    assert refused.value.rule == "I-002"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "密码或是旧版"),
        (b"%PDF-1.7", "不是 .xlsx"),
        (b"", "不是 .xlsx"),
        (b"a,b,c\n", "不是 .xlsx"),
        (b"PK\x03\x04" + b"\0" * 100, "已损坏"),
        (b"PK\x03\x04" + b"PK\x05\x06", "已损坏"),
    ],
)
def test_check_container_other_files_are_refused(tmp_path, data, message):
    path = tmp_path / "file.xlsx"
    path.write_bytes(data)
    assert_refused(path, message)


def test_check_container_too_big_file_is_refused(book):
    assert_refused(book, "超过0MB", max_bytes=100)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_check_container_cut_off_file_is_refused(book, share):
    data = book.read_bytes()
    book.write_bytes(data[: int(len(data) * share)])
    assert_refused(book, "已损坏")


def test_check_container_bytes_before_the_archive_are_refused(book):
    book.write_bytes(book.read_bytes()[:30] + book.read_bytes())
    assert_refused(book, "已损坏")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("xl/vbaProject.bin", "宏"),
        ("xl/macrosheets/sheet1.xml", "宏"),
        ("xl/externalLinks/externalLink1.xml", "外部链接"),
        ("xl/connections.xml", "外部链接"),
        ("xl/embeddings/oleObject1.bin", "嵌入的文件"),
        ("../../etc/passwd", "已损坏"),
        ("/etc/passwd", "已损坏"),
        ("C:evil.xml", "已损坏"),
        ("xl\\evil.xml", "已损坏"),
        ("XL/Workbook.xml", "已损坏"),
    ],
)
def test_check_container_active_and_unsafe_parts_are_refused(altered, name, message):
    assert_refused(altered({name: b"x"}), message)


def test_check_container_macro_type_is_refused(book, altered):
    with zipfile.ZipFile(book) as archive:
        types = archive.read("[Content_Types].xml").replace(
            b"vnd.openxmlformats-officedocument.spreadsheetml.sheet.main",
            b"vnd.ms-excel.sheet.macroEnabled.main",
        )
    assert_refused(altered({"[Content_Types].xml": types}), "不是 .xlsx")


def test_check_container_document_of_another_program_is_refused(tmp_path):
    path = tmp_path / "word.xlsx"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("[Content_Types].xml", "<Types/>")
        target.writestr("word/document.xml", "<x/>")
    assert_refused(path, "已损坏")


def test_check_container_many_parts_are_refused(altered):
    assert_refused(altered({f"xl/media/{number}.png": b"" for number in range(200)}), "部件过多")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_check_container_other_compression_is_refused(altered, method):
    assert_refused(altered(method=method), "已损坏")


def test_check_container_stored_parts_pass(altered):
    check_container(altered(method=zipfile.ZIP_STORED))


def test_check_container_encrypted_entry_is_refused(book):
    data = bytearray(book.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    book.write_bytes(data)
    assert_refused(book, "已加密")


def test_check_container_symbolic_link_is_refused(book):
    data = bytearray(book.read_bytes())
    directory = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, directory + 38, 0o120777 << 16)
    book.write_bytes(data)
    assert_refused(book, "已损坏")


def test_check_container_overlapping_parts_are_refused(book):
    data = bytearray(book.read_bytes())
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    book.write_bytes(data)
    assert_refused(book, "已损坏")


@pytest.mark.parametrize("offset", [24, 20])
def test_check_container_false_sizes_are_refused(book, offset):
    data = bytearray(book.read_bytes())
    directory = data.index(b"PK\x01\x02")
    (size,) = struct.unpack_from("<I", data, directory + offset)
    struct.pack_into("<I", data, directory + offset, size - 1)
    book.write_bytes(data)
    assert_refused(book, "已损坏")


def test_check_container_bomb_is_refused_in_time(altered, monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_UNPACKED_BYTES", 20_000_000)
    started = time.perf_counter()
    assert_refused(altered({SHEET: b" " * 30_000_000}), "展开后过大")
    assert time.perf_counter() - started < 2


def test_check_container_big_styles_are_refused(altered):
    assert_refused(altered({"xl/styles.xml": b"<styleSheet>" + b" " * 2_100_000}), "展开后过大")


def test_check_container_many_tags_are_refused(altered, monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_TAGS", 1000)
    assert_refused(altered({SHEET: b"<a/>" * 1001}), "内容过多")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("xl/sharedStrings.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><sst/>', "实体"),
        ("docProps/app.xml", " " * (1024 * 1024 - 4) + "<!DOCTYPE x>", "实体"),
        (SHEET, sheet_xml("<!-- </sheetData> -->"), "已损坏"),
        (SHEET, sheet_xml("<![CDATA[ <row/> ]]>"), "已损坏"),
        ("xl/workbook.xml", "<workbook/>".encode("utf-16"), "已损坏"),
    ],
)
def test_check_container_hidden_markup_is_refused(altered, name, text, message):
    assert_refused(altered({name: text}), message)


@pytest.mark.parametrize("claimed", ["A1", "A1:XFD1048576", "C9:D10"])
def test_read_rows_never_trusts_the_dimension(altered, claimed):
    rows = "".join(f'<row r="{number}">{cell(f"A{number}", number)}</row>' for number in range(1, 31))
    path = altered({SHEET: sheet_xml(rows, before=f'<dimension ref="{claimed}"/>')})
    check_container(path)
    assert [number for number, _ in read_rows(path)] == list(range(1, 31))


def test_read_rows_names_formulas_errors_and_merged_cells(tmp_path):
    path = tmp_path / "faults.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        sheet.write_row(2, 0, ["x", 1])
        sheet.write_formula("B4", "=1+1", None, 2)
        sheet.write_formula("C4", '=""', None, "")
        sheet.write_formula("D5", "=1/0", None, "#DIV/0!")
        sheet.write("A6", "plain")
        sheet.merge_range("A7:B8", "m")
        sheet.write("D8", "z")
        sheet.write_formula("B10", "=A1", None, "")
        sheet.set_row(5, None, None, {"hidden": True})
    check_container(path)
    formula, merged = CellFault.FORMULA, CellFault.MERGED
    assert list(read_rows(path)) == [
        (3, ["x", 1.0, "", ""]),
        (4, ["", formula, formula, ""]),
        (5, ["", "", "", formula]),
        (6, ["plain", "", "", ""]),
        (7, [merged, merged, "", ""]),
        (8, [merged, merged, "", "z"]),
        (10, ["", formula, "", ""]),
    ]


def test_read_rows_error_value_without_formula_is_named(altered):
    error = cell("A1", "#N/A", 't="e"')
    path = altered({SHEET: sheet_xml(f'<row r="1">{error}<c t="e"><v>#REF!</v></c>{cell("C1", 1)}</row>')})
    assert list(read_rows(path)) == [(1, [CellFault.ERROR, CellFault.ERROR, 1.0])]


def test_read_rows_prefixed_tags_are_understood(altered):
    xml = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c><x:c r="B1"><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    assert list(read_rows(altered({SHEET: xml}))) == [(1, [1.0, CellFault.FORMULA])]


def test_read_rows_dates_honour_the_1904_epoch(tmp_path):
    path = tmp_path / "dates.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as made:
        made.add_worksheet().write_datetime(
            0, 0, date(2025, 3, 31), made.add_format({"num_format": "yyyy-mm-dd"})
        )
    assert list(read_rows(path)) == [(1, [date(2025, 3, 31)])]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (f'<row r="1">{cell("A1", 1)}</row><row r="9">{cell("A9", 1)}</row>', "超过5行"),
        (f'<row r="1">{cell("A1", 1)}{cell("A1048576", 1)}</row>', "超过5行"),
        (f'<row r="1">{cell("A1", 1)}{cell("XFD1", 1)}</row>', "模板以外"),
        (f'<row r="1">{cell("A1", 1)}{cell("CA1", 1)}</row>', "模板以外"),
        ('<row r="1">' + "<c><v>1</v></c>" * 100 + "</row>", "模板以外"),
        (f'<row r="2">{cell("A2", 1)}</row><row r="1">{cell("A1", 1)}</row>', "已损坏"),
        (f'<row r="1"><c a=">" r="XFD1"><v>1</v></c>{cell("A1", 1)}</row>', "已损坏"),
        (f'<row r="1">{cell("A1", 1)}</row><y:row r="9"><y:c r="XFD9"><v>1</v></y:c></y:row>', "已损坏"),
    ],
)
def test_read_rows_sheets_that_would_fill_the_memory_are_refused(altered, rows, message):
    path = altered({SHEET: sheet_xml(rows)})
    with pytest.raises(WorkbookRefused, match=message):
        list(read_rows(path, max_rows=5))


def test_read_rows_formatted_empty_rows_and_cells_do_no_harm(altered):
    first = f'<row r="1">{cell("A1", 1)}<c r="XFD1" s="1"/></row>'
    rows = first + '<row r="1048576" s="1"><c r="A1048576" s="1"/></row>'
    assert list(read_rows(altered({SHEET: sheet_xml(rows)}), max_rows=5)) == [(1, [1.0])]


def test_read_rows_limit_is_exact(altered):
    rows = "".join(f'<row r="{number}">{cell(f"A{number}", number)}</row>' for number in range(1, 8))
    path = altered({SHEET: sheet_xml(rows)})
    assert len(list(read_rows(path, max_rows=5, header_rows=2))) == 7
    with pytest.raises(WorkbookRefused, match="超过4行"):
        list(read_rows(path, max_rows=4, header_rows=2))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("xl/workbook.xml", "<workbook"),
        ("xl/_rels/workbook.xml.rels", "<Relationships/>"),
        (SHEET, "<worksheet/>"),
        (SHEET, sheet_xml('<row r="1"><c r="A1"><v>1</row>')),
    ],
)
def test_read_rows_broken_parts_are_refused(altered, name, text):
    with pytest.raises(WorkbookRefused):
        list(read_rows(altered({name: text})))


def test_read_rows_many_rows_come_in_order_with_their_faults(altered):
    rows = "".join(
        f'<row r="{number}">{cell(f"A{number}", number)}<c r="B{number}"><f>A{number}</f><v>1</v></c></row>'
        for number in range(1, 20_001)
    )
    path = altered({SHEET: sheet_xml(rows)})
    found = list(read_rows(path))
    assert [number for number, _ in found] == list(range(1, 20_001))
    assert all(cells[1] is CellFault.FORMULA for _, cells in found)


def test_check_container_random_bytes_raise_nothing_else(book):
    good = book.read_bytes()
    source = random.Random(3)
    for _ in range(150):
        data = bytearray(good)
        for _ in range(4):
            data[source.randrange(len(data))] = source.randrange(256)
        book.write_bytes(data)
        try:
            check_container(book)
            list(read_rows(book))
        except WorkbookRefused:
            continue


def test_check_container_stream_that_goes_on_is_refused(book):
    data = io.BytesIO(book.read_bytes())
    with zipfile.ZipFile(data) as archive:
        entry = archive.infolist()[0]
    raw = bytearray(data.getvalue())
    raw[entry.header_offset + 30 + len(entry.filename)] ^= 0xFF
    book.write_bytes(raw)
    assert_refused(book, "已损坏")
