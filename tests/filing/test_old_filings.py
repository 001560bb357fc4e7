"""Filings of the old system: the workbook, loading it, and the enterprise that takes its filing up."""

import datetime
import re

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRecord
from autoflow.common.errors import BusinessError
from autoflow.common.workbooks import WorkbookRefused
from filing.completion import missing_items
from filing.enums import FilingStatus
from filing.models import Enterprise, Filing
from filing.old_filings import BRANDS, ENTERPRISES, OldWorkbook, write_template
from filing.services import open_service, start_filing, submit_filing
from tests.factories import BrandFactory, FilingFactory, UserFactory, uscc_of

pytestmark = pytest.mark.django_db
CODE = uscc_of(700_001)
ROW = {
    "企业名称": "杭州旧系统汽车销售有限公司",
    "统一社会信用代码": CODE,
    "企业类型": "汽车经销商、B2",
    "所在地区": "浙江省杭州市西湖区",
    "原系统确认日期": datetime.date(2021, 6, 1),
    "联系手机": 13800000042,
    "注册资本": 500,
    "成立日期": "2019-03-05",
}
BRAND = {"统一社会信用代码": CODE, "授权类型": "非授权", "供应商名称": "某供应商"}


@pytest.fixture
def admin():
    return UserFactory(admin=True, username="sysadmin")


@pytest.fixture
def workbook(tmp_path):
    """A workbook made of the template with these rows, each a dict by label."""

    def filled(rows, brands=()):
        path = tmp_path / "old.xlsx"
        write_template(str(path))
        book = openpyxl.load_workbook(path)
        for name, given in ((ENTERPRISES, rows), (BRANDS, brands)):
            sheet = book[name]
            places = {cell.value.lstrip("*"): cell.column for cell in sheet[1]}
            for number, row in enumerate(given, start=2):
                for label, value in row.items():
                    sheet.cell(number, places[label], value)
        book.save(path)
        return str(path)

    return filled


def load(path, capsys, *, fails=False):
    """What the command said, on both channels."""
    if fails:
        with pytest.raises(CommandError):
            call_command("load_filings", path, "--by", "sysadmin")
    else:
        call_command("load_filings", path, "--by", "sysadmin")
    said = capsys.readouterr()
    return said.out + said.err


def registered(**facts):
    return UserFactory(uscc=CODE, **{"phone": "13800000042", **facts})


def test_each_row_becomes_a_confirmed_filing_in_force(admin, workbook, capsys):
    brand = BrandFactory()
    pair = {"品牌": brand.name, "生产商": brand.producers.get().name}
    said = load(workbook([ROW], [BRAND | pair]), capsys)

    assert "新增 1 家，更新 0 家，未变 0 家" in said
    filing = Filing.objects.get()
    assert (filing.status, filing.is_in_force, filing.is_from_old_system) == ("CONFIRMED", True, True)
    assert (filing.enterprise_types, filing.division_code) == (["A3", "B2"], "330106")
    assert (filing.registered_capital, filing.established_on) == (500, datetime.date(2019, 3, 5))
    assert filing.contact_mobile == "13800000042"
    assert timezone.localdate(filing.decided_at) == datetime.date(2021, 6, 1)
    assert [line.brand for line in filing.brand_lines.all()] == [brand]
    enterprise = filing.enterprise
    assert (enterprise.name, enterprise.types, enterprise.status) == (
        ROW["企业名称"],
        ["A3", "B2"],
        "CONFIRMED",
    )
    assert enterprise.jurisdiction_code == "330000"
    assert [event.action for event in filing.events.all()] == ["LOAD"]
    assert AuditRecord.objects.filter(action="filing.load", username="sysadmin").count() == 1
    county = UserFactory(county=True)
    assert Filing.objects.visible_to(county).get() == filing


def test_loading_again_changes_nothing_or_brings_up_to_date(admin, workbook, capsys):
    load(workbook([ROW]), capsys)
    assert "未变 1 家" in load(workbook([ROW]), capsys)
    assert AuditRecord.objects.filter(action="filing.load").count() == 1

    said = load(workbook([ROW | {"联系人": "新联系人"}]), capsys)
    assert "更新 1 家" in said
    assert Filing.objects.get().contact_name == "新联系人"


