"""Taking in hand, going on, pressing, comparing, and piles, through their pages."""

from uuid import uuid4

import pytest
from django.urls import reverse

from filing.enums import FilingStatus
from filing.models import BulkConfirm, Filing, ReviewClaim, Urge
from filing.services import claim_filing
from tests.factories import FilingFactory, UserFactory

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"reviews:{name}", args=args)


@pytest.fixture
def officer():
    return UserFactory(county=True, display_name="李四")


@pytest.fixture
def county(client_for, officer):
    return client_for(officer)


def test_claim_and_release_by_the_page(county, officer):
    filing = FilingFactory(submitted=True)
    assert county.post(url("filing-claim", filing.pk)).url == url("filing-detail", filing.pk)
    assert ReviewClaim.objects.get().by == officer
    assert "您正在办理" in county.get(url("filing-detail", filing.pk)).content.decode()
    assert county.post(url("filing-release", filing.pk)).url == url("filing-list")
    assert not ReviewClaim.objects.exists()


def test_claim_of_a_colleague_warns_and_leaves_the_page_usable(county):
    filing = FilingFactory(submitted=True)
    claim_filing(filing_id=filing.pk, by=UserFactory(county=True, display_name="张三"))
    answer = county.post(url("filing-claim", filing.pk), follow=True)
    text = answer.content.decode()
    assert "张三已于" in text
    assert "张三 正在办理" in text
    assert answer.context["decision"].allowed


def test_looking_takes_nothing_in_hand(county):
    filing = FilingFactory(submitted=True)
    county.get(url("filing-detail", filing.pk))
    assert not ReviewClaim.objects.exists()


def test_next_takes_in_hand_and_skips_those_of_colleagues(county, officer):
    first, second, third = FilingFactory.create_batch(3, submitted=True)
    claim_filing(filing_id=second.pk, by=UserFactory(county=True))
    assert county.post(url("filing-next", first.pk)).url == url("filing-detail", third.pk)
    assert third.claim.by == officer


def test_next_of_the_last_one_goes_back_to_the_list(county):
    filing = FilingFactory(submitted=True)
    answer = county.post(url("filing-next", filing.pk), follow=True)
    assert answer.redirect_chain[-1][0] == url("filing-list")
    assert "没有其他待您确认的备案了" in answer.content.decode()


def test_confirming_takes_the_next_one_in_hand(county, officer):
    first, second = FilingFactory.create_batch(2, submitted=True)
    county.post(url("filing-confirm", first.pk), {"content_hash": first.content_hash})
    assert second.claim.by == officer


def test_urge_by_the_page_shows_below(client_for, county):
    filing = FilingFactory(submitted=True)
    province = client_for(UserFactory(province=True))
    assert "督办" in province.get(url("filing-detail", filing.pk)).content.decode()
    province.post(url("filing-urge", filing.pk), {"note": "企业已等待多日，请尽快办理。"})
    page = county.get(url("filing-detail", filing.pk)).content.decode()
    assert "浙江省商务厅督办" in page
    assert "企业已等待多日，请尽快办理。" in page
    enterprise = client_for(filing.enterprise.staff.get()).get(reverse("filing:detail")).content.decode()
    assert "督办" not in enterprise


def test_urge_without_a_word_is_refused(client_for):
    filing = FilingFactory(submitted=True)
    answer = client_for(UserFactory(province=True)).post(url("filing-urge", filing.pk), {"note": ""})
    assert answer.status_code == 422
    assert "请填写督办意见" in answer.content.decode()
    assert not Urge.objects.exists()


def test_return_with_reasons_keeps_what_was_chosen_when_refused(county):
    filing = FilingFactory(submitted=True)
    data = {
        "content_hash": filing.content_hash,
        "fields": ["seal_image", "remark"],
        "reason-seal_image": "SEAL_MISSING",
        "note-seal_image": "只有一半",
    }
    answer = county.post(url("filing-return", filing.pk), data)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "请为“备注”选择原因" in text
    assert 'value="只有一半"' in text
    tick = next(image["tick"] for image in answer.context["images"] if image["slot"] == "seal_image")
    assert (tick.is_ticked, tick.code) == (True, "SEAL_MISSING")
    assert county.post(url("filing-return", filing.pk), data | {"note-remark": "看不懂"}).status_code == 302
    assert dict(filing.return_items.values_list("field", "reason_code")) == {
        "seal_image": "SEAL_MISSING",
        "remark": "OTHER",
    }


@pytest.mark.parametrize("code", ["NONSENSE", "LICENCE_MISMATCH", "OTHER"])
def test_return_refuses_a_reason_that_says_nothing(county, code):
    filing = FilingFactory(submitted=True)
    data = {"content_hash": filing.content_hash, "fields": ["seal_image"], "reason-seal_image": code}
    answer = county.post(url("filing-return", filing.pk), data)
    assert answer.status_code == 422
    assert Filing.objects.get().status == FilingStatus.SUBMITTED


def test_compare_any_two_versions(county):
    filing = FilingFactory(changed=True, contact_name="新联系人", seal_image=None)
    page = county.get(url("filing-compare", filing.pk), {"one": 2, "other": 1})
    changes = {change.identifier: (change.old, change.new, change.word) for change in page.context["changes"]}
    assert changes["contact_name"] == ("测试联系人", "新联系人", "修改")
    assert page.content.decode().index("第 1 版</th>") < page.content.decode().index("第 2 版</th>")
    assert county.get(url("filing-compare", filing.pk), {"one": 1, "other": 9}).status_code == 404
    assert "请选择两个不同的版本" in county.get(url("filing-compare", filing.pk)).content.decode()


