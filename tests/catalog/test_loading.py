import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from openpyxl import Workbook, load_workbook

from autoflow.demo.catalogue import catalogue_rows
from catalog.enums import CatalogStatus
from catalog.loading import Plan, Verdict
from catalog.models import (
    AllowedName,
    Brand,
    BrandProducer,
    Displacement,
    Producer,
    VehicleModel,
)
from catalog.services import load_rows, upload_load
from catalog.workbook import COLUMNS, made_row, read_catalogue, template_workbook
from tests.factories import BrandFactory, ProducerFactory, UserFactory, VehicleModelFactory

pytestmark = pytest.mark.django_db
ROW = {
    "brand": "大众",
    "brand_country": "德国",
    "producer": "上汽大众汽车有限公司",
    "model": "朗逸",
    "report_category": "轿车",
    "energy_type": "燃油（气）",
    "displacements": "1.2;1.5",
}


@pytest.fixture
def admin():
    return UserFactory(admin=True)


def row(number=2, **values):
    return made_row(number, {**ROW, **values})


def verdicts(*rows):
    return [(item.label, item.name, item.verdict) for item in Plan(rows).items]


def faults(*rows):
    return [item.message for item in Plan(rows).items if item.verdict == Verdict.ERROR]


def workbook(path, rows, titles=None):
    book = Workbook()
    sheet = book.active
    sheet.append(titles or list(COLUMNS.values()))
    for values in rows:
        sheet.append([values.get(name, "") for name in COLUMNS])
    book.save(path)
    return path


def totals():
    return [model.objects.count() for model in (Brand, Producer, BrandProducer, VehicleModel, Displacement)]


def test_row_brings_in_everything_it_names():
    load_rows(rows=[row()], with_doubtful=False)
    model = VehicleModel.objects.get()
    assert (model.brand.name, model.brand.country, model.producer.name) == ("大众", "DE", ROW["producer"])
    assert (model.report_category, model.energy_type, model.status) == ("SEDAN", "ICE", "APPROVED")
    assert [str(each.value) for each in Displacement.objects.approved()] == ["1.2", "1.5"]
    assert BrandProducer.objects.count() == 1


def test_demonstration_twice_is_the_same():
    load_rows(rows=catalogue_rows(), with_doubtful=True)
    first = totals()
    plan = load_rows(rows=catalogue_rows(), with_doubtful=True)
    assert first == [81, 74, 99, 250, 406]
    assert totals() == first
    assert {name for name, count in plan.counts.items() if count} == {"SAME"}
    assert AllowedName.objects.filter(name="哪吒V").exists()


def test_better_columns_change_an_entry_and_empty_ones_do_not():
    load_rows(rows=[row()], with_doubtful=False)
    plan = load_rows(rows=[row(brand_en="Volkswagen", brand_country="", model="朗 逸")], with_doubtful=False)
    assert plan.counts["CHANGED"] == 2
    brand = Brand.objects.get()
    assert (brand.name_en, brand.country) == ("Volkswagen", "DE")
    assert VehicleModel.objects.get().name == "朗 逸"


def test_former_and_merged_names_mean_the_entry():
    kept = BrandFactory(name="大众", former_keys="福斯")
    BrandFactory(name="大众牌", status=CatalogStatus.MERGED, merged_into=kept)
    load_rows(rows=[row(brand="福斯"), row(3, brand="大众牌", model="帕萨特")], with_doubtful=False)
    assert Brand.objects.live().count() == 2
    assert {model.brand for model in VehicleModel.objects.all()} == {kept}


def test_doubtful_entries_wait_for_the_tick_with_what_hangs_on_them():
    rows = [row(), row(3, model="朗一"), row(4, model="帕萨特", displacements="2.0")]
    assert ("车型", "朗一", Verdict.DOUBTFUL) in verdicts(*rows)
    load_rows(rows=rows, with_doubtful=False)
    assert set(VehicleModel.objects.values_list("name", flat=True)) == {"朗逸", "帕萨特"}
    load_rows(rows=rows, with_doubtful=True)
    assert VehicleModel.objects.count() == 3
    assert Displacement.objects.filter(model__name="朗一").count() == 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"brand": ""}, "请填写“品牌”。"),
        ({"producer": ""}, "请填写“生产商”。"),
        ({"brand_country": "火星"}, "“品牌归属国”没有“火星”这一项"),
        ({"energy_type": "蒸汽"}, "“能源类型”没有“蒸汽”这一项"),
        ({"report_category": ""}, "请填写“车辆类别”。"),
        ({"displacements": ""}, "添加车型时必须同时添加排量。"),
        ({"displacements": "1.55"}, "排量单位为升，保留一位小数"),
        ({"displacements": "0"}, "燃油及普通混动车型排量须大于0"),
        ({"model": "朗逸1.5T"}, "车型名称中不要包含排量"),
        ({"producer_uscc": "91330106MA0000000X"}, "统一社会信用代码不正确"),
        ({"brand": "---"}, "品牌名称中须有文字或数字"),
    ],
)
def test_faulty_row_is_told_and_not_written(values, words):
    assert any(words in message for message in faults(row(**values)))
    load_rows(rows=[row(**values)], with_doubtful=True)
    assert VehicleModel.objects.count() == 0


