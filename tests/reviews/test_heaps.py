"""The heaps of the work list, their counts and filters, each against the rows that could leak into them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from filing.enums import ConfirmLevel
from filing.models import Filing
from filing.services import claim_filing, confirm_filing, urge_filing
from tests.factories import FilingFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/reviews/filings/"


def waiting(level=ConfirmLevel.COUNTY, is_overdue=False, **more):
    filing = FilingFactory(submitted=True, **more)
    due_at = timezone.now() + timedelta(days=-1 if is_overdue else 5)
    Filing.objects.filter(pk=filing.pk).update(confirm_level=level, due_at=due_at)
    filing.refresh_from_db()
    return filing


def heap(client, tab, **query):
    return client.get(URL, {"tab": tab, **query}).context["page"].rows


def counts(client):
    return {tab.key: count for tab, count in client.get(URL).context["tabs"]}


@pytest.fixture
def officer():
    return UserFactory(county=True, display_name="李四")


@pytest.fixture
def county(client_for, officer):
    return client_for(officer)


@pytest.fixture
def area(officer):
    """A bit of everything in 西湖区 and around."""
    fine, late, elsewhere = waiting(), waiting(is_overdue=True), waiting(ConfirmLevel.PROVINCE)
    done = waiting()
    confirm_filing(filing_id=done.pk, content_hash=done.content_hash, by=officer)
    urge_filing(filing_id=fine.pk, note="请尽快办理。", by=UserFactory(province=True))
    waiting(enterprise__division_code="330102", is_overdue=True)
    waiting(ConfirmLevel.PROVINCE, enterprise__division_code="330203", is_overdue=True)
    FilingFactory()
    return {"fine": fine, "late": late, "elsewhere": elsewhere, "done": done}


def test_each_heap_of_a_county_holds_its_own(county, area):
    fine, late, elsewhere, done = area.values()
    assert heap(county, "mine") == [fine, late]
    assert heap(county, "overdue") == [late]
    assert heap(county, "asked") == [fine]
    assert heap(county, "done") == [done]
    assert heap(county, "all") == [done, elsewhere, late, fine]
    assert counts(county) == {"mine": "2", "overdue": "1", "asked": "1", "done": "1", "all": "4"}


def test_upper_authorities_see_what_is_late_below(client_for, area):
    city, province = client_for(UserFactory(city=True)), client_for(UserFactory(province=True))
    assert [filing.division_code for filing in heap(city, "below")] == ["330106", "330102"]
    assert [filing.division_code for filing in heap(province, "below", division="330106")] == ["330106"]
    assert counts(province)["mine"] == "1"
    assert counts(client_for(UserFactory(nation=True))) == {"below": "3", "all": "6"}


@pytest.mark.parametrize("trait", ["county", "city", "province", "ningbo", "nation"])
def test_no_count_and_no_heap_tells_of_another_area(client_for, area, trait):
    """Each figure on the list equals what SQL counts within the area, and no row lies outside it."""
    user = UserFactory(**{trait: True})
    client = client_for(user)
    whole = {"county": ("330000", "330106"), "city": ("330000", "3301"), "province": ("330000", "")}
    jurisdiction, prefix = whole.get(trait, ("330200" if trait == "ningbo" else "", ""))
    rows = Filing.objects.exclude(submitted_at=None).filter(
        jurisdiction_code__startswith=jurisdiction, division_code__startswith=prefix
    )
    assert counts(client)["all"] == str(rows.values("enterprise").distinct().count())
    for tab in ("mine", "overdue", "asked", "done", "below", "all"):
        assert {row.pk for row in heap(client, tab)} <= set(rows.values_list("pk", flat=True))


def test_filter_by_place_goes_down_the_tree(client_for):
    hangzhou, shangcheng = waiting(), waiting(enterprise__division_code="330102")
    jiaxing = waiting(enterprise__division_code="330402")
    client = client_for(UserFactory(province=True))
    page = client.get(URL, {"tab": "all", "division": "330100"})
    place = page.context["chosen"].place
    assert page.context["page"].rows == [shangcheng, hangzhou]
    assert ("330106", "西湖区") in place.choices
    assert place.choices[0] == ("330100", "杭州市（全部）")
    assert [chip.label for chip in page.context["chosen"].chips] == ["地区：浙江省杭州市"]
    assert heap(client, "all", division="330402") == [jiaxing]
    top = client.get(URL, {"tab": "all"}).context["chosen"].place.choices
    assert ("330100", "杭州市") in top
    assert "330200" not in dict(top)  # 宁波 answers for itself


@pytest.mark.parametrize("code", ["320100", "33010", "abcdef", "\0", "330000", "999999", "３３０１００"])
def test_filter_by_a_place_that_is_none_filters_nothing(client_for, code):
    filing = waiting()
    assert heap(client_for(UserFactory(province=True)), "all", division=code) == [filing]


def test_county_has_no_places_to_choose(county):
    assert county.get(URL).context["chosen"].place.choices == []


def test_filter_by_age_counts_working_days(county):
    fresh, old = waiting(), waiting()
    Filing.objects.filter(pk=old.pk).update(submitted_at=timezone.now() - timedelta(days=14))
    assert heap(county, "mine", age="5") == [old]
    assert heap(county, "mine", age="1") == [old]
    assert heap(county, "mine", age="7") == [old, fresh]


def test_filter_by_holder(county, officer):
    free, mine, other = waiting(), waiting(), waiting()
    claim_filing(filing_id=mine.pk, by=officer)
    claim_filing(filing_id=other.pk, by=UserFactory(county=True, display_name="张三"))
    assert heap(county, "mine", holder="none") == [free]
    assert heap(county, "mine", holder="me") == [mine]
    assert heap(county, "mine", holder="others") == [other]
    page = county.get(URL).content.decode()
    assert "张三 正在办理" in page
    assert "我正在办理" in page


def test_chips_keep_the_heap_and_drop_their_own_filter(county):
    page = county.get(URL, {"tab": "overdue", "type": "A3", "age": "3"})
    assert [(chip.label, chip.url) for chip in page.context["chosen"].chips] == [
        ("类型：汽车经销商", "?tab=overdue&age=3"),
        ("已等待：3 个工作日及以上", "?tab=overdue&type=A3"),
    ]


@pytest.mark.parametrize("tab", ["mine", "overdue", "asked", "done", "below", "all"])
def test_heaps_ask_the_same_for_one_row_and_for_three(client_for, queries_of, tab):
    client = client_for(UserFactory(province=True))
    numbers = []
    for rows in (1, 2):
        for _ in range(rows):
            filing = waiting(
                ConfirmLevel.PROVINCE if tab != "below" else ConfirmLevel.COUNTY, is_overdue=True
            )
            claim_filing(
                filing_id=filing.pk, by=UserFactory(**{"county" if tab == "below" else "province": True})
            )
        with queries_of() as queries:
            client.get(URL, {"tab": tab})
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_home_shows_what_is_late_below_and_what_was_done_today(client_for, county, area):
    assert county.get("/").context["desk"]["queue"]["confirmed_today"] == 1
    desk = client_for(UserFactory(province=True)).get("/").context["desk"]
    assert [(body["confirm_body"], body["count"], body["place"]) for body in desk["late_bodies"]] == [
        ("西湖区商务局", 2, "330102")
    ]
    assert county.get("/").context["desk"]["late_bodies"] == []


def test_list_reads_no_personal_data(county, queries_of):
    waiting()
    with queries_of() as queries:
        county.get(URL)
    statements = [query["sql"] for query in queries if 'FROM "filing_filing"' in query["sql"]]
    assert not [sql for sql in statements if '"contact_mobile"' in sql or '"accounts_user"."phone"' in sql]
    assert reverse("reviews:filing-list") == URL
