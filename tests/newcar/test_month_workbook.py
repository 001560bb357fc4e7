"""汽车销售月报 as a workbook and as pasted rows with names, and models asked for without leaving the page."""

import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalog.models import Displacement, VehicleModel
from filing.models import BrandLine
from newcar.models import MonthlyLine
from reporting.models import Report
from reporting.services import delete_report, start_report
from tests.factories import VehicleModelFactory
from tests.newcar.conftest import MONTH
from tests.newcar.test_month import posted

pytestmark = pytest.mark.django_db
FIRST = 4  # row of the first line in the file
CELLS_FROM = 6  # its first figure stands in column F


@pytest.fixture
def client(client_for, clerk):
    return client_for(clerk)


@pytest.fixture
def report(clerk, at):
    with at():
        return start_report(form="newcar_monthly", period=MONTH, by=clerk)


@pytest.fixture
def url(report):
    return reverse("newcar:monthly-edit", args=[report.pk])


@pytest.fixture
def download(client, at, report, models):
    """The workbook of the report, open in openpyxl."""

    def download():
        with at():
            answer = client.get(reverse("newcar:monthly-workbook", args=[report.pk]))
        return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))

    return download


@pytest.fixture
def send(client, at, report, url):
    """Post the page with these lines and what else is given, at a moment."""

    def send(lines=(), moment="2026-11-02 09:00", **more):
        report.refresh_from_db()
        with at(moment):
            return client.post(url, posted(report, list(lines), **more))

    return send


def file_of(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return SimpleUploadedFile("月报.xlsx", buffer.getvalue())


def fill(book, figures=(5, 10, 8, 6, 1, 1, 0, 7, 120.5, 1, 2)):
    """The figures of a good line in every row that has a name."""
    sheet = book["销售明细"]
    for row in sheet.iter_rows(min_row=FIRST):
        if row[3].value:
            for cell, figure in zip(row[CELLS_FROM - 1 :], figures, strict=False):
                cell.value = figure
    return book


def named(*rows):
    return "\n".join("\t".join(map(str, row)) for row in rows)


def test_workbook_goes_out_and_comes_back_with_its_figures(download, send, url):
    book = fill(download())
    assert [cell.value for cell in book["销售明细"][2]][:4] == [
        "报表",
        "汽车销售月报",
        "报告期",
        "2026-10",
    ]
    answer = send(action="upload", workbook=file_of(book))
    assert (answer.status_code, answer.headers["Location"]) == (302, url)
    lines = MonthlyLine.objects.order_by("number").values_list("model__name", "sales_qty", "sales_amount")
    assert [(name, qty, str(money)) for name, qty, money in lines] == [
        ("测试车乙", 8, "120.50"),
        ("测试车甲", 8, "120.50"),
    ]
    again = download()["销售明细"]
    assert [again.cell(FIRST, column).value for column in (5, 6, 14)] == ["1.5", 5, 120.5]


def test_names_are_text_and_what_is_no_figure_is_locked(download):
    sheet = download()["销售明细"]
    assert (sheet.cell(FIRST, 5).number_format, sheet.protection.sheet) == ("@", True)
    assert (sheet.cell(3, 5).protection.locked, sheet.cell(FIRST, 6).protection.locked) == (True, False)


def test_rows_of_a_workbook_replace_those_of_the_page(download, send, models, line_of):
    book = fill(download())
    book["销售明细"].delete_rows(FIRST)
    send([line_of(models[0])], action="upload", workbook=file_of(book))
    assert [line.model.name for line in MonthlyLine.objects.all()] == ["测试车甲"]


def test_faults_of_a_workbook_stand_at_their_cells(download, send):
    book = fill(download())
    sheet = book["销售明细"]
    sheet.cell(FIRST, 7).value = "十"
    sheet.cell(FIRST + 1, 7).value = "=5+5"
    page = send(action="upload", workbook=file_of(book))
    text = page.content.decode()
    assert page.status_code == 422
    assert 'value="十"' in text
    assert 'value="（公式）"' in text
    assert text.count("“本月购进量”请填写整数") >= 2
    assert MonthlyLine.objects.filter(sales_qty=8).count() == 2


def test_balance_of_a_workbook_is_told_at_its_row(download, send):
    page = send(action="upload", workbook=file_of(fill(download(), (5, 10, 8, 6, 1, 1, 0, 9, 120.5, 1, 2))))
    assert page.status_code == 422
    assert "第1行：期初＋购进－销售＋调整＝期末不成立（应为7）。" in page.content.decode()


def test_rows_with_strange_names_come_back_to_be_mended(download, send):
    book = fill(download())
    book["销售明细"].cell(FIRST, 4).value = "不存在的车"
    page = send(action="upload", workbook=file_of(book))
    text = page.content.decode()
    assert page.status_code == 422
    assert "备案的品牌下没有车型“不存在的车”" in text
    left = page.context["editor"].named.left
    assert [line.split("\t")[3] for line in left.split("\n")] == ["车型", "不存在的车"]
    assert [line.model.name for line in MonthlyLine.objects.all()] == ["测试车甲"]


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ((2, 2), "交易市场月报", "报表不符：文件是“交易市场月报”，这里是“汽车销售月报”"),
        ((2, 4), "2026-09", "报告期不符：文件是“2026-09”，这里是“2026-10”"),
        ((2, 6), "91330106MA0000000X", "企业不符"),
        ((2, 8), "0", "文件版本不符"),
        ((2, 1), "别的", "不是从本页下载的文件"),
        ((3, 7), "进货", "缺少“本月购进量（辆）”，多出“进货”"),
    ],
)
def test_workbook_of_something_else_changes_nothing(download, send, models, line_of, place, value, told):
    book = fill(download())
    book["销售明细"].cell(*place).value = value
    page = send([line_of(models[0], sales_qty="77")], action="upload", workbook=file_of(book))
    text = page.content.decode()
    assert page.status_code == 422
    assert told in text
    assert 'value="77"' in text
    assert not MonthlyLine.objects.exists()


