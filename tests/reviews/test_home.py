"""The home page of each role: what waits for it, and nothing of anybody else."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Contact
from filing.enums import ConfirmLevel, FilingStatus
from filing.models import Enterprise, Filing, PushMessage
from filing.services import open_service
from reporting.models import LatePermission
from tests.factories import (
    BrandFactory,
    EnterpriseFactory,
    FilingFactory,
    ImportBatchFactory,
    PushMessageFactory,
    TradeFactory,
    UserFactory,
)
from tests.reviews.months import FORM, dealer, month, owe, shanghai, stopped

pytestmark = pytest.mark.django_db
HOME = "/"


def tasks_of(client):
    return [(task.action, task.url) for task in client.get(HOME).context["desk"]["tasks"]]


def manager_of(enterprise):
    return enterprise.staff.get()


def test_home_of_a_new_account_asks_to_open_the_service_then_to_file(client_for):
    user = UserFactory()
    assert tasks_of(client_for(user)) == [("增加应用", reverse("filing:open-service"))]
    open_service(by=user)
    assert tasks_of(client_for(user)) == [("填写备案", reverse("filing:edit"))]


def test_home_of_an_operator_without_service_names_who_can_open_it(client_for):
    answer = client_for(UserFactory(operator=True)).get(HOME)
    assert "请企业管理员登录后办理" in answer.content.decode()


def test_home_of_a_draft_counts_what_is_missing(client_for):
    filing = FilingFactory()
    client = client_for(manager_of(filing.enterprise))
    assert tasks_of(client) == [("继续填写", reverse("filing:edit"))]
    assert "还差" in client.get(HOME).content.decode()


def test_home_of_a_complete_draft_says_it_can_be_handed_in(client_for):
    filing = FilingFactory(complete=True)
    assert "已填好，可以提交" in client_for(manager_of(filing.enterprise)).get(HOME).content.decode()


def test_home_of_a_returned_filing_gives_the_reason_and_the_items(client_for):
    filing = FilingFactory(returned=True)
    client = client_for(manager_of(filing.enterprise))
    page = client.get(HOME).content.decode()
    assert tasks_of(client) == [("修改备案", reverse("filing:edit"))]
    assert filing.return_reason in page
    assert "营业执照正本影像" in page


def test_home_of_a_waiting_filing_names_who_confirms_and_until_when(client_for):
    filing = FilingFactory(submitted=True, confirm_body="西湖区商务局")
    client = client_for(manager_of(filing.enterprise))
    page = client.get(HOME).content.decode()
    assert tasks_of(client) == []
    assert "等待西湖区商务局确认" in page
    assert "24:00" in page


def test_home_of_a_used_car_dealer_leads_to_its_imports_and_trades(client_for):
    enterprise = EnterpriseFactory(used=True)
    FilingFactory(confirmed=True, enterprise=enterprise)
    batch = ImportBatchFactory(checked=True, enterprise=enterprise)
    TradeFactory(enterprise=enterprise)
    TradeFactory()
    client = client_for(manager_of(enterprise))
    desk = client.get(HOME).context["desk"]
    assert tasks_of(client) == [("查看并导入", reverse("usedcar:import-detail", args=[batch.pk]))]
    assert desk["trades"] == {"this_month": 1, "last_month": 0}
    assert [step.reason for step in desk["steps"]] == ["", ""]


def test_home_of_an_officer_counts_his_own_queue_and_area(client_for):
    mine = FilingFactory(submitted=True)
    late = FilingFactory(submitted=True)
    elsewhere = FilingFactory(submitted=True)
    FilingFactory(submitted=True, enterprise__division_code="330203")
    Filing.objects.filter(pk__in=[mine.pk, late.pk]).update(confirm_level=ConfirmLevel.COUNTY)
    Filing.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=1))
    Filing.objects.filter(pk=elsewhere.pk).update(confirm_level=ConfirmLevel.PROVINCE)

    desk = client_for(UserFactory(county=True)).get(HOME).context["desk"]

    queue = desk["queue"]
    assert (queue["waiting"], queue["overdue"], queue["changed"], queue["elsewhere"]) == (2, 1, 0, 1)
    assert desk["enterprise_count"] == 3
    assert {filing.pk for filing in desk["latest"]} == {mine.pk, late.pk, elsewhere.pk}


def test_home_of_an_officer_shows_requests_and_reports_of_his_area(client_for):
    late, elsewhere = dealer(), dealer("330203")
    for enterprise in (late, elsewhere):
        asked = {"asked_at": shanghai("2026-11-01 10:00"), "asked_by": enterprise.staff.first()}
        place = {"jurisdiction_code": enterprise.jurisdiction_code, "division_code": enterprise.division_code}
        LatePermission.objects.create(enterprise=enterprise, form=FORM, period="2026-09-01", **asked, **place)
    month(dealer(), is_late=True)
    for enterprise in (late, elsewhere):
        owe(enterprise)
    owe(late, "2026-08-01")

    county = client_for(UserFactory(county=True))
    with stopped("2026-11-07 09:00"):
        answer = county.get(HOME)

    assert [(heap.label, heap.count) for heap in answer.context["desk"]["requests"]] == [("补报申请", 1)]
    (due,) = answer.context["desk"]["reports"]
    assert (due.title, due.limit) == ("2026年10月汽车销售月报", "已截止，2026年11月15日 24:00锁定")
    assert (due.total.owed, due.total.late, due.total.missing) == (2, 1, 1)
    missing = "/reviews/reports/?form=newcar_monthly&amp;period=2026-10&amp;tab=missing"
    assert missing in answer.content.decode()
    assert reverse("reviews:late-list") in answer.content.decode()


@pytest.mark.parametrize(
    ("moment", "limits"),
    [
        ("2026-11-20 09:00", ["已锁定，须开锁才能补报"]),
        ("2026-11-25 00:00", ["2026年12月5日 24:00截止", "已锁定，须开锁才能补报"]),
    ],
)
def test_home_of_an_officer_shows_what_can_still_be_done(client_for, moment, limits):
    owe(dealer())
    owe(dealer(), "2026-11-01")
    with stopped(moment):
        desk = client_for(UserFactory(nation=True)).get(HOME).context["desk"]
    assert [due.limit for due in desk["reports"]] == limits


def test_home_of_the_ministry_sees_all_and_decides_nothing(client_for):
    FilingFactory(submitted=True)
    FilingFactory(submitted=True, enterprise__division_code="330203")
    desk = client_for(UserFactory(nation=True)).get(HOME).context["desk"]
    assert (desk["confirms"], desk["queue"]["waiting"], desk["queue"]["elsewhere"]) == (False, 0, 2)


def test_home_of_the_administrator_names_the_part_that_fails(client_for):
    page = client_for(UserFactory(admin=True)).get(HOME).content.decode()
    assert "后台任务进程没有心跳" in page


def test_home_of_the_auditor_shows_the_latest_records(client_for):
    open_service(by=UserFactory())
    desk = client_for(UserFactory(auditor=True)).get(HOME).context["desk"]
    assert desk["rows"][0].action_text == "应用：增加"


@pytest.mark.parametrize("trait", ["county", "city", "province", "nation", "admin", "auditor"])
def test_home_costs_the_same_queries_for_one_row_and_for_three(client_for, queries_of, trait):
    client = client_for(UserFactory(**{trait: True}))
    counts = []
    for rows in (1, 2):
        FilingFactory.create_batch(rows, submitted=True)
        with queries_of() as queries:
            client.get(HOME)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 17


@pytest.mark.parametrize(
    ("status", "tasks"),
    [(FilingStatus.SUSPENDED, []), (FilingStatus.CANCELLED, [("重新备案", "/filing/open/")])],
)
def test_home_of_a_stopped_enterprise_offers_at_most_to_file_anew(client_for, status, tasks):
    filing = FilingFactory(confirmed=True)
    Enterprise.objects.filter(pk=filing.enterprise_id).update(status=status)
    assert tasks_of(client_for(manager_of(filing.enterprise))) == tasks


def test_home_of_an_enterprise_shows_what_the_traffic_police_have(client_for):
    filing = FilingFactory(confirmed=True)
    client = client_for(manager_of(filing.enterprise))
    assert "公安交管同步" not in client.get(HOME).content.decode()
    PushMessageFactory(filing=FilingFactory(confirmed=True), delivered=True, receipt="别家的回执")
    push = PushMessageFactory(filing=filing)
    assert "正在排队同步到公安交管部门" in client.get(HOME).content.decode()
    delivered = {"state": "DELIVERED", "delivered_at": timezone.now(), "receipt": "GA-2026-0001"}
    PushMessage.objects.filter(pk=push.pk).update(**delivered)
    page = client.get(HOME).content.decode()
    assert "回执号 GA-2026-0001" in page
    assert "别家的回执" not in page


def test_home_of_the_administrator_leads_to_requests_and_stopped_pushes(client_for):
    client = client_for(UserFactory(admin=True))
    assert tasks_of(client) == []
    BrandFactory(status="PENDING")
    PushMessageFactory(failed=True)
    PushMessageFactory()
    links = [url for _, url in tasks_of(client)]
    assert links == [
        f"{reverse('reviews:catalog-queue')}?kind=brand",
        f"{reverse('reviews:sync-list')}?state=FAILED",
    ]
    assert [len(client.get(url).context["page"].rows) for url in links] == [1, 1]
    assert "品牌申请待审核 1 项" in client.get(HOME).content.decode()


def test_home_names_the_authority_that_has_no_telephone_yet(client_for):
    user = UserFactory()
    assert "请咨询浙江省商务厅（还没有登记电话）" in client_for(user).get(HOME).content.decode()
    Contact.objects.create(jurisdiction_id="330000", name="浙江省商务厅", phone="0571-87057000")
    page = client_for(user).get(HOME).content.decode()
    assert "0571-87057000" in page
    assert "还没有登记电话" not in page
