import pytest

from filing.models import BrandLine
from filing.presentation import sections
from filing.services import start_filing
from filing.statements import changes
from tests.factories import BrandLineFactory, FilingFactory, stored_image

pytestmark = pytest.mark.django_db


def shown(filing):
    return {row.identifier: row.value for part in sections(filing) for row in part.rows}


def changed(old, new):
    return [(row.label, row.old, row.new) for row in changes(old, new)]


@pytest.fixture
def versions():
    """A version in force and its unchanged copy."""
    in_force = FilingFactory(confirmed=True)
    copy = start_filing(by=in_force.enterprise.staff.get())
    copy.truth_declared = copy.image_sync_acknowledged = True
    in_force.refresh_from_db()
    return in_force, copy


@pytest.mark.parametrize(
    ("types", "keys"),
    [
        ([], "basic contact business images declarations"),
        (["A1"], "basic contact business images newcar brands authorizations declarations"),
        (["A3"], "basic contact business images newcar brands declarations"),
        (["B1"], "basic contact business images used market declarations"),
        (["B2"], "basic contact business images used used_other declarations"),
    ],
)
def test_sections_are_those_of_the_types_in_the_order_of_the_form(types, keys):
    assert [part.key for part in sections(FilingFactory(enterprise__types=types))] == keys.split()


def test_values_are_shown_as_people_read_them():
    filing = FilingFactory(complete=True, established_on="2026-10-01", capital_currency="CNY")
    filing.refresh_from_db()
    values = shown(filing)
    assert values["enterprise_types"] == "汽车经销商"
    assert values["registered_capital"] == "500 万元"
    assert values["business_area"] == "6,000 平方米"
    assert values["established_on"] == "2026年10月1日"
    assert values["division_code"] == "浙江省杭州市西湖区"
    assert values["jurisdiction_code"] == "浙江省商务厅"
    assert values["sells_nev"] == "是"
    assert values["truth_declared"] == "已勾选"
    assert values["seal_image"] == "已上传"
    assert values["remark"] == ""


def test_copy_of_the_version_in_force_shows_no_changes(versions):
    assert changed(*versions) == []


def test_changes_tell_old_and_new(versions):
    in_force, copy = versions
    copy.contact_name, copy.employee_count = "新联系人", 80
    copy.seal_image = stored_image("licence_original_image")
    assert changed(in_force, copy) == [
        ("联系人", "测试联系人", "新联系人"),
        ("从业人数", "60 人", "80 人"),
        ("公章影像", "已上传", "已更换"),
    ]


def test_changes_tell_rows_added_ended_and_extended(versions):
    in_force, copy = versions
    added = BrandLineFactory(filing=copy, authorization_type="UNAUTHORIZED")
    ended = copy.brand_lines.exclude(pk=added.pk)
    ended.update(line_status="ENDED")
    name = ended.get().brand.name
    found = changes(in_force, copy)
    assert [row.identifier for row in found] == ["brand_lines", "brand_lines"]
    assert name in found[0].label
    assert (found[0].old[-2:], found[0].new[-3:]) == ("在用", "已终止")
    assert (found[1].old, found[1].new[-2:]) == ("", "在用")
    BrandLine.objects.filter(filing=copy).delete()
    assert [(row.identifier, row.new) for row in changes(in_force, copy)] == [("brand_lines", "")]


def test_changed_supplier_is_a_change_of_its_line(versions):
    in_force, copy = versions
    line = copy.brand_lines.get()
    kept = {name: getattr(line, name) for name in ("brand", "producer", "authorization_type")}
    copy.brand_lines.update(line_status="ENDED")
    BrandLineFactory(filing=copy, supplier_name="新供应商有限公司", **kept)
    (found,) = changes(in_force, copy)
    assert line.supplier_name in found.old
    assert "新供应商有限公司" in found.new
    assert (found.old[-2:], found.new[-2:]) == ("在用", "在用")
    copy.brand_lines.filter(line_status="ENDED").delete()
    assert changes(in_force, copy) == [found]


def test_two_new_suppliers_are_not_one_change(versions):
    in_force, copy = versions
    line = copy.brand_lines.get()
    kept = {name: getattr(line, name) for name in ("brand", "producer", "authorization_type")}
    copy.brand_lines.update(line_status="ENDED")
    for name in ("新供应商甲", "新供应商乙"):
        BrandLineFactory(filing=copy, supplier_name=name, **kept)
    assert [row.new[-2:] for row in changes(in_force, copy)] == ["终止", "在用", "在用"]


def test_changes_tell_another_picture_of_a_row_that_stayed(versions):
    in_force, copy = versions
    line = copy.brand_lines.get()
    line.authorization_image = stored_image("seal_image")
    line.save()
    assert changed(in_force, copy) == [(f"品牌与生产商：{line.brand.name}，授权书影像", "", "已上传")]
