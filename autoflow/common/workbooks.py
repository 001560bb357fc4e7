"""Reading workbooks that strangers made: the container is judged before any parser sees it."""

import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path, PurePosixPath
from stat import S_ISLNK
from typing import BinaryIO
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook

MIB = 1024 * 1024
MAX_BYTES = 50 * MIB
MAX_ENTRIES = 200
MAX_DIRECTORY_BYTES = 128 * 1024
MAX_UNPACKED_BYTES = 600 * MIB
MAX_TAGS = 60_000_000
MAX_STYLES_BYTES = 2 * MIB
MAX_ROW_BYTES = 1 * MIB
MAX_COLUMN = 78
MAX_MERGED_RANGES = 2000
CHUNK = 1 * MIB

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END_RECORD, END_RECORD_LENGTH, LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
ZIP64_LOCATOR, ZIP64_LOCATOR_LENGTH = b"PK\x06\x07", 20
LOCAL_HEADER = struct.Struct("<4s5H3I2H")
XML_PARTS = (".xml", ".rels", ".vml")
MAIN_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
ACTIVE_PARTS = {
    "宏": ("vbaproject", "xl/macrosheets/", "xl/activex/", "xl/ctrlprops/", "xl/dialogsheets/"),
    "外部链接": ("xl/externallinks/", "xl/connections", "xl/querytables/"),
    "嵌入的文件": ("xl/embeddings/",),
}

SAVE_AGAIN = "请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
DAMAGED = f"文件已损坏或结构异常，{SAVE_AGAIN}"


class WorkbookRefused(Exception):
    """The workbook is not read; the message tells the user why and what to do."""

    def __init__(self, message: str, rule: str = "I-001"):
        super().__init__(message)
        self.message, self.rule = message, rule


class CellFault(Enum):
    """A cell that shows a value which is not in it."""

    FORMULA = "公式"
    ERROR = "错误值"
    MERGED = "合并单元格"


def check_container(path: str | os.PathLike, *, max_bytes: int = MAX_BYTES) -> None:
    """Refuse bombs, encrypted, active and damaged files; every part is unpacked once through counters."""
    path = Path(path)
    with path.open("rb") as source:
        check_head(source, path.stat().st_size, max_bytes)
        with opened(path) as archive:
            check_entries(archive)
            check_places(source, archive)
            check_parts(source, archive)


def check_head(source: BinaryIO, size: int, max_bytes: int) -> None:
    """Size, magic and the length of the directory, before zipfile reads it."""
    if size > max_bytes:
        raise WorkbookRefused(f"文件超过{max_bytes // MIB}MB，请分成几个文件导入。")
    head = source.read(8)
    if head == OLE2:
        raise WorkbookRefused("文件设有密码或是旧版 .xls 格式，请取消密码并另存为 .xlsx 后再上传。")
    if not head.startswith(b"PK\x03\x04"):
        raise WorkbookRefused("文件不是 .xlsx 工作簿，请使用下载的模板填写。")
    source.seek(max(0, size - END_RECORD_LENGTH - LONGEST_COMMENT - ZIP64_LOCATOR_LENGTH))
    tail = source.read()
    place = tail.rfind(END_RECORD)
    record = tail[place : place + END_RECORD_LENGTH]
    if place < 0 or len(record) < END_RECORD_LENGTH:
        raise WorkbookRefused(DAMAGED)
    entries, directory_bytes = struct.unpack_from("<HI", record, 10)
    if entries > MAX_ENTRIES or directory_bytes > MAX_DIRECTORY_BYTES:
        raise WorkbookRefused(f"文件内部的部件过多，{SAVE_AGAIN}")
    if tail[max(0, place - ZIP64_LOCATOR_LENGTH) : place].startswith(ZIP64_LOCATOR):
        raise WorkbookRefused(DAMAGED)


def opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
        raise WorkbookRefused(DAMAGED) from error


def check_entries(archive: zipfile.ZipFile) -> None:
    """What the directory says: number, names, methods, and nothing active."""
    entries = archive.infolist()
    names = [entry.filename.lower() for entry in entries]
    if len(entries) > MAX_ENTRIES:
        raise WorkbookRefused(f"文件内部的部件过多，{SAVE_AGAIN}")
    for entry, name in zip(entries, names, strict=True):
        if entry.flag_bits & 0x1:
            raise WorkbookRefused("文件已加密，请取消密码后再上传。")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise WorkbookRefused(DAMAGED)
        if is_unsafe_name(name) or S_ISLNK(entry.external_attr >> 16):
            raise WorkbookRefused(DAMAGED)
        for what, marks in ACTIVE_PARTS.items():
            if any(mark in name for mark in marks):
                raise WorkbookRefused(f"文件含有{what}，请去掉后另存为 .xlsx 再上传。")
    if len(set(names)) < len(names) or not {"[content_types].xml", "xl/workbook.xml"} <= set(names):
        raise WorkbookRefused(DAMAGED)