def test_replaced_picture_stands_beside_the_old_one(county):
    filing = FilingFactory(changed=True)
    old = filing.enterprise.filings.get(version=1)
    Filing.objects.filter(pk=filing.pk).update(seal_image=filing.licence_original_image)
    page = county.get(url("filing-detail", filing.pk)).content.decode()
    for version in (old, filing):
        assert f'src="{reverse("filing:image", args=[version.pk, "seal_image"])}"' in page


def test_facts_stand_beside_the_picture(county):
    filing = FilingFactory(submitted=True)
    licence = county.get(url("filing-detail", filing.pk)).context["images"][0]
    facts = {fact["label"]: fact["value"] for fact in licence["facts"]}
    assert facts["统一社会信用代码"] == filing.uscc
    assert facts["法定代表人（负责人）"] == "测试法人"
    assert facts["营业执照有效期止"] == "长期"


def item(filing):
    return f"{filing.pk}:{filing.version}:{filing.content_hash}"


def test_bulk_page_names_what_was_ticked_and_what_is_odd(county):
    first, second = FilingFactory.create_batch(2, submitted=True)
    foreign = FilingFactory(submitted=True, enterprise__division_code="330203")
    page = county.get(url("bulk-confirm"), {"id": [first.pk, second.pk, foreign.pk]})
    text = page.content.decode()
    assert page.context["rows"] == [first, second]
    assert "所选的有 1 件现在不由您办理" in text
    assert "与其他企业填写的邮箱相同" in text
    assert foreign.enterprise_name not in text
    assert Filing.objects.filter(status=FilingStatus.CONFIRMED).count() == 0


def test_bulk_confirm_shows_a_result_that_stays(county, client_for):
    first, second = FilingFactory.create_batch(2, submitted=True)
    Filing.objects.filter(pk=second.pk).update(content_hash="f" * 64)
    data = {"key": str(uuid4()), "item": [item(first), item(second)]}
    answer = county.post(url("bulk-confirm"), data)
    bulk = BulkConfirm.objects.get()
    assert answer.url == url("bulk-result", bulk.pk) == county.post(url("bulk-confirm"), data).url
    page = county.get(answer.url)
    assert [row.outcome for row in page.context["items"]] == ["CONFIRMED", "CHANGED"]
    assert "内容已变更" in page.content.decode()
    assert client_for(UserFactory(county=True)).get(answer.url).status_code == 404


def test_bulk_with_a_foreign_id_does_nothing_and_names_nobody(county):
    mine = FilingFactory(submitted=True)
    foreign = FilingFactory(submitted=True, enterprise__division_code="330203")
    answer = county.post(url("bulk-confirm"), {"key": str(uuid4()), "item": [item(mine), item(foreign)]})
    assert answer.status_code == 422
    assert "整批没有办理" in answer.content.decode()
    assert foreign.enterprise_name not in answer.content.decode()
    assert set(Filing.objects.values_list("status", flat=True)) == {FilingStatus.SUBMITTED}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"key": "nonsense", "item": ["1:1:" + "0" * 64]},
        {"key": str(uuid4())},
        {"key": str(uuid4()), "item": ["1:1"]},
        {"key": str(uuid4()), "item": ["١:1:" + "0" * 64]},
        {"key": str(uuid4()), "item": ["1:1:short"]},
    ],
)
def test_bulk_refuses_what_no_page_sends(county, data):
    answer = county.post(url("bulk-confirm"), data)
    assert answer.status_code == 422
    assert not BulkConfirm.objects.exists()


def test_bulk_page_asks_the_same_for_one_and_for_three(county, queries_of):
    numbers, filings = [], []
    for rows in (1, 2):
        filings += FilingFactory.create_batch(rows, submitted=True)
        with queries_of() as queries:
            county.get(url("bulk-confirm"), {"id": [filing.pk for filing in filings]})
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_right_withdrawn_while_the_page_is_open_refuses_the_press(county):
    filing = FilingFactory(submitted=True)
    county.get(url("filing-detail", filing.pk))
    Filing.objects.update(confirm_level="CITY", confirm_body="杭州市商务局")
    answer = county.post(url("filing-confirm", filing.pk), {"content_hash": filing.content_hash})
    assert answer.status_code == 422
    assert "没有本企业备案的确认权限" in answer.content.decode()
    assert Filing.objects.get().status == FilingStatus.SUBMITTED


@pytest.mark.django_db(transaction=True)
def test_confirm_and_return_at_once_have_one_winner(client_for, in_threads):
    filing = FilingFactory(submitted=True)
    clients = [client_for(UserFactory(county=True)) for _ in range(10)]
    confirming = {"content_hash": filing.content_hash}
    returning = confirming | {"fields": ["seal_image"], "reason-seal_image": "SEAL_MISSING"}

    def press(number):
        step, data = ("filing-return", returning) if number % 2 else ("filing-confirm", confirming)
        return clients[number].post(url(step, filing.pk), data)

    answers = in_threads(press, range(10))
    assert sorted(answer.status_code for answer in answers) == [302] + [409] * 9
    assert all(
        "可能已由他人处理" in answer.content.decode() for answer in answers if answer.status_code == 409
    )
    assert filing.events.filter(action__in=["CONFIRM", "RETURN"]).count() == 1
