"""What an enterprise owes, on its home page and in its calendar: to the second, with one button each."""

import pytest
from django.urls import reverse

from filing.enums import FilingAction
from filing.models import Enterprise, FilingEvent
from reporting.models import LatePermission, Report, WindowRule
from reporting.services import return_report
from tests.factories import EnterpriseFactory, FilingFactory, UserFactory
from tests.reviews.months import FORM, OCTOBER, month, owe, shanghai, stopped

pytestmark = pytest.mark.django_db
HOME, CALENDAR = "/", "/reports/"
ADD = "/newcar/monthly/add/"
OPEN = "2026-11-02 09:00:00"


@pytest.fixture
def enterprise():
    """A dealer whose filing took effect in September 2026."""
    filing = FilingFactory(confirmed=True)
    step = {"action": FilingAction.CONFIRM, "to_status": "CONFIRMED", "by": filing.decided_by}
    event = FilingEvent.objects.create(filing=filing, **step)
    FilingEvent.objects.filter(pk=event.pk).update(at=shanghai("2026-09-20 10:00"))
    return Enterprise.objects.get(pk=filing.enterprise_id)


@pytest.fixture
def client(client_for, enterprise):
    return client_for(enterprise.staff.get())


def get(client, path, at=OPEN):
    with stopped(at):
        return client.get(path)


def tasks(client, at=OPEN):
    return [(task.title, task.action, task.url) for task in get(client, HOME, at).context["desk"]["tasks"]]


def entries(client, at=OPEN):
    return [one for _, _, found in get(client, CALENDAR, at).context["groups"] for one in found]


def states(client, at=OPEN):
    return [
        (str(one.period), one.state[1], one.step.label if one.step else "") for one in entries(client, at)
    ]


def permission(enterprise, **more):
    place = {"jurisdiction_code": enterprise.jurisdiction_code, "division_code": enterprise.division_code}
    return LatePermission.objects.create(enterprise=enterprise, form=FORM, period=OCTOBER, **place, **more)


@pytest.mark.parametrize(
    ("moment", "title"),
    [
        ("2026-11-02 09:00:00", "填报2026年10月汽车销售月报（还有 3 天）"),
        ("2026-11-05 23:59:59", "填报2026年10月汽车销售月报（今天截止）"),
        ("2026-11-06 00:00:00", "补报2026年10月汽车销售月报（已逾期）"),
        ("2026-11-15 23:59:59", "补报2026年10月汽车销售月报（已逾期）"),
    ],
)
def test_home_says_what_is_due_and_by_when(client, enterprise, moment, title):
    owe(enterprise)
    month(enterprise, period="2026-09-01")
    assert tasks(client, moment) == [(title, "填报", ADD)]


def test_home_button_begins_the_report(client, enterprise):
    owe(enterprise)
    page = get(client, HOME).content.decode()
    assert 'name="period" value="2026-10"' in page
    with stopped(OPEN):
        answer = client.post(ADD, {"period": "2026-10", "action": "start"})
    report = Report.objects.get()
    assert answer.url == report.url("edit")
    title = "填报2026年10月汽车销售月报（还有 3 天）"
    assert tasks(client) == [(title, "继续填报", report.url("edit"))]
    assert "已有草稿。" in get(client, HOME).content.decode()


def test_home_names_locked_periods_in_one_line_and_leads_to_the_request(client, enterprise):
    owe(enterprise)
    owe(enterprise, "2026-09-01")
    title = "有 2 期报表没有上报，已锁定"
    assert tasks(client, "2026-11-16 00:00:00") == [(title, "查看并申请补报", CALENDAR)]
    before = tasks(client, "2026-11-15 23:59:59")
    assert [task[0] for task in before] == [
        "补报2026年10月汽车销售月报（已逾期）",
        "有 1 期报表没有上报，已锁定",
    ]


def test_home_shows_what_was_returned_and_what_was_changed(client, enterprise):
    report = month(enterprise)
    assert tasks(client) == []
    with stopped(OPEN):
        return_report(
            report_id=report.pk, version=1, reason="销售额请按万元填写。", by=UserFactory(county=True)
        )
    assert tasks(client) == [("修改2026年10月汽车销售月报（已退回）", "修改", report.url("edit"))]
    assert "退回原因：销售额请按万元填写。" in get(client, HOME).content.decode()
    Report.objects.update(status="SUBMITTED", has_unsubmitted_changes=True)
    assert tasks(client)[0][0] == "2026年10月汽车销售月报有还没有上报的修改"


def test_home_orders_by_deadline(client, enterprise):
    owe(enterprise)
    titles = [task[0] for task in tasks(client, "2026-11-25 00:00:00")]
    assert titles == ["填报2026年11月汽车销售月报（还有 10 天）", "有 1 期报表没有上报，已锁定"]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-10-24 23:59:59", ("2026-10", "未开放", "")),
        ("2026-10-25 00:00:00", ("2026-10", "待填报", "填报")),
        ("2026-11-05 23:59:59", ("2026-10", "待填报", "填报")),
        ("2026-11-06 00:00:00", ("2026-10", "待补报", "填报")),
        ("2026-11-15 23:59:59", ("2026-10", "待补报", "填报")),
        ("2026-11-16 00:00:00", ("2026-10", "未报", "申请补报")),
    ],
)
def test_calendar_changes_at_the_second(client, enterprise, moment, expected):
    if moment > "2026-10-25":
        owe(enterprise)
    assert expected in states(client, moment)