def is_unsafe_name(name: str) -> bool:
    return (
        "\\" in name
        or ":" in name
        or "\0" in name
        or name.startswith("/")
        or ".." in PurePosixPath(name).parts
    )


def check_places(source: BinaryIO, archive: zipfile.ZipFile) -> None:
    """Parts follow each other from the first byte to the directory and never share bytes."""
    spans = sorted(data_span(source, entry) for entry in archive.infolist())
    end = 0
    for start, _, stop in spans:
        if start < end:
            raise WorkbookRefused(DAMAGED)
        end = stop
    if spans[0][0] != 0 or end > archive.start_dir:
        raise WorkbookRefused(DAMAGED)


def data_span(source: BinaryIO, entry: zipfile.ZipInfo) -> tuple[int, int, int]:
    """Where the header, the data and the end of a part lie; both headers must tell the same."""
    source.seek(entry.header_offset)
    header = source.read(LOCAL_HEADER.size)
    if len(header) < LOCAL_HEADER.size:
        raise WorkbookRefused(DAMAGED)
    signature, _, flags, method, *_, name_length, extra_length = LOCAL_HEADER.unpack(header)
    if signature != b"PK\x03\x04" or flags & 0x1 or method != entry.compress_type:
        raise WorkbookRefused(DAMAGED)
    start = entry.header_offset + LOCAL_HEADER.size + name_length + extra_length
    return entry.header_offset, start, start + entry.compress_size


def check_parts(source: BinaryIO, archive: zipfile.ZipFile) -> None:
    """The size and the number of tags of all parts together, whatever the directory claims."""
    size = tags = 0
    for entry in archive.infolist():
        name, own_size, before = entry.filename.lower(), 0, b""
        for chunk in unpacked(source, entry):
            own_size += len(chunk)
            size += len(chunk)
            if size > MAX_UNPACKED_BYTES or (name == "xl/styles.xml" and own_size > MAX_STYLES_BYTES):
                raise WorkbookRefused(f"文件展开后过大，请删除多余的格式和内容，{SAVE_AGAIN}")
            if name.endswith(XML_PARTS):
                tags += chunk.count(b"<")
                is_first = own_size == len(chunk)
                # No declaration without "!", which is found ten times faster than one by its name.
                if is_first or b"!" in chunk or b"!" in before:
                    check_markup(name, before + chunk, is_first=is_first)
                before = chunk[-16:]
        if tags > MAX_TAGS:
            raise WorkbookRefused(f"文件内容过多，请分成几个文件，{SAVE_AGAIN}")
        if own_size != entry.file_size:
            raise WorkbookRefused(DAMAGED)


def check_markup(name: str, text: bytes, *, is_first: bool) -> None:
    """No entities anywhere, plain UTF-8, and in sheets nothing that hides tags from a reader of bytes."""
    if is_first and (b"\0" in text[:4] or text[:2] in (b"\xff\xfe", b"\xfe\xff")):
        raise WorkbookRefused(DAMAGED)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise WorkbookRefused("文件含有不允许的实体定义，" + SAVE_AGAIN)
    if name.startswith("xl/worksheets/") and b"<!" in text:
        raise WorkbookRefused(DAMAGED)
    if is_first and name == "[content_types].xml" and MAIN_TYPE not in text:
        raise WorkbookRefused("文件不是 .xlsx 工作簿（可能是带宏或二进制格式），请另存为 .xlsx 后再上传。")


