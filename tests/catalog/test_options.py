"""The search behind the brand picker of a filing."""

import pytest
from django.urls import reverse

from catalog.enums import CatalogStatus
from tests.factories import BrandFactory, EnterpriseFactory, ProducerFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = reverse("catalog:brand-options")


@pytest.fixture
def manager(client_for):
    return client_for(EnterpriseFactory().staff.get())


def found(client, text):
    return [
        (row["brand_name"], row["producer_name"]) for row in client.get(URL, {"q": text}).json()["options"]
    ]


@pytest.fixture
def volkswagen():
    makers = [ProducerFactory(name="一汽-大众汽车有限公司"), ProducerFactory(name="上汽大众汽车有限公司")]
    return BrandFactory(name="大众", name_en="Volkswagen", producers=makers)


@pytest.mark.parametrize("text", ["大众", "volks", "VOLKS", "dz", "dazhong", " 大 众 ", "众"])
def test_a_brand_is_found_by_every_name_with_each_of_its_producers(manager, volkswagen, text):
    BrandFactory(name="比亚迪", name_en="BYD")
    assert found(manager, text) == [("大众", "一汽-大众汽车有限公司"), ("大众", "上汽大众汽车有限公司")]


def test_a_producer_is_found_too(manager, volkswagen):
    assert found(manager, "上汽") == [("大众", "上汽大众汽车有限公司")]
    assert found(manager, "sqdz") == [("大众", "上汽大众汽车有限公司")]


def test_beginnings_come_before_the_rest(manager):
    for name in ("新大地", "大地"):
        BrandFactory(name=name)
    assert [brand for brand, _ in found(manager, "大地")] == ["大地", "新大地"]


@pytest.mark.parametrize("text", ["", "  ", "-", "\0", "没有这个品牌"])
def test_nothing_typed_or_nothing_known_finds_nothing(manager, volkswagen, text):
    assert found(manager, text) == []


def test_only_what_may_be_used_is_found(manager, volkswagen):
    BrandFactory(name="大众待审", status=CatalogStatus.PENDING)
    BrandFactory(name="大众停用", status=CatalogStatus.DISABLED)
    BrandFactory(name="大众二", producers=[ProducerFactory(status=CatalogStatus.REJECTED)])
    assert {brand for brand, _ in found(manager, "大众")} == {"大众"}


def test_twenty_are_given_and_more_are_announced(manager):
    for number in range(21):
        BrandFactory(name=f"同名{number}")
    answer = manager.get(URL, {"q": "同名"}).json()
    assert (len(answer["options"]), answer["more"]) == (20, True)


def test_search_costs_the_same_queries_whatever_it_finds(manager, queries_of):
    counts = []
    for names in (["数一"], ["数二", "数三"]):
        for name in names:
            BrandFactory(name=name)
        with queries_of() as queries:
            manager.get(URL, {"q": "数"})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_search_is_for_those_who_file(client_for):
    assert client_for(UserFactory(county=True)).get(URL, {"q": "大众"}).status_code == 403
