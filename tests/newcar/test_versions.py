"""The versions of a month on the pages of enterprise and authority, and what changed between them."""

import pytest
from django.urls import reverse

from reporting.changes import Change
from reporting.services import save_report, submit_report
from tests.factories import EnterpriseFactory, UserFactory, VehicleModelFactory
from tests.newcar.conftest import MONTH

pytestmark = pytest.mark.django_db
FIRST_NOTE = "试营业期间销量波动较大，属正常经营安排"


@pytest.fixture
def report(at, clerk, models, line_of, month_of):
    """Submitted three times: two lines; one changed and the other replaced; then the same again."""
    report = month_of(MONTH, [line_of(models[0]), line_of(models[1])])
    third = VehicleModelFactory(brand=models[0].brand, name="测试车丙")
    lines = [line_of(models[0], sales_qty=9, retail_person_qty=7, closing_stock_qty=6), line_of(third)]
    with at():
        for note in ("第二次核对后更正了甲车的销量", ""):
            values = {"note": note} if note else {}
            kept = {"values": values, "content": {"lines": lines}, "reasons": {}}
            report = save_report(report_id=report.pk, revision=report.revision, **kept, by=clerk)
            report = submit_report(report_id=report.pk, revision=report.revision, by=clerk)
    return report


def open_page(client, url, at, **query):
    with at():
        return client.get(url, query)


def urls(report):
    return report.url(), reverse("reviews:report-detail", args=[report.pk])


@pytest.mark.parametrize("who", [0, 1], ids=["enterprise", "authority"])
def test_page_tells_what_changed_between_two_versions(client_for, at, clerk, report, who):
    client, url = client_for((clerk, UserFactory(county=True))[who]), urls(report)[who]
    page = open_page(client, url, at)
    assert (page.context["shown"].number, page.context["compared"].number) == (3, 2)
    assert page.context["changes"] == []
    assert "两个版本的内容相同。" in page.content.decode()

    page = open_page(client, url, at, version=2)
    whole, changed, added, removed = page.context["changes"]
    assert whole == Change("整份报表", "修改", [("说明", FIRST_NOTE, "第二次核对后更正了甲车的销量")])
    assert (changed.word, changed.label.split()[1]) == ("修改", "测试车甲")
    assert changed.cells == [
        ("本月销售量（辆）", 8, 9),
        ("其中：零售给个人（辆）", 6, 7),
        ("期末库存量（辆）", 7, 6),
    ]
    assert (added.word, added.label.split()[1]) == ("新增", "测试车丙")
    assert (removed.word, removed.label.split()[1]) == ("删除", "测试车乙")
    assert page.context["changes"] == open_page(client, url, at, version=1, against=2).context["changes"]
    assert open_page(client, url, at, version=3, against=1).context["changes"] == page.context["changes"]


@pytest.mark.parametrize("who", [0, 1], ids=["enterprise", "authority"])
def test_each_version_is_shown_with_its_own_note_and_figures(client_for, at, clerk, report, who):
    client, url = client_for((clerk, UserFactory(county=True))[who]), urls(report)[who]
    page = open_page(client, url, at, version=1)
    assert (page.context["note"], page.context["report"].qty) == (FIRST_NOTE, 16)
    with at():
        values = {"note": "还没有上报的说明，主管部门看不到", "nil_return": True}
        kept = {"values": values, "content": {}, "reasons": {}}
        save_report(report_id=report.pk, revision=report.revision, **kept, by=clerk)
    page = open_page(client, url, at)
    assert (page.context["note"], page.context["report"].qty) == ("第二次核对后更正了甲车的销量", 17)
    assert not page.context["report"].nil_return
    assert "还没有上报的说明" not in page.content.decode()


@pytest.mark.parametrize("who", ["enterprise", "authority"])
def test_each_version_tells_who_filled_it_in_on_the_page_and_on_paper(client_for, at, clerk, report, who):
    def keep(name, phone):
        values = {"preparer_name": name, "preparer_phone": phone}
        kept = {"values": values, "content": None, "reasons": {}}
        return save_report(report_id=report.pk, revision=report.revision, **kept, by=clerk)

    with at():
        report = keep("王五", "0571-87650001")
        report = submit_report(report_id=report.pk, revision=report.revision, by=clerk)
        keep("还没上报的人", "0571-87650002")
    client = client_for(clerk if who == "enterprise" else UserFactory(county=True))
    prints = report.url("print") if who == "enterprise" else reverse("reviews:report-print", args=[report.pk])
    pages = [prints] if who == "enterprise" else [prints, reverse("reviews:report-detail", args=[report.pk])]
    for page in pages:
        assert shown(client, page, at) == ["王五", "0571-87650001"]
        assert shown(client, page, at, version=3) == ["测试填表人"]


def shown(client, page, at, **query):
    """Who of those who may have filled it in stands on the page, with the phone."""
    text = open_page(client, page, at, **query).content.decode()
    words = ("测试填表人", "王五", "还没上报的人", "0571-87650001", "0571-87650002")
    return [word for word in words if word in text]


def test_versions_are_nobody_elses(client_for, at, report):
    stranger = EnterpriseFactory(confirmed=True).staff.first()
    own, theirs = urls(report)
    assert open_page(client_for(stranger), own, at, version=1).status_code == 404
    assert open_page(client_for(UserFactory(jiangsu=True)), theirs, at, version=1).status_code == 404


@pytest.mark.parametrize("query", [{"version": "x", "against": "9"}, {"version": "0", "against": "3"}])
def test_versions_that_are_not_there_show_the_last(client_for, at, clerk, report, query):
    page = open_page(client_for(clerk), report.url(), at, **query)
    assert (page.context["shown"].number, page.context["compared"].number) == (3, 2)


def test_draft_has_no_versions(client_for, at, clerk, models, line_of, month_of):
    report = month_of(MONTH, [line_of(models[0])], submit=False)
    page = open_page(client_for(clerk), report.url(), at)
    assert (page.context["versions"], page.context["changes"]) == ([], [])
    assert "上报版本" not in page.content.decode()
    assert FIRST_NOTE in page.content.decode()