def unpacked(source: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part, to the end of the stream and not to the size it claims."""
    _, start, stop = data_span(source, entry)
    source.seek(start)
    left = stop - start
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    while left:
        packed = source.read(min(left, CHUNK))
        if not packed:
            raise WorkbookRefused(DAMAGED)
        left -= len(packed)
        if entry.compress_type == zipfile.ZIP_STORED:
            yield packed
            continue
        yield from inflated(inflater, packed)
    if entry.compress_type == zipfile.ZIP_DEFLATED and (not inflater.eof or inflater.unused_data):
        raise WorkbookRefused(DAMAGED)


def inflated(inflater, packed: bytes) -> Iterator[bytes]:
    try:
        while packed and not inflater.eof:
            chunk = inflater.decompress(packed, CHUNK)
            if chunk:
                yield chunk
            packed = inflater.unconsumed_tail
    except zlib.error as error:
        raise WorkbookRefused(DAMAGED) from error


def read_rows(
    path: str | os.PathLike, sheet: str | None = None, *, max_rows: int = 100_000, header_rows: int = 2
) -> Iterator[tuple[int, list]]:
    """Rows of a checked workbook that hold anything, with their number in Excel; hidden rows count.

    Formulas, error values and merged cells come as a CellFault. The `dimension` of the sheet is never asked.
    """
    path = Path(path)
    last_row = max_rows + header_rows
    part = sheet_part(path, sheet)
    has_faults = scan_sheet(path, part, last_row, max_rows)
    table, merged = load_table(path, sheet, last_row, max_rows)
    faults = faulty_rows(path, part) if has_faults else iter(())
    faulty_row, faulty_cells = next(faults, (None, {}))
    for number, cells in enumerate(table.iter_rows(), start=1):
        if number == faulty_row:
            cells = with_faults(cells, faulty_cells)
            faulty_row, faulty_cells = next(faults, (None, {}))
        for (top, left), (bottom, right) in merged:
            if top < number <= bottom + 1:
                cells = with_faults(cells, dict.fromkeys(range(left, right + 1), CellFault.MERGED))
        if any(cell != "" for cell in cells):
            yield number, cells
    while faulty_row is not None:  # below the last value: formulas nobody has calculated yet
        yield faulty_row, with_faults([""] * table.width, faulty_cells)
        faulty_row, faulty_cells = next(faults, (None, {}))


def with_faults(cells: list, faults: dict[int, CellFault]) -> list:
    cells = cells + [""] * (min(max(faults), MAX_COLUMN - 1) + 1 - len(cells))
    for column, fault in faults.items():
        if column < len(cells):
            cells[column] = fault
    return cells


def too_many_rows(max_rows: int) -> WorkbookRefused:
    return WorkbookRefused(f"数据超过{max_rows}行，请分成几个文件导入。")


def load_table(path: Path, sheet: str | None, last_row: int, max_rows: int):
    """The sheet as calamine reads it, and its merged ranges, of which a one-row title does no harm."""
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        table = workbook.get_sheet_by_name(sheet or workbook.sheet_names[0])
        merged = table.merged_cell_ranges or []
    except (CalamineError, ValueError, OSError, IndexError) as error:
        raise WorkbookRefused(DAMAGED) from error
    if table.total_height > last_row:
        raise too_many_rows(max_rows)
    if len(merged) > MAX_MERGED_RANGES:
        raise WorkbookRefused("合并单元格过多，请取消合并后再上传。", "I-004")
    return table, merged


def sheet_part(path: Path, sheet: str | None) -> zipfile.ZipInfo:
    """The part that holds a sheet (the first one unless named), found as a workbook names it."""
    with opened(path) as archive:
        try:
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 -- entities are refused
            links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        except (KeyError, ElementTree.ParseError, zipfile.BadZipFile, zlib.error) as error:
            raise WorkbookRefused(DAMAGED) from error
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        for element in book.iterfind(".//{*}sheet"):
            if sheet in (None, element.get("name")):
                link = next((value for key, value in element.items() if key.endswith("}id")), None)
                target = targets.get(link, "")
                name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                if name not in archive.namelist():
                    raise WorkbookRefused(DAMAGED)
                return archive.getinfo(name)
    raise WorkbookRefused(f"没有找到工作表“{sheet}”，请使用下载的模板。", "I-002")


class Tags:
    """Patterns over the bytes of one sheet, whose tags may carry a prefix such as x:."""

    def __init__(self, prefix: bytes):
        self.prefix = prefix
        mark = b"<" + prefix
        self.row_start = mark + b"row"
        self.end = b"</" + prefix + b"sheetData"
        self.row = re.compile(mark + rb"row\b([^>]*)>")
        self.content = re.compile(mark + rb"(?:v|is|f)[\s/>]")
        self.fault_marks = (mark + b"f>", mark + b"f ", mark + b"f/", b't="e"', b"t='e'")
        self.token = re.compile(mark + rb"(?:row\b([^>]*)|c\b([^>]*)|(f)[\s/>])")
        self.cell = re.compile(mark + rb"(?:(row)\b|c\b([^>]*?)(/?)>)")
        self.unusual_cell = re.compile(mark + rb"c(?! r=\"[AB]?[A-Z]\d{1,5}\")[\s/>]")
        self.foreign = re.compile(rb"<(?:row|c)\b" if prefix else rb"<[^\s<>/:]+:(?:row|c)\b")
        self.foreign_marks = (b"<row", b"<c") if prefix else (b":row", b":c")


NUMBER = re.compile(rb"\sr\s*=\s*[\"'](\d{1,7})[\"']")
REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,9})(\d{1,9})[\"']")
FAR_REFERENCE = re.compile(rb"\sr\s*=\s*[\"'](?:[A-Za-z]{3}|[C-Zc-z][A-Za-z]|[A-Za-z]{1,2}\d{6})")
QUOTED_BRACKET = re.compile(rb"=\s*(?:\"[^\"<]*>[^\"<]*\"|'[^'<]*>[^'<]*')")
ERROR_TYPE = re.compile(rb"\st=[\"']e[\"']")
SHEET_DATA = re.compile(rb"<(\w+:)?sheetData\b")


@cache
def tags_with(prefix: bytes) -> Tags:
    return Tags(prefix)


def sheet_blocks(path: Path, part: zipfile.ZipInfo) -> Iterator[tuple[Tags, bytes]]:
    """The rows of a sheet, many whole rows at a time."""
    tags, rest = None, b""
    with path.open("rb") as source:
        for chunk in unpacked(source, part):
            rest += chunk
            if tags is None:
                match = SHEET_DATA.search(rest)
                if match is None:
                    continue
                tags, rest = tags_with(match[1] or b""), rest[match.end() :]
            end = rest.find(tags.end)
            cut = end if end >= 0 else rest.rfind(tags.row_start)
            if cut > 0:
                yield tags, rest[:cut]
                rest = rest[cut:]
            if end >= 0:
                return
            if len(rest) > MAX_ROW_BYTES + CHUNK:
                raise WorkbookRefused(DAMAGED)
    if tags is None:
        raise WorkbookRefused(DAMAGED)
    yield tags, rest


def scan_sheet(path: Path, part: zipfile.ZipInfo, last_row: int, max_rows: int) -> bool:
    """Whether any cell is a formula or an error; refuses sheets that would fill the memory when loaded."""
    has_faults, number = False, 0
    for tags, block in sheet_blocks(path, part):
        for row in tags.row.finditer(block):
            match = NUMBER.search(row[1])
            previous, number = number, int(match[1]) if match else number + 1
            if number <= previous:
                raise WorkbookRefused(DAMAGED)
            if number > last_row and has_content(tags, block, row.end()):
                raise too_many_rows(max_rows)
        if any(mark in block for mark in tags.foreign_marks) and tags.foreign.search(block):
            raise WorkbookRefused(DAMAGED)
        if tags.unusual_cell.search(block):
            check_far_cells(tags, block, last_row, max_rows)
        has_faults = has_faults or any(mark in block for mark in tags.fault_marks)
    return has_faults


def has_content(tags: Tags, block: bytes, start: int) -> bool:
    end = block.find(tags.row_start, start)
    return tags.content.search(block, start, end if end >= 0 else len(block)) is not None


def check_far_cells(tags: Tags, block: bytes, last_row: int, max_rows: int) -> None:
    """Content right of any template or below the last row; formatted empty cells do no harm."""
    column = seen = 0
    if QUOTED_BRACKET.search(block):
        raise WorkbookRefused(DAMAGED)
    for token in tags.cell.finditer(block):
        is_row, attributes, is_empty = token.groups()
        if is_row:
            column = 0
            continue
        reference = REFERENCE.search(attributes)
        seen += FAR_REFERENCE.search(attributes) is not None
        column = column_number(reference[1]) if reference else column + 1
        if is_empty:
            continue
        if reference and int(reference[2]) > last_row:
            raise too_many_rows(max_rows)
        if column > MAX_COLUMN:
            raise WorkbookRefused("表格右侧有模板以外的内容，请删除后再上传。", "I-002")
    if seen != len(FAR_REFERENCE.findall(block)):
        raise WorkbookRefused(DAMAGED)


def column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def faulty_rows(path: Path, part: zipfile.ZipInfo) -> Iterator[tuple[int, dict[int, CellFault]]]:
    """Rows with formulas and error values, by row number, columns counted from 0."""
    row, column, faults = 0, 0, {}
    for tags, block in sheet_blocks(path, part):
        for token in tags.token.finditer(block):
            row_attributes, cell_attributes, formula = token.groups()
            if row_attributes is not None:
                if faults:
                    yield row, faults
                match = NUMBER.search(row_attributes)
                row, column, faults = int(match[1]) if match else row + 1, 0, {}
            elif cell_attributes is not None:
                reference = REFERENCE.search(cell_attributes)
                column = column_number(reference[1]) if reference else column + 1
                if ERROR_TYPE.search(cell_attributes):
                    faults[column - 1] = CellFault.ERROR
            elif formula:
                faults[column - 1] = CellFault.FORMULA
    if faults:
        yield row, faults