def zipped(**parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "设有密码或是旧版"),
        (b"no workbook", "不是 .xlsx 工作簿"),
        (zipped(**{"xl/vbaProject.bin": b"x", "[Content_Types].xml": b"x"}), "文件含有宏"),
        (b"", "文件"),
    ],
)
def test_hostile_files_are_refused(send, data, told):
    answer = send(action="upload", workbook=SimpleUploadedFile("月报.xlsx", data))
    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_upload_without_a_file_says_so(send):
    assert "请先选择填好的文件" in send(action="upload").content.decode()


def test_pasted_rows_find_their_lines_by_name(send, models, line_of):
    pasted = named(("车型", "排量", "本月销售量（辆）"), ("测试车乙", "1.5L", 9), ("测试 车甲", "1.5", 3))
    send([line_of(models[0])], action="paste", pasted=pasted)
    lines = MonthlyLine.objects.order_by("number").values_list("model__name", "sales_qty", "purchase_qty")
    assert list(lines) == [("测试车甲", 3, 10), ("测试车乙", 9, None)]


def test_pasted_rows_without_headings_stand_in_the_order_of_the_grid(filing, send, models):
    offer = filing.brand_lines.get()
    row = (
        offer.supplier_name,
        offer.brand.name,
        offer.producer.name,
        "测试车甲",
        "1.5",
        5,
        10,
        8,
        6,
        1,
        1,
        0,
        7,
    )
    assert send(action="paste", pasted=named((*row, "120.00", 1, 2, ""))).status_code == 302
    assert MonthlyLine.objects.get().closing_stock_qty == 7


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("别的", "", "测试车甲", "1.5"), "车型“测试车甲”的品牌不是“别的”"),
        (("", "别厂", "测试车甲", "1.5"), "车型“测试车甲”的生产商不是“别厂”"),
        (("", "", "测试车丙", "1.5"), "备案的品牌下没有车型“测试车丙”"),
        (("", "", "测试车甲", "9.9"), "车型“测试车甲”没有排量“9.9”，已有1.5"),
        (("", "", "", "1.5"), "没有写车型"),
    ],
)
def test_pasted_rows_that_fit_nothing_say_why_and_stay(send, models, row, reason):
    page = send(
        action="paste", pasted=named(("品牌", "生产商", "车型", "排量"), row, ("", "", "测试车乙", "1.5"))
    )
    assert page.status_code == 422
    assert reason in page.content.decode()
    assert page.context["editor"].named.left.split("\n")[1] == "\t".join(row)
    assert [line.model.name for line in MonthlyLine.objects.all()] == ["测试车乙"]


def test_rows_still_to_mend_are_not_submitted_away(send, models, line_of):
    answer = send([line_of(models[0])], action="submit", pasted=named(("车型",), ("测试车丙",)))
    assert answer.status_code == 422
    assert Report.objects.get().status == "DRAFT"


def test_same_line_pasted_twice_is_named(send, models):
    page = send(action="paste", pasted=named(("车型", "本月销售量"), ("测试车甲", 1), ("测试车甲", 2)))
    assert "与粘贴的第2行是同一车型和排量" in page.content.decode()
    assert MonthlyLine.objects.get().sales_qty == 1


def test_five_hundred_rows_are_pasted_at_once(filing, send, queries_of):
    brand = filing.brand_lines.get().brand
    cars = [VehicleModelFactory(brand=brand, name=f"批量{number}型") for number in range(500)]
    rows = [("车型", "排量", "期初库存量"), *((car.name, "1.5", number) for number, car in enumerate(cars))]
    with queries_of() as few:
        send(action="paste", pasted=named(*rows[:2]))
    with queries_of() as many:
        send(action="paste", pasted=named(*rows))
    assert MonthlyLine.objects.count() == 500
    assert len(many) == len(few)


