"""Ten thousand rows, some of them bad: in, back as an error workbook, mended and in again, nothing twice."""

import io
from datetime import timedelta
from itertools import cycle, islice

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from autoflow.common.errors import BusinessError
from tests.factories import EnterpriseFactory
from tests.usedcar.imports import NAMES, filled, made_rows, upload, write
from usedcar.models import Trade
from usedcar.template_workbook import cells_of

pytestmark = pytest.mark.django_db
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


def mended(client, batch, path, right):
    """The error workbook as downloaded, with right values put into the noted cells by another program; how
    many cells of each row are noted, coloured, and keyed.
    """
    answer = client.get(reverse("usedcar:import-errors", args=[batch.pk]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    sheet = book.worksheets[0]
    place, found = NAMES.index("invoice_number"), []
    for row in sheet.iter_rows(min_row=3):
        noted = [cell for cell in row if cell.comment]
        assert noted == [cell for cell in row if cell.fill.fgColor.rgb == "FFFDE7E7"]
        for cell in noted:
            cell.value = right[row[place].value][cell.column - 1]
        found.append(len(noted))
    assert sheet.column_dimensions[row[-1].column_letter].hidden
    book.save(path)
    return found


def test_bad_rows_of_ten_thousand_come_back_and_go_in_mended(tmp_path, market, client_for):
    clerk = client_for(market.staff.first())
    rows = [cells_of(row) for row in made_rows(market, ROWS)]
    right = {cells[NAMES.index("invoice_number")]: cells for cells in rows}
    spoilt = [list(cells) for cells in rows]
    for cells, (name, value) in zip(spoilt[:: ROWS // BAD + 1], islice(cycle(FAULTS), BAD), strict=False):
        cells[NAMES.index(name)] = value
    first = filled(tmp_path / "first.xlsx", spoilt)

    batch = upload(market, first)
    assert (batch.total_count, batch.good_count, batch.bad_count) == (ROWS, ROWS - BAD, BAD)
    assert write(batch) == ROWS - BAD

    assert mended(clerk, batch, tmp_path / "mended.xlsx", right) == [1] * BAD
    again = upload(market, tmp_path / "mended.xlsx")
    assert (again.good_count, again.bad_count, again.known_count, again.continues) == (BAD, 0, 0, batch)
    assert write(again) == BAD
    assert Trade.objects.count() == ROWS

    same = upload(market, first)
    assert (same.known_count, same.ready_count) == (ROWS - BAD, 0)
    page = clerk.get(reverse("usedcar:import-detail", args=[same.pk])).content.decode()
    assert f"导入，共 {ROWS - BAD:,} 行；已上报过的行不会重复导入" in page
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