def test_what_is_in_use_is_never_touched(admin, workbook, capsys):
    load(workbook([ROW]), capsys)
    open_service(by=registered())
    FilingFactory(confirmed=True, enterprise__uscc=uscc_of(700_002))
    other = ROW | {"统一社会信用代码": uscc_of(700_002), "企业名称": "另一家汽车销售有限公司"}

    assert "已在使用，未改动 2 家" in load(workbook([ROW | {"联系人": "冒名者"}, other]), capsys)
    assert not Filing.objects.filter(contact_name="冒名者").exists()
    assert Filing.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"统一社会信用代码": None}, "“统一社会信用代码”：请填写"),
        ({"统一社会信用代码": CODE[:-1] + ("0" if CODE[-1] != "0" else "1")}, "校验不通过"),
        ({"统一社会信用代码": 913301060000000123}, "被存成了数字"),
        ({"企业类型": "汽车美容店"}, "没有“汽车美容店”这一项"),
        ({"所在地区": "浙江省杭州市"}, "请选择到区县"),
        ({"原系统确认日期": "二〇二一年"}, "请填写日期"),
        ({"原系统确认日期": None}, "“原系统确认日期”：请填写“原系统确认日期”。"),
        ({"原系统确认日期": "2999-01-01"}, "“原系统确认日期”"),
        ({"联系手机": "12345"}, "“联系手机”：手机号应为11位"),
        ({"注册资本": "很多"}, "“注册资本”：请填写数字"),
        ({"成立日期": "=TODAY()"}, "“成立日期”：单元格是公式"),
        ({"企业名称": "杭州\u202e公司"}, "含有不可见字符"),
    ],
)
def test_a_row_with_a_fault_is_named_and_the_others_are_loaded(admin, workbook, capsys, change, reason):
    good = ROW | {"统一社会信用代码": uscc_of(700_003)}
    said = load(workbook([ROW | change, good]), capsys, fails=True)
    assert "企业 第2行" in said
    assert reason in said
    assert "新增 1 家" in said
    assert list(Enterprise.objects.values_list("uscc", flat=True)) == [good["统一社会信用代码"]]


def test_the_same_code_twice_is_loaded_once(admin, workbook, capsys):
    said = load(workbook([ROW, ROW]), capsys, fails=True)
    assert "企业 第3行“统一社会信用代码”与第2行重复" in said
    assert Filing.objects.count() == 1


def test_faults_of_brands_are_named_and_the_enterprise_is_loaded(admin, workbook, capsys):
    brand, other = BrandFactory(), BrandFactory()
    right = {"品牌": brand.name, "生产商": brand.producers.get().name}
    brands = [
        BRAND | right,
        BRAND | right | {"品牌": "没有的牌子"},
        BRAND | right | {"生产商": other.producers.get().name},
        BRAND | right | {"授权类型": "口头授权"},
        BRAND | right | {"统一社会信用代码": uscc_of(700_009)},
    ]
    said = load(workbook([ROW], brands), capsys, fails=True)
    assert "品牌 第3行：品牌目录中没有已审核通过的品牌“没有的牌子”" in said
    assert "品牌 第4行：该生产商不属于该品牌" in said
    assert "品牌 第5行：没有“口头授权”这一项" in said
    assert f"“{uscc_of(700_009)}”在“企业”表中没有" in said
    assert Filing.objects.get().brand_lines.count() == 1


def test_a_foreign_workbook_is_refused(admin, tmp_path, workbook):
    path = tmp_path / "no.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(CommandError):
        call_command("load_filings", str(path), "--by", "sysadmin")
    with pytest.raises(CommandError, match="文件打不开"):
        call_command("load_filings", str(tmp_path / "missing.xlsx"), "--by", "sysadmin")
    filled = workbook([ROW])
    book = openpyxl.load_workbook(filled)
    book[ENTERPRISES].cell(1, 1, "公司名")
    book.save(filled)
    with pytest.raises(WorkbookRefused, match="不认识这些列：公司名"):
        list(OldWorkbook(filled).filings())


