"""Bad rows mended in the browser: checked by the same functions, kept encrypted, shown masked."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from tests.factories import EnterpriseFactory, resident_id_of
from tests.usedcar.imports import NAMES, checked, made_rows, write
from tests.usedcar.trades import person
from usedcar import jobs
from usedcar.bad_rows import MENDABLE
from usedcar.enums import ImportStatus
from usedcar.models import BadRow, ImportBatch, Trade

pytestmark = pytest.mark.django_db
NUMBER = resident_id_of(77)
WRONG = NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")


@pytest.fixture
def market():
    return EnterpriseFactory(confirmed=True, market=True)


@pytest.fixture
def clerk(client_for, market):
    return client_for(market.staff.first())


@pytest.fixture
def batch(tmp_path, market):
    """Four rows; row 4 has a short VIN, row 5 a wrong number of the buyer."""
    rows = made_rows(market, 4)
    rows[1] = {**rows[1], "vin": "LSV"}
    rows[2] = {
        **rows[2],
        **person("buyer", WRONG),
        "buyer_phone": "13800000001",
        "buyer_address": "演示路1号",
    }
    found = checked(market, tmp_path, rows)
    assert (found.good_count, found.bad_count) == (2, 2)
    return found


def mend(client, batch, **cells):
    """Send cells as `r4_vin=…`."""
    posted = {name.replace("_", "-", 1): value for name, value in cells.items()}
    return client.post(reverse("usedcar:import-mend", args=[batch.pk]), posted)


def counts(batch):
    batch.refresh_from_db()
    return batch.good_count, batch.warned_count, batch.bad_count, batch.known_count


def right_vin(market):
    return made_rows(market, 2)[1]["vin"]


def error_rows(client, batch):
    answer = client.get(reverse("usedcar:import-errors", args=[batch.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    return list(sheet.iter_rows(min_row=3, values_only=True))


def test_grid_shows_bad_cells_and_no_number_of_a_person(batch, clerk):
    for page in ("import-mend", "import-row", "import-detail"):
        arguments = [batch.pk, 5] if page == "import-row" else [batch.pk]
        answer = clerk.get(reverse(f"usedcar:{page}", args=arguments))
        text = answer.content.decode()
        assert "身份证号码校验不通过" in text
        assert not [secret for secret in (WRONG, "13800000001", "演示路1号") if secret in text]
        assert answer["Cache-Control"] == "private, no-store"
    grid = clerk.get(reverse("usedcar:import-mend", args=[batch.pk])).content.decode()
    assert 'name="r4-vin"' in grid
    assert f'placeholder="{WRONG[:3]}' in grid


def test_bad_rows_lie_encrypted(batch):
    with connection.cursor() as cursor:
        cursor.execute("SELECT cells FROM usedcar_badrow")
        stored = b"".join(bytes(cells) for (cells,) in cursor.fetchall())
    assert stored
    assert WRONG.encode() not in stored
    assert "演示路".encode() not in stored


def test_mended_rows_are_imported_with_the_others(batch, clerk, market):
    answer = mend(clerk, batch, r4_vin=right_vin(market), r5_buyer_id_number=NUMBER)
    assert answer.url == reverse("usedcar:import-detail", args=[batch.pk])
    assert counts(batch) == (4, 0, 0, 0)
    assert (BadRow.objects.count(), batch.faults.count()) == (0, 0)
    assert write(batch) == 4
    trade = Trade.objects.get(batch_row_no=5)
    assert (trade.buyer_id_number, trade.buyer_phone) == (NUMBER, "13800000001")


def test_row_that_is_still_bad_keeps_what_was_typed(batch, clerk):
    mend(clerk, batch, r4_vin="LSV1")
    assert counts(batch) == (2, 0, 2, 0)
    assert 'value="LSV1"' in clerk.get(reverse("usedcar:import-mend", args=[batch.pk])).content.decode()
    assert error_rows(clerk, batch)[0][NAMES.index("vin")] == "LSV1"


def test_private_cell_left_empty_stays_as_it_is(batch, clerk, market):
    mend(clerk, batch, r4_vin=right_vin(market), r4_buyer_id_number="", r5_buyer_id_number="")
    assert counts(batch) == (3, 0, 1, 0)
    (row,) = error_rows(clerk, batch)
    assert row[NAMES.index("buyer_id_number")] == WRONG


def test_row_mended_into_another_row_of_the_file_is_named(batch, clerk, market):
    first = made_rows(market, 1)[0]
    typed = {"invoice_kind": "数电票" if first["invoice_kind"] == "DIGITAL" else "纸质"}
    typed |= {name: first[name] for name in ("invoice_code", "invoice_number")}
    mend(clerk, batch, r4_vin=right_vin(market), **{f"r4_{name}": text for name, text in typed.items()})
    assert counts(batch)[2] == 2
    assert batch.faults.get(row_no=4).message == "第4行与第3行重复。[I-007]"


def test_mended_row_with_a_doubt_asks_like_any_other(batch, clerk, market):
    mend(clerk, batch, r4_vin=right_vin(market), r4_price="900")
    assert counts(batch) == (3, 1, 1, 0)
    assert list(batch.faults.filter(row_no=4).values_list("rule", flat=True)) == ["T-052"]


def test_error_workbook_holds_the_rows_that_are_still_bad(batch, clerk, market):
    assert len(error_rows(clerk, batch)) == 2
    mend(clerk, batch, r4_vin=right_vin(market))
    assert len(error_rows(clerk, batch)) == 1


def test_control_of_no_column_and_row_of_another_import_are_passed_over(batch, clerk, market, tmp_path):
    other = checked(market, tmp_path, [{**row, "vin": "LSV"} for row in made_rows(market, 9)[6:9]])
    mend(clerk, batch, r4_batch="9", r9_vin=right_vin(market), **{"r4_vin__gt": "1"})
    assert counts(batch) == (2, 0, 2, 0)
    assert counts(other) == (0, 0, 3, 0)


def test_many_bad_rows_come_back_as_a_file_alone(tmp_path, market, clerk, monkeypatch):
    monkeypatch.setattr(jobs, "MENDABLE", 2)
    monkeypatch.setattr("usedcar.bad_rows.MENDABLE", 2)
    batch = checked(market, tmp_path, made_rows(market, 3, vin="LSV"))
    assert MENDABLE == 200
    assert (batch.bad_count, BadRow.objects.count(), len(error_rows(clerk, batch))) == (3, 0, 3)
    assert "在网页上修改" not in clerk.get(reverse("usedcar:import-detail", args=[batch.pk])).content.decode()
    assert clerk.get(reverse("usedcar:import-mend", args=[batch.pk])).status_code == 302


def test_rows_left_bad_are_mended_after_the_import_as_one_of_their_own(batch, clerk, market):
    assert write(batch) == 2
    url = reverse("usedcar:import-continue", args=[batch.pk])
    answer = clerk.post(url)
    later = ImportBatch.objects.latest("id")
    assert answer.url == reverse("usedcar:import-mend", args=[later.pk])
    assert (later.continues, later.status, later.bad_count) == (batch, ImportStatus.CHECKED, 2)
    assert clerk.post(url).status_code == 409
    mend(clerk, later, r4_vin=right_vin(market), r5_buyer_id_number=NUMBER)
    later.refresh_from_db()
    assert write(later) == 2
    assert sorted(Trade.objects.values_list("batch", "batch_row_no")) == [
        (batch.pk, 3),
        (batch.pk, 6),
        (later.pk, 4),
        (later.pk, 5),
    ]
    page = clerk.get(reverse("usedcar:import-detail", args=[batch.pk])).content.decode()
    assert "错误行的后续导入" in page


def test_nothing_is_mended_once_the_import_was_confirmed(batch, clerk, market):
    write(batch)
    mend(clerk, batch, r4_vin=right_vin(market))
    assert counts(batch) == (2, 0, 2, 0)
    assert clerk.get(reverse("usedcar:import-row", args=[batch.pk, 4])).status_code == 404


def test_bad_rows_are_deleted_a_day_after_the_end(batch):
    write(batch)
    ended = timezone.now() - jobs.KEEP_FILES - timedelta(minutes=1)
    ImportBatch.objects.filter(pk=batch.pk).update(finished_at=ended)
    jobs.sweep()
    assert not BadRow.objects.exists()
