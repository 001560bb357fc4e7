"""The block «其他办理» of the review page, its steps, and the wishes to be struck off."""

import pytest
from django.urls import reverse

from filing.models import CancellationRequest, Enterprise
from tests.factories import CancellationFactory, EnterpriseFactory, UserFactory
from tests.filing import life

pytestmark = pytest.mark.django_db
LIST = reverse("reviews:cancellation-list")


def labels(client, filing):
    """The steps of the block: by label, why they are closed."""
    other = client.get(reverse("reviews:filing-detail", args=[filing.pk])).context["other"]
    return {option.label: option.reason for option in other.options}


def press(client, filing, name, **data):
    seen = {"revision": Enterprise.objects.get(pk=filing.enterprise_id).revision, "reason": life.REASON}
    return client.post(reverse(f"reviews:filing-{name}", args=[filing.pk]), seen | data)


@pytest.mark.parametrize(
    ("trait", "state", "opened"),
    [
        ("province", "SUBMITTED", {"改派", "注销备案"}),
        ("province", "CONFIRMED", {"要求重新核实", "暂停备案", "注销备案"}),
        ("province", "CHANGED", {"改派", "暂停备案", "注销备案"}),
        ("province", "RETURNED", {"注销备案"}),
        ("province", "SUSPENDED", {"恢复备案", "注销备案"}),
        ("province", "CANCELLED", set()),
        ("nation", "CONFIRMED", {"暂停备案"}),
        ("nation", "SUSPENDED", {"恢复备案"}),
        ("county", "CONFIRMED", set()),
        ("city", "SUSPENDED", set()),
    ],
)
def test_block_opens_what_the_role_may_do_now(client_for, trait, state, opened):
    filing = life.case_of(life.world(state))
    found = labels(client_for(UserFactory(**{trait: True})), filing)
    assert {label for label, reason in found.items() if not reason} == opened
    if trait in ("county", "city"):
        assert found == {}


@pytest.mark.parametrize(
    ("name", "state", "after"),
    [
        ("suspend", "CONFIRMED", "SUSPENDED"),
        ("resume", "SUSPENDED", "CONFIRMED"),
        ("reverify", "CONFIRMED", "CHANGED"),
        ("cancel", "RETURNED", "CANCELLED"),
    ],
)
def test_step_is_done_and_leads_to_the_version_that_stands(client_for, name, state, after):
    enterprise = life.world(state)
    client = client_for(UserFactory(province=True))
    answer = press(client, life.case_of(enterprise), name)
    enterprise.refresh_from_db()
    assert enterprise.status == after
    assert answer.url == reverse("reviews:filing-detail", args=[life.case_of(enterprise).pk])
    assert client.get(answer.url).status_code == 200


def test_reassigning_offers_the_other_levels(client_for):
    filing = life.case_of(life.world("SUBMITTED"))
    client = client_for(UserFactory(province=True))
    page = client.get(reverse("reviews:filing-detail", args=[filing.pk])).content.decode()
    assert "浙江省商务厅" in page
    assert "杭州市商务局" in page
    assert press(client, filing, "reassign", level="CITY").status_code == 302
    filing.refresh_from_db()
    assert filing.confirm_body == "杭州市商务局"
    assert press(client, filing, "reassign", level="CITY").status_code == 422


def test_refused_step_says_why_and_keeps_what_was_written(client_for):
    enterprise = life.world("CONFIRMED")
    filing, client = life.case_of(enterprise), client_for(UserFactory(province=True))
    for data, status, text in [
        ({"reason": "不行"}, 422, "至少写 5 个字"),
        ({"revision": 9}, 409, "该备案已被他人更新"),
        ({"revision": ""}, 422, "该备案已被他人更新"),
    ]:
        answer = press(client, filing, "suspend", **data)
        page = answer.content.decode()
        assert (answer.status_code, text in page, data.get("reason", life.REASON) in page) == (
            status,
            True,
            True,
        )
    closed = press(client, filing, "resume")
    assert closed.status_code == 422
    assert "备案没有暂停" in closed.content.decode()
    assert Enterprise.objects.get(pk=enterprise.pk).status == "CONFIRMED"


