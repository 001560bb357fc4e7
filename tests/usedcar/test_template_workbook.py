"""The template reads back as it was written; the example and the returned rows import cleanly."""

import openpyxl
import pytest
from django.utils import timezone

from autoflow.common.sheet_slices import read_slices, slice_of
from autoflow.common.workbooks import CellFault, WorkbookRefused, check_container, read_rows
from usedcar.import_checks import read_header
from usedcar.import_rows import check_row
from usedcar.template_workbook import GUIDE, SHEET, ErrorWorkbook, template_columns, template_workbook

NAMES = [column["identifier"] for column in template_columns()]
LABELS = [column["header_zh"].lstrip("*") for column in template_columns()]


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "template.xlsx"
    path.write_bytes(template_workbook())
    return path


def test_template_passes_the_checks_of_an_upload(template):
    check_container(template)
    header, row, key_place = read_header(next(read_slices(template)), {})
    assert (header.names, header.notes, row, key_place) == (NAMES, [], 2, None)


def test_template_locks_its_head_and_types_its_columns(template):
    sheet = openpyxl.load_workbook(template)[SHEET]
    assert sheet.protection.sheet
    assert sheet["A1"].protection.locked
    assert sheet["A2"].protection.locked
    assert not sheet.column_dimensions["G"].protection.locked
    assert sheet.column_dimensions["G"].number_format == "@"
    assert len(sheet.data_validations.dataValidation) == sum(
        column["cell_format"] == "list" for column in template_columns()
    )


def test_example_of_the_guide_breaks_no_rule(template):
    *_, (_, cells) = read_rows(template, GUIDE)
    _, findings = check_row(cells, NAMES, 3, timezone.localdate(), "")
    assert findings == []


def test_returned_row_keeps_text_as_text_and_its_reasons_last(tmp_path):
    path = tmp_path / "errors.xlsx"
    errors = ErrorWorkbook(str(path), [*reversed(NAMES), None])
    cells = dict.fromkeys(NAMES, "")
    cells |= {"buyer_name": "=1+1", "seller_id_number": 1.10101e17, "plate_no": CellFault.FORMULA}
    errors.add([cells[name] for name in reversed(NAMES)], ["原因一", "原因二"])
    errors.close()
    row = openpyxl.load_workbook(path)[SHEET][3]
    typed = dict(zip(NAMES, row, strict=False))
    assert (typed["buyer_name"].value, typed["buyer_name"].data_type) == ("=1+1", "s")
    assert typed["seller_id_number"].value == 1.10101e17
    assert typed["plate_no"].value == "（原为公式）"
    assert row[len(NAMES)].value == "原因一；原因二"


def test_returned_workbook_can_be_uploaded_as_it_is(tmp_path):
    path = tmp_path / "errors.xlsx"
    errors = ErrorWorkbook(str(path), NAMES)
    errors.add(["个人"], ["原因"])
    errors.close()
    header, _, key_place = read_header(next(read_slices(path)), {})
    assert (header.names[: len(NAMES)], header.notes, key_place) == (NAMES, [], len(NAMES) + 1)


def test_header_without_required_columns_refuses_the_file():
    with pytest.raises(WorkbookRefused, match="缺少必填列“车辆识别代号”。"):
        read_header(slice_of([(2, [label for label in LABELS if label != "车辆识别代号"])]), {})