def test_rows_that_contradict_each_other_are_told():
    assert faults(row(), row(3, brand_country="法国", model="帕萨特")) == ["“品牌归属国”与第 2 行不一致。"]
    assert faults(row(), row(3, energy_type="纯电动", displacements="")) == ["“能源类型”与第 2 行不一致。"]


def test_code_of_another_producer_is_told():
    ProducerFactory(uscc="91330106MA00000002")
    assert any("另一家生产商" in message for message in faults(row(producer_uscc="91330106MA00000002")))


def test_requests_and_disabled_entries_are_not_the_loads_to_decide():
    BrandFactory(name="大众", status=CatalogStatus.PENDING)
    VehicleModelFactory(name="逍客", brand=BrandFactory(name="日产"), status=CatalogStatus.DISABLED)
    producer = VehicleModel.objects.get().producer.name
    found = faults(row(), row(3, brand="日产", producer=producer, model="逍客"))
    assert found == ["有企业的申请待审核，请先审核再导入。", "已停用，导入不会恢复。"]


def test_workbook_is_read_whatever_the_order_of_its_columns(tmp_path):
    path = tmp_path / "catalogue.xlsx"
    titles = list(COLUMNS.values())
    titles[0], titles[4] = "生产商*", "品牌 *"
    swapped = {**ROW, "brand": ROW["producer"], "producer": "大众", "model": 300, "displacements": 1.5}
    (found,) = read_catalogue(workbook(path, [swapped], titles))
    assert (found.brand, found.producer, found.model) == ("大众", ROW["producer"], "300")
    assert (found.number, found.displacements) == (2, ("1.5",))


def test_formulas_are_told(tmp_path):
    path = workbook(tmp_path / "catalogue.xlsx", [{**ROW, "model": "=A2"}])
    (found,) = read_catalogue(path)
    assert [fault.message for fault in found.faults] == ["“车型”不能使用公式，请改为文本。"]


def test_template_can_be_filled_in_and_read(tmp_path):
    path = tmp_path / "template.xlsx"
    path.write_bytes(template_workbook())
    book = load_workbook(path)
    for place, name in enumerate(COLUMNS, start=1):
        book["车型目录"].cell(2, place, ROW.get(name, ""))
    book.save(path)
    (found,) = read_catalogue(path)
    assert (found.brand_country, found.energy_type, found.faults) == ("DE", "ICE", ())


def test_command_loads_tells_and_refuses(tmp_path, capsys):
    path = workbook(tmp_path / "catalogue.xlsx", [ROW, {**ROW, "model": "朗逸2.0T"}])
    call_command("load_catalogue", str(path), "--dry-run")
    assert totals() == [0] * 5
    call_command("load_catalogue", str(path))
    output = capsys.readouterr().out
    assert "第3行 车型“朗逸2.0T” 错误：车型名称中不要包含排量" in output
    assert "载入完成：新增 6，更新 0，一致 0，存疑 0，错误 1。" in output
    with pytest.raises(CommandError):
        call_command("load_catalogue", str(tmp_path / "nothing.xlsx"))


def uploaded(tmp_path, admin, rows=(ROW,)):
    content = workbook(tmp_path / "catalogue.xlsx", rows).read_bytes()
    return upload_load(upload=SimpleUploadedFile("catalogue.xlsx", content), by=admin)


def test_names_alike_are_found_among_entries_and_earlier_rows_whatever_the_blanks():
    BrandFactory(name="smart 精灵")
    assert ("品牌", "精灵 smart", Verdict.DOUBTFUL) in verdicts(row(brand="精灵 smart"))
    assert ("车型", "凯美锐", Verdict.DOUBTFUL) in verdicts(row(model="凯美瑞"), row(3, model="凯美锐"))
    assert ("车型", "荣光", Verdict.NEW) in verdicts(row(model="宏光"), row(3, model="荣光"))


def test_what_is_refused_does_not_stand_in_the_way_of_later_rows():
    assert verdicts(row(model="朗逸1.5T"), row(3, model="朗逸"))[-3] == ("车型", "朗逸", Verdict.NEW)