def test_only_an_administrator_loads(workbook):
    UserFactory(province=True, username="province")
    for name in ("province", "nobody"):
        with pytest.raises(CommandError, match="没有系统管理员账号"):
            call_command("load_filings", workbook([ROW]), "--by", name)


def test_the_enterprise_takes_its_old_filing_up(admin, workbook, capsys, client_for):
    load(workbook([ROW]), capsys)
    manager = registered()
    client = client_for(manager)

    answer = client.post(reverse("filing:open-service"), follow=True)

    assert answer.redirect_chain[-1][0] == reverse("filing:detail")
    assert "找到贵企业在原系统的备案" in answer.content.decode()
    enterprise = Enterprise.objects.get()
    assert list(enterprise.staff.all()) == [manager]
    assert enterprise.is_confirmed
    assert AuditRecord.objects.filter(action="service.link", username=manager.username).exists()
    assert client.get(reverse("filing:print")).status_code == 200


@pytest.mark.parametrize(
    ("contact", "account", "is_theirs"),
    [
        ({}, {}, True),
        ({}, {"phone": "13900000000"}, False),
        ({"联系手机": None, "电子邮箱": "Office@example.com"}, {"email": "office@example.com"}, True),
        ({"电子邮箱": "office@example.com"}, {"phone": "13900000000", "email": "x@example.com"}, False),
        ({"联系手机": None}, {"organisation": "杭州旧系统汽车销售有限公司"}, True),
        ({"联系手机": None}, {"organisation": "杭州别家汽车销售有限公司"}, False),
    ],
)
def test_a_stranger_who_knows_the_code_does_not_get_the_filing(
    admin, workbook, capsys, contact, account, is_theirs
):
    load(workbook([ROW | contact]), capsys)
    user = registered(**account)
    if is_theirs:
        assert open_service(by=user).is_confirmed
    else:
        with pytest.raises(BusinessError, match="请联系浙江省商务厅核实"):
            open_service(by=user)
        assert not Enterprise.objects.get().staff.exists()


def test_a_refused_claim_is_said_on_the_page(admin, workbook, capsys, client_for):
    load(workbook([ROW]), capsys)
    answer = client_for(registered(phone="13900000000")).post(reverse("filing:open-service"))
    assert answer.status_code == 422
    assert "请联系浙江省商务厅核实" in answer.content.decode()


def test_missing_items_are_listed_by_name_until_a_change_is_handed_in(admin, workbook, capsys, client_for):
    load(workbook([ROW]), capsys)
    manager = registered()
    client = client_for(manager)
    enterprise = open_service(by=manager)
    missing = missing_items(enterprise)

    assert {"法定代表人（负责人）", "营业执照正本影像", "品牌与生产商"} <= {*missing}
    assert not {"企业名称", "成立日期", "真实性承诺"} & {*missing}
    for page in (reverse("home"), reverse("filing:detail")):
        text = re.sub(r"\s+", " ", client.get(page).content.decode())
        assert f"此前已备案，请补充以下 {len(missing)} 项" in text
        assert all(label in text for label in missing)

    client.post(reverse("filing:edit"), {"action": "change"})
    change = Filing.objects.get(version=2)
    assert (change.status, change.enterprise_name) == ("DRAFT", ROW["企业名称"])
    assert change.is_from_old_system is False
    assert missing_items(enterprise) == missing
    Filing.objects.filter(pk=change.pk).update(legal_representative="王某某")
    assert "法定代表人（负责人）" not in missing_items(enterprise)

    handed_in = {"submitted_at": timezone.now(), "submitted_by": manager, "content_hash": "0" * 64}
    waiting = {"status": FilingStatus.CHANGED, "confirm_level": "COUNTY"}
    Filing.objects.filter(pk=change.pk).update(**handed_in, **waiting)
    assert missing_items(enterprise) == []


def test_a_filing_of_this_system_misses_nothing():
    assert missing_items(FilingFactory(confirmed=True).enterprise) == []


def test_an_old_filing_cannot_be_handed_in_incomplete(admin, workbook, capsys):
    load(workbook([ROW]), capsys)
    manager = registered()
    open_service(by=manager)
    change = start_filing(by=manager)
    with pytest.raises(BusinessError, match="处需要修改"):
        submit_filing(filing_id=change.pk, revision=change.revision, by=manager)
