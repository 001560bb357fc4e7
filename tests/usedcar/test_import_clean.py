"""Columns call a row clean only if the rules of a single row find nothing, and read it to the same values."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from autoflow.common.sheet_slices import slice_of
from autoflow.common.workbooks import CellFault
from tests.factories import uscc_of
from usedcar.import_clean import clean_rows
from usedcar.import_columns import frame_of, read_columns
from usedcar.import_rows import check_row
from usedcar.synthetic import Reporter, trade_rows
from usedcar.template_workbook import cells_of, template_columns

TODAY = date(2026, 3, 31)
REPORTER = uscc_of(1)
NAMES = [column["identifier"] for column in template_columns()]
VECTORS = json.loads((Path(__file__).parents[1] / "data" / "check_vectors.json").read_text())
PLACES = {
    "uscc": dict.fromkeys(("seller_uscc", "buyer_uscc", "market_uscc"), "value"),
    "resident_id": dict.fromkeys(("seller_id_number", "buyer_id_number"), "value"),
    "hmt_residence_permit": {"buyer_id_number": "value"},
    "foreign_permanent_resident": {"buyer_id_number": "value"},
    "travel_documents": {"buyer_id_number": "value"},
    "vin": {"vin": "value"},
    "plate": {"plate_no": "value"},
    "invoice": {"invoice_number": "number", "invoice_code": "code"},
    "mobile": {"buyer_phone": "value"},
}
DOCUMENTS = {"hmt_residence_permit": "HMT_RESIDENCE", "foreign_permanent_resident": "FOREIGN_PR_NEW"}
ODD_TEXTS = """
 |　|x|张三|张 三|张  三| 张三|张三 |张\u200b三|张3|张²|𠮷田|买买提·艾力|１２３|0|1|12|1E5|1.1E+17
12345678|ABC|a-b|是|否|TRUE|汽油|A|Ａ|2026-03-01|2026-02-30|2026/3/1|浙江省/杭州市|330100|999999|13800000001|+8613800000001
0571-88880000|330100.0
8613800000001|K33|T11|挂|企业|个人|ORG|中国|US|美国|护照|京A00001|京AD00001|使000001|LSVTEST11N2000001
"""
ODD_CELLS = (
    "",
    *(text for line in ODD_TEXTS.strip("\n").split("\n") for text in line.split("|")),
    *(0, 1, -1, 0.1 + 0.2, 1.005, 45000.1, 999.99, 1000, 3_000_000.01, 5e7, 1e15, 1e308, float("nan")),
    *(330100.0, 20.05, 6.8, 2_000_001, True, False, None, timedelta(1)),
    *(date(2026, 3, 20), date(2024, 3, 30), date(1969, 12, 31), date(2026, 4, 1)),
    datetime(2026, 3, 1, 12),  # noqa: DTZ001 -- as a cell holds it
    *CellFault,
)


def synthetic(count, kind="B1", seed=3):
    """Rows as the workbook hands them over: figures are floats."""
    days = [TODAY - timedelta(days=number) for number in range(700)]
    reporter = Reporter(REPORTER, "测试企业", "330106", kind)
    rows = trade_rows(count, seed, days=days, reporter=reporter)
    return [[float(cell) if isinstance(cell, Decimal) else cell for cell in cells_of(row)] for row in rows]


def disagreements(cells, names=NAMES):
    """What the row rules read or find otherwise in rows that columns call clean, and how many those are."""
    frame = read_columns(slice_of(enumerate(cells, start=3)), names)
    clean = clean_rows(frame, TODAY, REPORTER).to_list()
    read = frame.drop("is_read").rows(named=True)
    wrong = []
    for place, is_clean in enumerate(clean):
        if is_clean:
            values, findings = check_row(cells[place], names, 3, TODAY, REPORTER)
            single = frame_of([values]).row(0, named=True)
            wrong += [
                (name, read[place][name], value)
                for name, value in single.items()
                if value != read[place][name]
            ]
            wrong += findings
    return wrong, sum(clean)


@pytest.mark.parametrize("kind", ["B1", "B2", "B4"])
def test_synthetic_rows_are_clean_and_read_alike(kind):
    cells = synthetic(300, kind)
    wrong, count = disagreements(cells)
    expected = [not check_row(row, NAMES, 3, TODAY, REPORTER)[1] for row in cells]
    assert wrong == []
    assert count == sum(expected)
    assert count > 250


@pytest.mark.parametrize("name", NAMES)
def test_every_odd_cell_in_every_column_is_clean_only_without_finding(name):
    place, rows = NAMES.index(name), synthetic(len(ODD_CELLS))
    for row, cell in zip(rows, ODD_CELLS, strict=True):
        row[place] = cell
    assert disagreements(rows)[0] == []


@pytest.mark.parametrize("seed", range(3))
def test_mutated_rows_are_clean_only_without_finding(seed):
    random = Random(seed)
    rows, others = synthetic(1_000, seed=seed), synthetic(1_000, "B2", seed=seed + 50)
    for row, other in zip(rows, others, strict=True):
        for _ in range(random.randrange(1, 4)):
            place = random.randrange(len(NAMES))
            row[place] = mutated(row[place], other[place], random)
    wrong, count = disagreements(rows)
    assert wrong == []
    assert 50 < count < 900


def mutated(cell, other, random):
    """Another row's cell, an odd one, or the same with a character changed, a day or a digit shifted."""
    kind = random.randrange(4)
    if kind == 0:
        return other
    if kind == 1:
        return random.choice(ODD_CELLS)
    if isinstance(cell, str) and cell:
        at = random.randrange(len(cell))
        return cell[:at] + random.choice(["", "0", "1", "X", "I", "l", " ", "·", "Ｘ", "九"]) + cell[at + 1 :]
    if isinstance(cell, date):
        return cell + timedelta(days=random.choice([-4000, -700, -32, -1, 1, 31, 366]))
    if isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool):
        return float(cell) * random.choice([0, -1, 0.01, 0.1, 10, 100]) + random.choice([0, 0.001, 0.5])
    return cell


@pytest.mark.parametrize("kind", PLACES)
def test_check_vectors_agree(kind):
    for name, key in PLACES[kind].items():
        rows = synthetic(len(VECTORS[kind]))
        for row, vector in zip(rows, VECTORS[kind], strict=True):
            row[NAMES.index(name)] = vector[key]
            kinds = {
                "buyer_id_type": vector.get("type", DOCUMENTS.get(kind)),
                "invoice_kind": vector.get("kind"),
            }
            for other, code in kinds.items():
                if code:
                    row[NAMES.index(other)] = code
        assert disagreements(rows)[0] == []


def test_columns_in_any_order_short_rows_and_unknown_columns_are_read_alike():
    names = [None, *reversed(NAMES)]
    rows = [["x", *reversed(row)] for row in synthetic(20)]
    rows = [row[: 40 + place] for place, row in enumerate(rows)]
    assert disagreements(rows, names)[0] == []
