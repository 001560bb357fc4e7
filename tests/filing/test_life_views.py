"""The pages of an enterprise for the steps of its filing's life."""

import pytest
from django.urls import reverse

from filing.models import CancellationRequest, Enterprise, Filing
from filing.services import open_service
from tests.factories import UserFactory
from tests.filing import life

pytestmark = pytest.mark.django_db
DETAIL = reverse("filing:detail")


@pytest.fixture
def post(client_for):
    """Press a button of the page as the manager, on the state the page shows or on an older one."""

    def pressed(enterprise, name, by=None, **data):
        by = by or enterprise.staff.get(role="MANAGER")
        seen = {"revision": Enterprise.objects.get(pk=enterprise.pk).revision}
        return client_for(by).post(reverse(f"filing:{name}"), seen | data)

    return pressed


@pytest.fixture
def page(client_for):
    def shown(enterprise, by=None):
        return client_for(by or enterprise.staff.get(role="MANAGER")).get(DETAIL).content.decode()

    return shown


def state_of(enterprise):
    return Enterprise.objects.get(pk=enterprise.pk).status


@pytest.mark.parametrize(
    ("state", "opened", "closed"),
    [
        ("SUBMITTED", ["撤回备案", "申请注销"], {}),
        ("CHANGED", ["撤回变更", "申请注销"], {"放弃变更": "可以先撤回再放弃"}),
        ("CONFIRMED", ["申请注销"], {"撤回备案": "没有等待确认", "放弃变更": "没有可放弃的变更"}),
        ("CONFIRMED, draft of a change", ["删除变更草稿"], {"撤回备案": "没有等待确认"}),
        ("RETURNED, confirmed before", ["放弃变更"], {"撤回备案": "没有等待确认"}),
        ("SUSPENDED", ["申请注销"], {"撤回备案": "没有等待确认"}),
        ("CANCELLED", [], {"申请注销": "备案已注销"}),
    ],
)
def test_page_opens_what_is_allowed_and_says_why_not(client_for, state, opened, closed):
    enterprise = life.world(state)
    options = client_for(enterprise.staff.get()).get(DETAIL).context["options"]
    found = {option.label: option.reason for option in options}
    assert [label for label, reason in found.items() if not reason and label in opened] == opened
    for label, reason in closed.items():
        assert reason in found[label]


def test_first_filing_has_no_change_to_give_up(page):
    assert "放弃变更" not in page(life.world("SUBMITTED"))
    assert "放弃变更" in page(life.world("CONFIRMED"))


def test_operator_sees_who_does_it(page):
    enterprise, operator = life.world("SUBMITTED"), UserFactory(operator=True)
    enterprise.staff.add(operator)
    assert page(enterprise, operator).count("由企业管理员办理。") == 2


@pytest.mark.parametrize(
    ("name", "state", "after", "said"),
    [
        ("withdraw", "SUBMITTED", "DRAFT", "已撤回，现在是草稿"),
        ("withdraw", "CHANGED", "CONFIRMED", "已撤回，现在是草稿"),
        ("give-up", "RETURNED, confirmed before", "CONFIRMED", "已放弃变更"),
        ("ask-cancellation", "CONFIRMED", "CONFIRMED", "已提交注销申请"),
    ],
)
def test_step_is_done_and_said(client_for, post, page, name, state, after, said):
    enterprise = life.world(state)
    client = client_for(enterprise.staff.get())
    data = {"revision": enterprise.revision, "reason": life.REASON}
    answer = client.post(reverse(f"filing:{name}"), data, follow=True)
    assert said in answer.content.decode()
    assert state_of(enterprise) == after


def test_wish_to_be_struck_off_is_shown_and_can_be_taken_back(post, page):
    enterprise = life.world("CONFIRMED")
    post(enterprise, "ask-cancellation", reason=life.REASON)
    assert "等待西湖区商务局办理" in page(enterprise)
    assert post(enterprise, "drop-cancellation").url == DETAIL
    assert CancellationRequest.objects.get().outcome == "DROPPED"
    assert "申请注销“" in page(enterprise)


def test_refused_step_says_why_and_keeps_what_was_written(post):
    enterprise = life.world("CONFIRMED")
    short = post(enterprise, "ask-cancellation", reason="停业")
    assert (short.status_code, "至少写 5 个字" in short.content.decode()) == (422, True)
    stale = post(enterprise, "ask-cancellation", reason="企业停业不再经营", revision=7)
    assert stale.status_code == 409
    assert "该备案已被他人更新" in stale.content.decode()
    assert "企业停业不再经营" in stale.content.decode()
    assert f'value="{enterprise.revision}"' in stale.content.decode()
    assert not CancellationRequest.objects.exists()


