"""The administrator's view of the outbox, and what the enterprise and its authority see of it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from filing.enums import PushEvent, PushOutcome, PushState
from filing.models import PushMessage, PushTry
from tests.factories import FilingFactory, PushMessageFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "/reviews/sync/"


@pytest.fixture
def admin(client_for):
    return client_for(UserFactory(admin=True))


def rows(client, **query):
    return client.get(LIST, query).context["page"].rows


def page_of(client, url):
    return client.get(url).content.decode()


def queued(hours_ago, **more):
    message = PushMessageFactory(**more)
    moment = timezone.now() - timedelta(hours=hours_ago)
    PushMessage.objects.filter(pk=message.pk).update(first_queued_at=moment)
    return message


def fault(client):
    return dict(client.get("/").context["desk"]["parts"])["公安推送"]


def test_list_narrows_by_state_age_province_and_name(admin):
    waiting = queued(2)
    failed = queued(30, failed=True)
    elsewhere = queued(80, filing__enterprise__division_code="330203")
    delivered = queued(100, delivered=True)
    assert rows(admin) == [delivered, elsewhere, failed, waiting]
    assert rows(admin, state="FAILED") == [failed]
    assert rows(admin, age="day") == [elsewhere, failed]
    assert rows(admin, age="three") == [elsewhere]
    assert rows(admin, area="330200") == [elsewhere]
    assert rows(admin, q=failed.enterprise.name[2:-4]) == [failed]
    assert rows(admin, q=waiting.uscc.lower()) == [waiting]
    assert len(rows(admin, state="NONE", age="year", area="999999")) == 4


def test_list_counts_and_names_the_oldest_wait(admin):
    queued(50)
    PushMessageFactory(failed=True)
    PushMessageFactory(delivered=True)
    figures = admin.get(LIST).context["figures"]
    assert (figures["waiting"], figures["failed"], figures["delivered"]) == (1, 1, 1)
    assert figures["oldest_wait"] == "2 天"


def test_list_shows_the_last_answer_in_plain_words(admin):
    PushMessageFactory(failed=True)
    assert "接收端认为内容不符合约定（400），已停止推送" in page_of(admin, LIST)


def test_list_offers_to_send_all_failed_again_only_when_there_are_any(admin):
    PushMessageFactory()
    assert "全部重新推送" not in page_of(admin, LIST)
    PushMessageFactory(failed=True)
    assert "全部重新推送" in page_of(admin, LIST)


def test_list_costs_the_same_queries_for_one_row_and_for_three(admin, queries_of):
    counts = []
    for rows_more in (1, 2):
        PushMessageFactory.create_batch(rows_more, failed=True)
        with queries_of() as queries:
            admin.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_empty_list_says_what_will_come(admin):
    assert "主管部门确认备案后" in page_of(admin, LIST)
    assert "没有符合条件的消息" in page_of(admin, f"{LIST}?state=FAILED")


def test_detail_shows_every_try_and_what_was_sent(admin):
    message = PushMessageFactory(failed=True)
    outcomes = [("", ""), (PushOutcome.POSTPONED, "接收端内部错误（500）")]
    for outcome, answer in outcomes:
        PushTry.objects.create(message=message, outcome=outcome, answer=answer)
    page = page_of(admin, reverse("reviews:sync-detail", args=[message.pk]))
    for text in (
        "接收端内部错误（500）",
        "处理中断",
        "公章影像",
        message.key,
        "二手车转让登记免交营业执照原件",
    ):
        assert text in page


def test_detail_costs_the_same_queries_whatever_was_tried(admin, queries_of):
    message = PushMessageFactory(failed=True)
    counts = []
    for tries in (1, 2):
        PushTry.objects.bulk_create(PushTry(message=message) for _ in range(tries))
        with queries_of() as queries:
            admin.get(reverse("reviews:sync-detail", args=[message.pk]))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_resend_queues_the_message_anew_and_comes_back_to_it(admin):
    message = PushMessageFactory(failed=True)
    answer = admin.post(reverse("reviews:sync-resend", args=[message.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("reviews:sync-detail", args=[message.pk]), 302)]
    assert "已重新排队" in answer.content.decode()
    message.refresh_from_db()
    assert message.state == PushState.WAITING


def test_resend_of_a_message_in_flight_is_refused_with_the_reason(admin):
    until = timezone.now() + timedelta(minutes=1)
    message = PushMessageFactory(state=PushState.SENDING, lease_until=until)
    answer = admin.post(reverse("reviews:sync-resend", args=[message.pk]))
    assert answer.status_code == 409
    assert "正在推送，请稍后刷新" in answer.content.decode()


def test_resend_of_all_failed_says_how_many(admin):
    PushMessageFactory.create_batch(2, failed=True)
    answer = admin.post(reverse("reviews:sync-resend-failed"), follow=True)
    assert "2 件已重新排队" in answer.content.decode()
    answer = admin.post(reverse("reviews:sync-resend-failed"), follow=True)
    assert "没有推送失败的消息" in answer.content.decode()


def test_home_of_the_administrator_names_what_is_wrong_with_the_push(admin, settings):
    message = PushMessageFactory()
    assert fault(admin) == "没有配置公安接收端地址，消息留存待推（1 件）"
    settings.POLICE_GATEWAY_URL = "https://jg.example.org"
    assert fault(admin) == ""
    PushTry.objects.create(message=message, outcome=PushOutcome.POSTPONED)
    assert fault(admin) == "公安接收端没有正常应答，1 件等待自动重试"
    PushTry.objects.create(message=message, outcome=PushOutcome.ACCEPTED)
    PushMessageFactory(failed=True)
    assert fault(admin) == "1 件推送失败，需要处理"


def test_enterprise_sees_state_and_receipt_of_its_own_push(client_for):
    message = PushMessageFactory(delivered=True)
    other = PushMessageFactory(delivered=True, receipt="JG-00000099")
    page = page_of(client_for(message.enterprise.staff.get()), reverse("filing:detail"))
    assert "回执号 JG-00000007" in page
    assert other.receipt not in page


@pytest.mark.parametrize(
    ("traits", "words"),
    [
        ({}, "正在排队同步到公安交管部门"),
        ({"tries": 3}, "会自动重试，您无需操作"),
        ({"failed": True}, "请带营业执照原件"),
    ],
)
def test_enterprise_is_told_what_an_unfinished_push_means_for_it(client_for, traits, words):
    message = PushMessageFactory(**traits)
    page = page_of(client_for(message.enterprise.staff.get()), reverse("filing:detail"))
    assert words in page
    assert "不符合约定" not in page


@pytest.mark.parametrize("event", [PushEvent.SUSPENDED, PushEvent.CANCELLED])
def test_enterprise_that_was_stopped_is_not_told_to_leave_its_licence_at_home(client_for, event):
    message = PushMessageFactory(delivered=True, event=event)
    page = page_of(client_for(message.enterprise.staff.get()), reverse("filing:detail"))
    assert f"收到备案{event.label}的通知" in page
    assert "营业执照原件" not in page


def test_enterprise_without_push_sees_no_empty_part(client_for):
    filing = FilingFactory(submitted=True)
    assert "公安交管同步" not in page_of(client_for(filing.enterprise.staff.get()), reverse("filing:detail"))


def test_authority_sees_state_answer_and_receipt(client_for):
    failed, delivered = PushMessageFactory(failed=True), PushMessageFactory(delivered=True)
    county = client_for(UserFactory(county=True))
    page = page_of(county, reverse("reviews:filing-detail", args=[failed.filing_id]))
    assert "接收端认为内容不符合约定（400）" in page
    page = page_of(county, reverse("reviews:filing-detail", args=[delivered.filing_id]))
    assert "JG-00000007" in page
