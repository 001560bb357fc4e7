"""Ten thousand rows, some of them bad: in, back as an error workbook, mended and in again, nothing twice."""

from datetime import timedelta
from itertools import cycle, islice

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from autoflow.common.errors import BusinessError
from tests.factories import EnterpriseFactory
from usedcar import jobs, services
from usedcar.enums import ImportStatus
from usedcar.import_rows import match_header
from usedcar.models import Trade
from usedcar.synthetic import Reporter, trade_rows
from usedcar.template_workbook import ErrorWorkbook, cells_of, template_columns

pytestmark = pytest.mark.django_db
NAMES = [column["identifier"] for column in template_columns()]
ROWS, BAD = 10_000, 37
FAULTS = (
    ("vin", "LSV"),
    ("buyer_id_number", 1.1e17),
    ("price", "45,000"),
    ("fuel_type", "空气"),
    ("traded_on", "2026/3/1"),
)


@pytest.fixture
def market():
    return EnterpriseFactory(confirmed=True, market=True)


def made_rows(market, count, **changes):
    reporter = Reporter(market.uscc, market.name, market.division_code)
    days = [timezone.localdate() - timedelta(days=number) for number in range(20)]
    return [{**row, **changes} for row in trade_rows(count, 9, days=days, reporter=reporter)]


def upload(market, path):
    file = SimpleUploadedFile("交易.xlsx", path.read_bytes())
    batch = services.upload_import(upload=file, by=market.staff.first())
    jobs.check_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.status == ImportStatus.CHECKED, batch.failure
    return batch


def write(batch):
    services.commit_import(batch_id=batch.pk, has_read_warnings=True, by=batch.uploaded_by)
    jobs.write_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch.written_count


def filled(path, rows):
    book = ErrorWorkbook(str(path), NAMES)
    for cells in rows:
        book.add(cells, [])
    book.close()
    return path


def mended(batch, path, right):
    """The error workbook with the right cells put in, saved by another program."""
    with default_storage.open(batch.errors_stored_as) as source:
        book = openpyxl.load_workbook(source)
    sheet = book.worksheets[0]
    names, _ = match_header(cell.value or "" for cell in sheet[2])
    place = names.index("invoice_number")
    bad = list(sheet.iter_rows(min_row=3))
    for row in bad:
        for cell, name in zip(row, names, strict=True):
            if name is not None:
                cell.value = right[row[place].value][NAMES.index(name)]
    book.save(path)
    return len(bad)


def test_bad_rows_of_ten_thousand_come_back_and_go_in_mended(tmp_path, market):
    rows = [cells_of(row) for row in made_rows(market, ROWS)]
    right = {cells[NAMES.index("invoice_number")]: cells for cells in rows}
    spoilt = [list(cells) for cells in rows]
    for cells, (name, value) in zip(spoilt[:: ROWS // BAD + 1], islice(cycle(FAULTS), BAD), strict=False):
        cells[NAMES.index(name)] = value
    first = filled(tmp_path / "first.xlsx", spoilt)

    batch = upload(market, first)
    assert (batch.total_count, batch.good_count, batch.bad_count) == (ROWS, ROWS - BAD, BAD)
    assert write(batch) == ROWS - BAD

    assert mended(batch, tmp_path / "mended.xlsx", right) == BAD
    again = upload(market, tmp_path / "mended.xlsx")
    assert (again.good_count, again.bad_count, again.known_count) == (BAD, 0, 0)
    assert write(again) == BAD
    assert Trade.objects.count() == ROWS

    same = upload(market, first)
    assert (same.known_count, same.ready_count) == (ROWS - BAD, 0)
    with pytest.raises(BusinessError, match="没有可导入的行"):
        write(same)
    assert Trade.objects.count() == ROWS


def test_third_short_sale_and_second_deal_in_one_file_are_named(tmp_path, market):
    day = timezone.localdate()
    person = {
        "seller_party_kind": "PERSON",
        "seller_name": "张三",
        "seller_uscc": "",
        "seller_nationality": "CN",
        "seller_ethnic_group": "01",
        "seller_id_type": "RESIDENT_ID",
        "seller_id_number": "110101190001010014",
        "traded_on": day,
        "invoice_date": day,
    }
    rows = made_rows(market, 3, **person, original_purchased_on=day - timedelta(days=90))
    second = {**rows[0], "invoice_number": "99999999", "original_purchased_on": None}
    if rows[0]["invoice_kind"] == "DIGITAL":
        second["invoice_number"] = "9" * 20
    path = filled(tmp_path / "file.xlsx", [cells_of(row) for row in (*rows, second)])
    batch = upload(market, path)
    stopping = batch.faults.filter(severity__startswith="error").values_list("row_no", "rule")
    assert sorted(stopping) == [(5, "T-062"), (6, "I-007")]


def test_vehicle_sold_on_within_a_week_in_one_file_is_a_question(tmp_path, market):
    day = timezone.localdate()
    row = made_rows(market, 1, traded_on=day - timedelta(days=3), invoice_date=day - timedelta(days=3))[0]
    buyer = {
        name.replace("buyer", "seller"): value for name, value in row.items() if name.startswith("buyer_")
    }
    other = made_rows(market, 2)[1]
    sold_on = {
        **row,
        **buyer,
        **{name: value for name, value in other.items() if name.startswith(("buyer_", "invoice_"))},
        "traded_on": day,
        "invoice_date": day,
    }
    batch = upload(market, filled(tmp_path / "file.xlsx", [cells_of(row), cells_of(sold_on)]))
    assert (batch.good_count, batch.warned_count) == (2, 1)
    assert list(batch.faults.values_list("row_no", "rule")) == [(4, "T-060")]