def test_calendar_begins_when_the_filing_took_effect(client, enterprise):
    assert [row[0] for row in states(client)] == ["2026-11", "2026-10", "2026"]
    owe(enterprise, "2026-09-01")
    assert ("2026-09", "未报", "申请补报") in states(client)


def test_calendar_shows_reports_in_their_states(client, enterprise):
    month(enterprise, is_late=True)
    month(enterprise, period="2026-09-01")
    monthly = [("2026-10", "已上报", "查看"), ("2026-09", "已锁定", "查看")]
    assert states(client)[1:] == [*monthly, ("2026", "未开放", "")]
    page = get(client, CALENDAR).content.decode()
    assert '<span class="tag">逾期</span>' in page


def test_calendar_follows_a_permission_to_its_end(client, enterprise):
    owe(enterprise)
    asked = permission(enterprise, asked_at=shanghai(OPEN), asked_by=enterprise.staff.get())
    assert ("2026-10", "未报", "") in states(client, "2026-11-20 09:00")
    assert "已申请补报" in get(client, CALENDAR, "2026-11-20 09:00").content.decode()
    LatePermission.objects.filter(pk=asked.pk).update(
        status="GRANTED",
        until=shanghai("2026-11-25 00:00"),
        decided_at=shanghai(OPEN),
        decided_by=UserFactory(county=True),
    )
    assert ("2026-10", "待补报", "填报") in states(client, "2026-11-24 23:59:59")
    assert "可补报至2026年11月24日 24:00" in get(client, CALENDAR, "2026-11-24 23:59:59").content.decode()
    assert ("2026-10", "未报", "申请补报") in states(client, "2026-11-25 00:00:00")


def test_home_names_a_month_that_was_unlocked_until_it_is_handed_in_again(client, enterprise):
    report = month(enterprise)
    given = {
        "status": "GRANTED",
        "decided_at": shanghai("2026-11-18 10:00"),
        "decided_by": UserFactory(county=True),
    }
    permission(enterprise, until=shanghai("2026-11-25 00:00"), **given)
    unlocked = ("2026年10月汽车销售月报已开锁，可以修改", "修改", report.url("edit"))
    assert tasks(client, "2026-11-20 09:00:00") == [unlocked]
    assert "可修改至2026年11月24日 24:00" in get(client, HOME, "2026-11-20 09:00:00").content.decode()
    Report.objects.update(submitted_at=shanghai("2026-11-20 10:00"))
    assert tasks(client, "2026-11-20 11:00:00") == []


def test_home_forgets_an_unlocking_that_has_ended(client, enterprise):
    month(enterprise)
    given = {
        "status": "GRANTED",
        "decided_at": shanghai("2026-11-18 10:00"),
        "decided_by": UserFactory(county=True),
    }
    permission(enterprise, until=shanghai("2026-11-25 00:00"), **given)
    assert not any("已开锁" in title for title, _, _ in tasks(client, "2026-11-25 00:00:00"))


def test_calendar_follows_the_window_of_the_authority(client, enterprise):
    owe(enterprise)
    WindowRule.objects.create(
        form=FORM,
        period=OCTOBER,
        jurisdiction_id="330000",
        opens_at=shanghai("2026-10-25 00:00"),
        due_at=shanghai("2026-11-21 00:00"),
        locks_at=shanghai("2026-12-01 00:00"),
        reason="系统升级顺延",
        set_by=UserFactory(province=True),
    )
    assert ("2026-10", "待填报", "填报") in states(client, "2026-11-20 23:59:59")


def test_locked_draft_can_be_asked_for(client, enterprise):
    with stopped(OPEN):
        client.post(ADD, {"period": "2026-10", "action": "start"})
    assert ("2026-10", "未报", "申请补报") in states(client, "2026-11-16 00:00:00")
    assert "申请补报2026年10月汽车销售月报" in get(client, ADD, "2026-11-16 00:00:00").content.decode()


def test_nothing_can_be_filled_in_while_the_filing_is_suspended(client, enterprise):
    owe(enterprise)
    Enterprise.objects.update(status="SUSPENDED")
    assert states(client) == [("2026-10", "待填报", "")]
    assert "备案确认通过后才能填报" in get(client, CALENDAR).content.decode()
    assert [task for task in tasks(client) if "月报" in task[0]] == []


def test_types_that_do_not_report_have_no_calendar_entry(client_for):
    market = FilingFactory(confirmed=True, enterprise=EnterpriseFactory(types=["C1"])).enterprise
    answer = get(client_for(market.staff.get()), HOME)
    assert reverse("reporting:calendar") not in answer.content.decode()


def test_new_account_sees_why_the_calendar_is_empty(client_for):
    assert "还没有增加应用" in get(client_for(UserFactory()), CALENDAR).content.decode()


def test_another_enterprise_sees_nothing_of_it(client_for, enterprise):
    month(enterprise)
    stranger = FilingFactory(confirmed=True).enterprise.staff.get()
    assert entries(client_for(stranger)) == []


@pytest.mark.parametrize("role", ["county", "nation", "admin", "auditor"])
def test_other_roles_are_refused(client_for, role):
    assert get(client_for(UserFactory(**{role: True})), CALENDAR).status_code == 403


@pytest.mark.parametrize("path", [HOME, CALENDAR])
def test_pages_cost_the_same_queries_for_one_period_and_for_three(client, enterprise, queries_of, path):
    counts = []
    for periods in (["2026-10-01"], ["2026-09-01", "2026-08-01"]):
        for period in periods:
            owe(enterprise, period)
        with queries_of() as queries:
            get(client, path)
        counts.append(len(queries))
    assert counts[0] == counts[1]
