"""催报: who may remind whom of what, once a day, and what the list shows of it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.enums import Outcome
from accounts.models import AuditRecord, Notice
from autoflow.common.errors import BusinessError
from filing.models import Enterprise
from reporting.models import Chase, LatePermission, Obligation, Report
from reporting.periods import Period
from reporting.services import chase_owed, chasing
from tests.factories import UserFactory
from tests.reviews.months import FORM, LOCKED, OPEN, dealer, month, owe, shanghai, stopped

pytestmark = pytest.mark.django_db
ALL = "/reviews/reports/chase/"
ASKED = {"form": FORM, "period": "2026-10"}
MONTH = Period.month(2026, 10)


@pytest.fixture
def city(client_for):
    return client_for(UserFactory(city=True))


def chase(client, owed, at=OPEN, **query):
    url = reverse("reviews:report-chase", args=[owed.pk], query=ASKED | query)
    with stopped(at):
        return client.post(url)


def chase_all(client, at=OPEN, **query):
    with stopped(at):
        return client.post(reverse("reviews:report-chase-all", query=ASKED | query))


def told(client, answer, at=OPEN):
    with stopped(at):
        page = client.get(answer.url)
    return page, [str(message) for message in page.context["messages"]]


def test_one_enterprise_is_reminded_with_its_deadline(city):
    owed = owe(dealer())
    answer = chase(city, owed, place="330106")
    page, said = told(city, answer)
    assert said == ["已催报 1 家，企业会收到站内消息。"]
    assert page.context["chosen"].area.code == "330106"
    assert page.context["is_missing"]
    notice = Notice.objects.get()
    assert notice.recipient == owed.enterprise.staff.get()
    assert notice.title == "杭州市商务局催报：2026年10月汽车销售月报"
    assert notice.text == "贵单位还没有上报，请尽快填报。截止2026年11月5日 24:00。"
    assert notice.url == "/newcar/monthly/"
    kept = AuditRecord.objects.get(action="report.chase")
    named = {"form": FORM, "period": "2026-10", "count": 1, "enterprise": owed.enterprise_id}
    assert (kept.summary, kept.detail) == ("2026年10月汽车销售月报", named)


def test_nobody_is_reminded_twice_a_day_by_whomever(city, client_for):
    owed = owe(dealer())
    chase(city, owed)
    county = client_for(UserFactory(county=True))
    _, said = told(county, chase(county, owed, "2026-11-02 23:59:59"))
    assert said == ["没有可以催报的企业：今天已催报。"]
    assert Notice.objects.count() == 1
    assert AuditRecord.objects.filter(action="report.chase").latest("id").outcome == Outcome.REFUSED
    page, _ = told(county, chase(county, owed, "2026-11-03 00:00:00"), "2026-11-03 00:00:00")
    row = page.context["page"].rows[0]
    assert (row.chase_count, str(row.chased_on), row.chase_reason) == (2, "2026-11-03", "今天已催报。")
    assert "2 次，最近2026年11月3日" in page.content.decode()


def test_two_officers_at_once_remind_once(monkeypatch):
    owed, by = owe(dealer()), UserFactory(city=True)
    monkeypatch.setattr(chasing, "chases_of", lambda rows: {})  # as read before the other one wrote
    Chase.objects.create(obligation=owed, day="2026-11-02", by=by)
    with stopped(OPEN), pytest.raises(BusinessError, match="请刷新后查看"):
        chase_owed(form=FORM, period=MONTH, obligation_ids=[owed.pk], by=by)
    assert not Notice.objects.exists()


def test_all_that_the_filter_finds_are_reminded_and_no_others(city):
    first, second = owe(dealer(name="杭州良渚汽车有限公司")), owe(dealer(name="杭州良渚新能源有限公司"))
    chased, other = owe(dealer(name="杭州良渚二手车有限公司")), owe(dealer())
    month(dealer(name="杭州良渚已报有限公司"))
    owe(dealer("330203", name="宁波良渚有限公司"))
    stopped_one = owe(dealer(name="杭州良渚暂停有限公司"))
    Enterprise.objects.filter(pk=stopped_one.enterprise_id).update(status="SUSPENDED")
    chase(city, chased)
    _, said = told(city, chase_all(city, q="良渚"))
    assert said[-1:] == ["已催报 2 家，企业会收到站内消息。其余 2 家今天已催报过或现在不能填报，没有再发。"]
    assert set(Chase.objects.values_list("obligation", flat=True)) == {first.pk, second.pk, chased.pk}
    assert not other.chases.exists()
    assert AuditRecord.objects.filter(action="report.chase").latest("id").detail["count"] == 2


def test_what_is_locked_is_chased_only_where_it_was_opened(city):
    owed = owe(dealer())
    _, said = told(city, chase(city, owed, LOCKED), LOCKED)
    assert said == ["没有可以催报的企业：已锁定，企业不能填报。"]
    LatePermission.objects.create(
        enterprise=owed.enterprise,
        form=FORM,
        period=owed.period,
        status="GRANTED",
        until=shanghai("2026-11-25 00:00"),
        decided_at=shanghai(OPEN),
        decided_by=UserFactory(county=True),
        jurisdiction_code="330000",
        division_code="330106",
    )
    _, said = told(city, chase(city, owed, LOCKED), LOCKED)
    assert said == ["已催报 1 家，企业会收到站内消息。"]
    assert "有效期至2026年11月24日 24:00" in Notice.objects.get().text


def test_who_has_reported_is_not_chased_and_who_must_mend_is(city):
    reported, returned = month(dealer()), month(dealer(), status="RETURNED")
    chase(city, Obligation.objects.get(report=reported))
    assert not Chase.objects.exists()
    chase(city, Obligation.objects.get(report=returned))
    assert Chase.objects.get().obligation.report == returned


def returned_rows(client, at=OPEN):
    with stopped(at):
        return client.get("/reviews/reports/", ASKED | {"status": "RETURNED"})


def test_what_was_given_back_is_chased_from_its_list_once_a_day(city, client_for):
    month(dealer())
    report = month(dealer(), status="RETURNED")
    url = f"{reverse('reviews:report-chase', args=[report.obligation.pk])}?"
    assert url in returned_rows(city).content.decode()
    answer = chase(city, report.obligation, status="RETURNED")
    page, said = told(city, answer)
    assert said == ["已催报 1 家，企业会收到站内消息。"]
    assert (page.context["is_missing"], page.context["page"].rows) == (False, [report])
    assert "催报 1 次，最近2026年11月2日" in page.content.decode()
    assert "今天已催报。" in page.content.decode()
    assert url not in page.content.decode()
    text = "贵单位的报表已被退回，请尽快修改后重新上报。截止2026年11月5日 24:00。"
    assert Notice.objects.get().text == text
    county = client_for(UserFactory(county=True))
    _, said = told(county, chase(county, report.obligation))
    assert said == ["没有可以催报的企业：今天已催报。"]
    assert Chase.objects.count() == Notice.objects.count() == 1
    assert "已锁定，企业不能填报。" in returned_rows(city, LOCKED).content.decode()


def test_list_of_what_was_given_back_costs_the_same_for_one_and_for_three(city, queries_of):
    counts = []
    for number in (1, 2):
        for _ in range(number):
            month(dealer(), status="RETURNED")
        with queries_of() as queries:
            returned_rows(city)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("role", ["county", "province", "ningbo", "jiangsu"])
def test_other_areas_are_not_found(client_for, role):
    places = {"county": "330102", "province": "330203", "ningbo": "330106", "jiangsu": "330106"}
    client, owed = client_for(UserFactory(**{role: True})), owe(dealer(places[role]))
    assert chase(client, owed).status_code == 404
    chase_all(client)
    assert not Chase.objects.exists()


@pytest.mark.parametrize("role", ["admin", "auditor", "manager"])
def test_other_roles_are_refused(client_for, role):
    owed = owe(dealer())
    user = owed.enterprise.staff.get() if role == "manager" else UserFactory(**{role: True})
    client = client_for(user)
    assert chase(client, owed).status_code == chase_all(client).status_code == 403
    with pytest.raises(PermissionDenied, match="催报"):
        chase_owed(form=FORM, period=MONTH, obligation_ids=[owed.pk], by=user)


def test_too_many_at_once_are_refused(city, monkeypatch):
    monkeypatch.setattr(chasing, "MOST_CHASED", 1)
    owe(dealer())
    owe(dealer())
    _, said = told(city, chase_all(city))
    assert said == ["一次最多催报 1 家，请先按地区或名称缩小范围。"]
    assert not Chase.objects.exists()


def test_chasing_costs_the_same_queries_for_one_and_for_three(city, queries_of):
    counts = []
    for number in (1, 3):
        for _ in range(number):
            owe(dealer())
        with queries_of() as queries:
            chase_all(city, f"2026-11-0{number} 09:00:00")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert (Chase.objects.count(), Report.objects.count()) == (1 + 4, 0)
