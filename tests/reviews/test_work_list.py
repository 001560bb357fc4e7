"""The work list: my queue longest first, my area newest first, and nothing of another area."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from filing.enums import ConfirmLevel
from filing.models import Filing
from filing.permissions import own_filing_reason
from reviews.queues import age_text
from tests.factories import FilingFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/reviews/filings/"


def submitted(days_ago=0, level=ConfirmLevel.COUNTY, **more):
    filing = FilingFactory(submitted=True, **more)
    moment = timezone.now() - timedelta(days=days_ago)
    Filing.objects.filter(pk=filing.pk).update(submitted_at=moment, confirm_level=level)
    filing.refresh_from_db()
    return filing


def rows(client, **query):
    return client.get(URL, query).context["page"].rows


@pytest.fixture
def county(client_for):
    return client_for(UserFactory(county=True))


def test_queue_holds_what_is_mine_longest_first(county):
    new, old = submitted(1), submitted(8)
    submitted(level=ConfirmLevel.PROVINCE)
    FilingFactory(confirmed=True)
    FilingFactory()
    submitted(enterprise__division_code="330102")
    submitted(enterprise__division_code="330203")
    assert rows(county) == [old, new]


def test_area_shows_the_newest_version_of_each_enterprise(county):
    changed = FilingFactory(changed=True)
    FilingFactory()
    submitted(enterprise__division_code="330203")
    assert rows(county, tab="all") == [changed]


def test_filters_narrow_by_state_type_and_name(county):
    dealer, market = submitted(2), submitted(1, enterprise__types=["B1"])
    confirmed = FilingFactory(confirmed=True)
    assert rows(county, tab="all", status="CONFIRMED") == [confirmed]
    assert rows(county, type="B1") == [market]
    assert rows(county, q=dealer.uscc[:17].lower()) == [dealer]
    assert rows(county, q=dealer.enterprise_name[2:8]) == [dealer]
    assert rows(county, q="\0", status="NONE", type="C9") == [dealer, market]


def test_overdue_is_marked(county):
    filing = submitted(20)
    Filing.objects.filter(pk=filing.pk).update(due_at=timezone.now() - timedelta(days=9))
    (row,) = rows(county)
    assert row.is_overdue
    assert "已逾期" in county.get(URL).content.decode()


def test_pages_of_the_queue_follow_each_other_without_gap(county):
    expected = [submitted(days).pk for days in range(25, 0, -1)]
    first = county.get(URL).context["page"]
    second = county.get(URL + first.next_url).context["page"]
    back = county.get(URL + second.previous_url).context["page"]
    assert [row.pk for row in [*first.rows, *second.rows]] == expected
    assert back.rows == first.rows


def test_upper_authority_sees_the_filing_and_cannot_decide(client_for):
    filing = submitted()
    province = client_for(UserFactory(province=True))
    page = province.get(reverse("reviews:filing-detail", args=[filing.pk]))
    assert rows(province) == []
    assert rows(province, tab="all") == [filing]
    assert not page.context["decision"].allowed
    assert "没有本企业备案的确认权限" in page.content.decode()


def test_ministry_sees_the_nation_and_may_not_post(client_for):
    filing = submitted()
    ministry = client_for(UserFactory(nation=True))
    url = reverse("reviews:filing-confirm", args=[filing.pk])
    assert rows(ministry) == [filing]
    assert ministry.post(url, {"content_hash": filing.content_hash}).status_code == 403


@pytest.mark.parametrize("trait", ["operator", "admin", "auditor"])
@pytest.mark.parametrize("name", ["filing-list", "filing-detail", "filing-confirm", "filing-return"])
def test_review_pages_are_closed_to_other_roles(client_for, trait, name):
    filing = submitted()
    client = client_for(UserFactory(**{trait: True}))
    url = reverse(f"reviews:{name}", args=[] if name == "filing-list" else [filing.pk])
    send = client.post if name in {"filing-confirm", "filing-return"} else client.get
    assert send(url).status_code == 403


def test_detail_of_a_change_shows_old_and_new_first(county):
    filing = FilingFactory(changed=True, business_address="浙江省杭州市西湖区新址2号")
    page = county.get(reverse("reviews:filing-detail", args=[filing.pk]))
    assert "business_address" in {change.identifier for change in page.context["changes"]}
    assert page.content.decode().index("与有效版本的不同") < page.content.decode().index("基本信息")


def test_detail_costs_the_same_queries_whatever_else_waits(county, queries_of):
    filing = submitted(3)
    url = reverse("reviews:filing-detail", args=[filing.pk])
    county.get(url)
    counts = []
    for waiting in (1, 2):
        for _ in range(waiting):
            submitted()
        with queries_of() as queries:
            county.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 24


def test_after_a_decision_comes_the_one_that_waits_next(county):
    first, second, third = submitted(3), submitted(2), submitted(1)
    answer = county.post(
        reverse("reviews:filing-confirm", args=[second.pk]),
        {"content_hash": second.content_hash},
        follow=True,
    )
    assert answer.redirect_chain[0][0] == reverse("reviews:filing-detail", args=[third.pk])
    assert f"下一件：{third.enterprise_name}" in answer.content.decode()
    for filing in (third, first):
        answer = county.post(
            reverse("reviews:filing-confirm", args=[filing.pk]), {"content_hash": filing.content_hash}
        )
    assert answer.url == reverse("reviews:filing-list")


@pytest.mark.parametrize(
    "shared",
    [
        {"contact_mobile": "13912345678"},
        {"contact_email": "Clerk@Example.com"},
        {"submitted_by__email": "clerk@example.com"},
    ],
)
def test_queue_says_which_filings_the_officer_handed_in_himself(client_for, shared):
    officer = UserFactory(county=True, phone="13912345678", email="clerk@example.com")
    own, other = submitted(2), submitted(1)
    if "contact_mobile" in shared or "contact_email" in shared:
        for name, value in shared.items():
            setattr(own, name, value)
        own.index_contact()
        own.save()
    else:
        submitter = own.submitted_by
        for name, value in shared.items():
            setattr(submitter, name.removeprefix("submitted_by__"), value)
        submitter.save()
    own.refresh_from_db()

    answer = client_for(officer).get(URL)

    shown = {row: row.own_reason for row in answer.context["page"].rows}
    assert shown == {own: own_filing_reason(officer, own), other: ""}
    assert own_filing_reason(officer, own)
    page = answer.content.decode()
    assert shown[own] in page
    assert reverse("reviews:filing-claim", args=[own.pk]) not in page
    assert reverse("reviews:filing-claim", args=[other.pk]) in page


def test_list_says_what_came_over_from_the_old_system(county):
    FilingFactory(confirmed=True)
    assert "原系统导入" not in county.get(URL, {"tab": "all"}).content.decode()
    Filing.objects.update(is_from_old_system=True)
    assert "原系统导入" in county.get(URL, {"tab": "all"}).content.decode()


def test_queue_with_own_filings_asks_the_same_for_one_and_for_three(client_for, queries_of):
    officer = UserFactory(county=True, phone="13912345678")
    client, counts = client_for(officer), []
    for number in (1, 2):
        for _ in range(number):
            submitted(1, contact_mobile="13912345678")
        client.get(URL)
        with queries_of() as queries:
            client.get(URL)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("handed_in", "seen", "said"),
    [
        ("2026-11-27T10:09+08:00", "2026-11-27T23:59+08:00", "今天提交"),
        ("2026-11-27T10:09+08:00", "2026-11-29T09:00+08:00", "不足 1 个工作日"),
        ("2026-11-27T10:09+08:00", "2026-11-30T00:01+08:00", "第 1 个工作日"),
        ("2026-11-28T10:09+08:00", "2026-11-28T12:00+08:00", "今天提交"),
    ],
)
def test_waiting_is_told_by_working_days_and_a_weekend_is_not_today(handed_in, seen, said):
    """2026-11-27 is a Friday."""
    assert age_text(datetime.fromisoformat(handed_in), datetime.fromisoformat(seen)) == said