@pytest.mark.parametrize("data", [{"revision": ""}, {"revision": "x"}, {"revision": "1e3"}])
def test_step_without_the_state_it_was_read_in_is_refused(post, data):
    enterprise = life.world("SUBMITTED")
    assert post(enterprise, "withdraw", **data).status_code == 422
    assert state_of(enterprise) == "SUBMITTED"


def test_step_pressed_twice_is_done_once(post):
    """T19: the second press finds the state of the page gone."""
    enterprise = life.world("SUBMITTED")
    answers = [post(enterprise, "withdraw", revision=enterprise.revision).status_code for _ in range(2)]
    assert answers == [302, 409]
    assert Filing.objects.get().events.count() == 1


def test_step_before_the_service_is_opened_is_not_found(client_for):
    client = client_for(UserFactory())
    for name in ("withdraw", "give-up", "ask-cancellation", "drop-cancellation"):
        assert client.post(reverse(f"filing:{name}"), {"revision": 0}).status_code == 404


def test_change_names_what_it_closes_before_it_begins(page):
    text = page(life.world("CONFIRMED"))
    assert "提交后须主管部门重新确认，确认前可能无法填报" in text
    assert "重新确认前不能填报：汽车销售月报和年报" in text
    assert "开始变更" in text


def test_given_up_version_is_named_so(post, page):
    enterprise = life.world("CHANGED")
    life.STEPS["return"](enterprise, UserFactory(county=True))
    post(enterprise, "give-up")
    assert "已放弃" in page(enterprise)


def test_version_in_force_says_that_a_newer_one_waits(client_for):
    enterprise = life.world("CHANGED")
    client = client_for(enterprise.staff.get())
    older, newer = (client.get(reverse("filing:version", args=[number])) for number in (1, 2))
    assert "第 2 版已于" in older.content.decode()
    assert reverse("filing:version", args=[2]) in older.content.decode()
    assert newer.context["newer"] is None


def test_officer_on_an_older_version_is_led_to_the_one_that_waits(client_for):
    enterprise = life.world("CHANGED")
    older, newer = Filing.objects.filter(enterprise=enterprise).order_by("version")
    client = client_for(UserFactory(county=True))
    page = client.get(reverse("reviews:filing-detail", args=[older.pk])).content.decode()
    assert "第 2 版已于" in page
    assert client.get(reverse("reviews:filing-detail", args=[newer.pk])).context["newer"] is None


def test_cancelled_enterprise_keeps_its_page_and_files_anew(client_for, page):
    enterprise = life.world("CANCELLED")
    by = enterprise.staff.get()
    assert "重新备案" in page(enterprise)
    client = client_for(by)
    assert client.get(reverse("filing:open-service")).status_code == 200
    open_service(by=by)
    life.FilingFactory(enterprise=Enterprise.objects.get(status="DRAFT"))
    assert client.get(reverse("filing:version", args=[1])).context["filing"].enterprise != enterprise
    assert client.get(DETAIL).context["standing"].enterprise != enterprise


def test_options_ask_the_same_for_every_number_of_versions(client_for, queries_of):
    enterprise = life.world("CHANGED")
    client, counts = client_for(enterprise.staff.get()), []
    for version in (3, 4):
        with queries_of() as queries:
            client.get(DETAIL)
        counts.append(len(queries))
        life.FilingFactory(enterprise=enterprise, returned=True, is_given_up=True, version=version)
        Enterprise.objects.update(status="CHANGED")
    assert counts[0] == counts[1]


def test_suspended_enterprise_reads_why_and_is_not_offered_a_change(client_for, page):
    """The reason stands on top of the page, not only in the history; «变更» leads back to it."""
    enterprise = life.world("CONFIRMED")
    life.STEPS["suspend"](enterprise, UserFactory(province=True))
    assert f"原因：{life.REASON}" in page(enterprise)
    edit = client_for(enterprise.staff.get()).get(reverse("filing:edit"), follow=True)
    assert edit.redirect_chain == [(DETAIL, 302)]
    assert "备案已暂停，不能填写" in edit.content.decode()