def asked(**changes):
    line = BrandLine.objects.get()
    return {
        "action": "ask-model",
        "brand_line": f"0:{line.brand_id}:{line.producer_id}",
        "model_name": "远征",
        "report_category": "SUV",
        "energy_type": "ICE",
        "displacement": "2.0",
        **changes,
    }


def test_model_asked_for_in_place_is_a_line_at_once(send, url, models, line_of):
    answer = send([line_of(models[0])], **asked())
    assert (answer.status_code, answer.headers["Location"]) == (302, url)
    model = VehicleModel.objects.get(name="远征")
    assert (model.status, model.displacements.get().status) == ("PENDING", "PENDING")
    assert [line.model.name for line in MonthlyLine.objects.order_by("number")] == ["测试车甲", "远征"]


def test_lookalike_is_asked_about_in_place_and_nothing_is_lost(send, filing, models, line_of):
    VehicleModelFactory(brand=filing.brand_lines.get().brand, name="凯美瑞特")
    page = send([line_of(models[0], sales_qty="77")], **asked(model_name="凯美瑞"))
    text = page.content.decode()
    assert page.status_code == 422
    assert 'value="C-005:model_name"' in text
    assert 'value="77"' in text
    assert not VehicleModel.objects.filter(name="凯美瑞").exists()
    told = {"confirmed": "C-005:model_name", "difference": "另一款车，车身更短"}
    assert send([line_of(models[0])], **asked(model_name="凯美瑞", **told)).status_code == 302
    assert MonthlyLine.objects.filter(model__name="凯美瑞").exists()


def test_lookalike_is_told_while_typing_as_on_the_page_of_the_catalogue(client_for, clerk, filing, models):
    known = VehicleModelFactory(brand=filing.brand_lines.get().brand, name="凯美瑞特")
    typed = asked(model_name="凯美瑞") | {"kind": "model", "field": "model_name"}
    page = client_for(clerk).get(reverse("catalog:similar"), typed).content.decode()
    assert f"已有相近车型：“{known.name}”。" in page
    elsewhere = client_for(clerk).get(reverse("catalog:similar"), typed | {"brand_line": "0:0:0"})
    assert known.name not in elsewhere.content.decode()


def test_incomplete_request_stands_at_its_controls(send, models):
    page = send(**asked(model_name="", displacement=""))
    assert page.status_code == 422
    assert "请填写“车型名称”" in page.content.decode()


def test_displacement_asked_for_in_place_is_a_line_at_once(send, models, line_of):
    more = {"more-model": f"0:{models[0].pk}", "more-displacement": "2.0"}
    send([line_of(models[0])], action="ask-displacement", **more)
    assert Displacement.objects.get(model=models[0], value="2.0").status == "PENDING"
    assert [str(line.displacement) for line in MonthlyLine.objects.order_by("number")] == ["1.5", "2.0"]


def test_nothing_is_asked_of_the_catalogue_after_the_lock(send, models):
    assert send(moment="2026-11-16 00:00:01", **asked()).status_code == 409
    assert not VehicleModel.objects.filter(name="远征").exists()


PATHS = {
    "form": lambda book, lines: {"lines": lines, "action": "save"},
    "submit": lambda book, lines: {"lines": lines, "action": "submit"},
    "paste": lambda book, lines: {
        "action": "paste",
        "pasted": named(("车型", "期初库存量"), ("测试车甲", 3)),
    },
    "workbook": lambda book, lines: {"action": "upload", "workbook": file_of(fill(book))},
}


@pytest.mark.parametrize("path", PATHS)
def test_every_path_in_closes_with_the_lock(download, send, models, line_of, path):
    what = PATHS[path](download(), [line_of(models[0])])
    assert send(moment="2026-11-15 23:59:59", **what).status_code in (302, 422)
    assert MonthlyLine.objects.exists()
    MonthlyLine.objects.all().delete()
    what = PATHS[path](download(), [line_of(models[0])])
    assert send(moment="2026-11-16 00:00:01", **what).status_code == 409
    assert not MonthlyLine.objects.exists()


def test_deleting_closes_with_the_lock(client, at, report):
    with at("2026-11-16 00:00:01"):
        assert client.post(report.delete_url).status_code == 409
        report.refresh_from_db()
        assert report.deleted_at is None
    with at("2026-11-15 23:59:59"):
        delete_report(report_id=report.pk, reason="", by=report.created_by)
    report.refresh_from_db()
    assert report.deleted_at


def test_another_period_cannot_be_begun_after_its_lock(client, at, filing):
    url, chosen = reverse("newcar:monthly-add"), {"period": "2026-09", "action": "start"}
    with at("2026-10-16 00:00:01"):
        assert client.post(url, chosen).status_code == 409
    assert not Report.objects.exists()
    with at("2026-10-15 23:59:59"):
        assert client.post(url, chosen).status_code == 302
    assert Report.objects.get().period.month == 9