def test_former_authority_reads_and_does_nothing(client_for):
    enterprise = life.world("CONFIRMED, draft of a change")
    life.move_first(enterprise)
    life.submit(enterprise, enterprise.staff.get())
    filing = enterprise.filings.get(version=1)
    client = client_for(UserFactory(province=True))
    page = client.get(reverse("reviews:filing-detail", args=[filing.pk])).content.decode()
    assert "现由宁波市商务局受理，本机构只能查看原有备案" in page
    assert press(client, filing, "cancel").status_code == 422


def test_wishes_are_listed_for_their_area_oldest_first(client_for):
    first, second = CancellationFactory.create_batch(2)
    CancellationFactory(enterprise=EnterpriseFactory(ningbo=True))
    rows = client_for(UserFactory(county=True)).get(LIST).context["page"].rows
    assert rows == [first, second]


def test_list_of_wishes_asks_the_same_for_one_and_for_three(client_for, queries_of):
    client, counts = client_for(UserFactory(county=True)), []
    CancellationFactory()
    client.get(LIST)
    for more in (2, 0):
        with queries_of() as queries:
            client.get(LIST)
        counts.append(len(queries))
        CancellationFactory.create_batch(more)
    assert counts[0] == counts[1]


def answer(client, wish, name, **data):
    return client.post(reverse(f"reviews:cancellation-{name}", args=[wish.pk]), data)


@pytest.mark.parametrize("state", ["DRAFT", "SUBMITTED", "CONFIRMED", "SUSPENDED"])
def test_wish_is_agreed_to_by_its_body(client_for, state):
    enterprise = life.world(state)
    life.ask(enterprise, enterprise.staff.get())
    wish, client = enterprise.cancellations.get(), client_for(UserFactory(county=True))
    page = client.get(reverse("reviews:cancellation-detail", args=[wish.pk])).content.decode()
    assert life.REASON in page
    assert ("企业还没有提交备案" in page) == (state == "DRAFT")
    assert answer(client, wish, "agree").url == LIST
    assert Enterprise.objects.get(pk=enterprise.pk).status == "CANCELLED"
    assert answer(client, wish, "agree").status_code == 409
    assert client.get(reverse("reviews:cancellation-detail", args=[wish.pk])).status_code == 200


def test_wish_is_refused_with_a_reason(client_for):
    wish, client = CancellationFactory(), client_for(UserFactory(county=True))
    short = answer(client, wish, "refuse", reason="不行")
    assert (short.status_code, "至少写 5 个字" in short.content.decode()) == (422, True)
    assert answer(client, wish, "refuse", reason=life.REASON).url == LIST
    wish.refresh_from_db()
    assert (wish.outcome, wish.answer) == ("REFUSED", life.REASON)


@pytest.mark.parametrize("trait", ["city", "province"])
def test_wish_is_not_answered_by_a_body_that_does_not_hold_it(client_for, trait):
    wish = CancellationFactory()
    for name in ("agree", "refuse"):
        answered = answer(client_for(UserFactory(**{trait: True})), wish, name, reason=life.REASON)
        assert answered.status_code == 422
        assert "没有本企业备案的确认权限" in answered.content.decode()
    assert CancellationRequest.objects.get().is_pending


def test_review_page_names_the_wish(client_for):
    enterprise = life.world("CONFIRMED")
    life.ask(enterprise, enterprise.staff.get())
    page = client_for(UserFactory(nation=True)).get(
        reverse("reviews:filing-detail", args=[life.case_of(enterprise).pk])
    )
    assert "申请注销，由西湖区商务局办理" in page.content.decode()


def test_given_up_change_leaves_the_version_in_force_in_the_list(client_for):
    enterprise, county = life.world("RETURNED, confirmed before"), UserFactory(county=True)
    enterprise.filings.filter(version=2).update(is_given_up=True)
    rows = client_for(county).get(reverse("reviews:filing-list") + "?tab=all").context["page"].rows
    assert [(row.version, row.status) for row in rows] == [(1, "CONFIRMED")]


def test_review_page_says_why_it_is_to_be_verified_again(client_for):
    enterprise = life.world("CONFIRMED")
    life.STEPS["reverify"](enterprise, UserFactory(province=True))
    again = enterprise.filings.get(status="CHANGED")
    page = client_for(UserFactory(county=True)).get(reverse("reviews:filing-detail", args=[again.pk]))
    assert f"<strong>上级要求重新核实</strong>：{life.REASON}" in page.content.decode()
