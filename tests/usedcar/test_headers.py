"""Headers that are not those of the template: asked about, named, or refused, never guessed."""

import pytest
from django.urls import reverse

from tests.factories import EnterpriseFactory
from tests.usedcar.imports import NAMES, edited, filled, made_rows, upload
from usedcar.enums import ImportStatus
from usedcar.models import Trade
from usedcar.template_workbook import cells_of

pytestmark = pytest.mark.django_db
VIN, PRICE, REMARK = (NAMES.index(name) + 1 for name in ("vin", "price", "remark"))


@pytest.fixture
def market():
    return EnterpriseFactory(confirmed=True, market=True)


@pytest.fixture
def clerk(client_for, market):
    return client_for(market.staff.first())


def with_headers(market, folder, headers):
    """An upload of three right rows under some other headers, by column."""

    def change(sheet):
        for column, text in headers.items():
            sheet.cell(2, column).value = text

    rows = [cells_of(row) for row in made_rows(market, 3)]
    return upload(market, edited(filled(folder / "rows.xlsx", rows), change))


def page_of(clerk, batch):
    return clerk.get(reverse("usedcar:import-detail", args=[batch.pk])).content.decode()


def answer(clerk, batch, run, **columns):
    with run(execute=True):
        return clerk.post(reverse("usedcar:import-headers", args=[batch.pk]), columns)


def test_misspelt_header_waits_for_the_answer_and_then_goes_on(
    tmp_path, market, clerk, django_capture_on_commit_callbacks
):
    batch = with_headers(market, tmp_path, {VIN: "车辆识别代码", PRICE: "成交价（元）", REMARK: "备忘"})
    assert (batch.status, batch.lease_until, batch.staged.count()) == (ImportStatus.ASKING, None, 0)
    assert "有列名待核对" in clerk.get(reverse("home")).content.decode()
    page = page_of(clerk, batch)
    assert "文件中的列“车辆识别代码”是" in page
    assert '<option value="vin" selected>车辆识别代号（必填）</option>' in page
    columns = {"column_0": "vin", "column_1": "price", "column_2": ""}
    assert answer(clerk, batch, django_capture_on_commit_callbacks, **columns).status_code == 302
    batch.refresh_from_db()
    assert (batch.status, batch.good_count, batch.bad_count) == (ImportStatus.CHECKED, 3, 0)
    page = page_of(clerk, batch)
    assert "列“备忘”不在模板中，没有导入。" in page
    assert "文件没有列“备注”，按空白处理。" in page
    assert answer(clerk, batch, django_capture_on_commit_callbacks, **columns).status_code == 409


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"column_0": "", "column_1": "price"}, "缺少必填列“车辆识别代号”"),
        ({"column_0": "price", "column_1": "price"}, "有两列都选了“车价合计（元）”"),
        ({"column_0": "vin", "column_1": "seller_name"}, "请从列出的列名中选择"),
        ({}, "缺少必填列“车辆识别代号”、“车价合计（元）”"),
    ],
)
def test_answer_that_leaves_a_doubt_is_refused_and_kept(
    tmp_path, market, clerk, django_capture_on_commit_callbacks, columns, message
):
    batch = with_headers(market, tmp_path, {VIN: "车辆识别代码", PRICE: "成交价（元）"})
    refused = answer(clerk, batch, django_capture_on_commit_callbacks, **columns)
    assert refused.status_code == 422
    assert message in refused.content.decode()
    chosen = columns.get("column_0", "vin")
    assert f'<option value="{chosen}" selected>' in refused.content.decode() or not chosen
    batch.refresh_from_db()
    assert batch.status == ImportStatus.ASKING


def test_extra_column_like_none_of_the_template_is_named_without_a_question(tmp_path, market, clerk):
    batch = with_headers(market, tmp_path, {len(NAMES) + 3: "经手人电话"})
    assert (batch.status, batch.good_count) == (ImportStatus.CHECKED, 3)
    assert "列“经手人电话”不在模板中，没有导入。" in page_of(clerk, batch)


def test_file_without_a_required_column_is_refused_by_its_name(tmp_path, market):
    batch = with_headers(market, tmp_path, {VIN: None})
    assert batch.status == ImportStatus.FAILED
    assert "缺少必填列“车辆识别代号”。" in batch.failure


def test_columns_in_another_order_are_read_by_their_names(tmp_path, market):
    rows = [cells_of(row) for row in made_rows(market, 2)]

    def turn(sheet):
        for row in sheet.iter_rows(min_row=2, max_col=len(NAMES)):
            for cell, value in zip(row, [cell.value for cell in row][::-1], strict=True):
                cell.value = value

    batch = upload(market, edited(filled(tmp_path / "rows.xlsx", rows), turn))
    assert (batch.good_count, batch.bad_count) == (2, 0)
    assert set(batch.staged.values_list("vin", flat=True)) == {row[VIN - 1] for row in rows}


def test_import_that_asks_can_be_cancelled(tmp_path, market, clerk):
    batch = with_headers(market, tmp_path, {VIN: "车辆识别代码"})
    clerk.post(reverse("usedcar:import-cancel", args=[batch.pk]))
    batch.refresh_from_db()
    assert (batch.status, Trade.objects.count()) == (ImportStatus.CANCELLED, 0)
