import pytest
from django.urls import reverse

from catalog.enums import CatalogStatus
from tests.factories import (
    BrandFactory,
    EnterpriseFactory,
    FilingFactory,
    ProducerFactory,
    UserFactory,
    VehicleModelFactory,
)

LISTS = ["catalog:brand-list", "catalog:model-list", "catalog:producer-list"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def county(client_for):
    return client_for(UserFactory(county=True))


def options(client, brand_id):
    return client.get(reverse("catalog:producer-options"), {"brand": brand_id})


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("trait", ["county", "city", "province", "nation", "admin"])
def test_lists_are_open_to_authorities_and_the_administrator(client_for, name, trait):
    assert client_for(UserFactory(**{trait: True})).get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", [*LISTS, "catalog:producer-options"])
def test_catalogue_is_closed_to_the_auditor(client_for, name):
    assert client_for(UserFactory(auditor=True)).get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_lists_open_to_an_enterprise_once_it_opened_the_service(client_for, name):
    refused = client_for(UserFactory()).get(reverse(name))
    assert refused.status_code == 422
    assert "请先增加应用" in refused.content.decode()
    assert client_for(FilingFactory().enterprise.staff.get()).get(reverse(name)).status_code == 200


def test_lists_show_approved_entries_only(county):
    model = VehicleModelFactory(name="甲型", displacements=["2.0", "1.5"])
    BrandFactory(name="待审品牌", status=CatalogStatus.PENDING, producers=[model.producer])
    VehicleModelFactory(name="乙型", brand=model.brand, status=CatalogStatus.PENDING)
    ProducerFactory(name="待审生产商", status=CatalogStatus.PENDING)

    brands = county.get(reverse("catalog:brand-list"))
    models = county.get(reverse("catalog:model-list"))
    producers = county.get(reverse("catalog:producer-list"))

    assert [(brand.name, brand.model_count) for brand in brands.context["page"].rows] == [
        (model.brand.name, 1)
    ]
    assert "1.5、2.0" in models.content.decode()
    assert "乙型" not in models.content.decode()
    assert [producer.name for producer in producers.context["page"].rows] == [model.producer.name]
    assert "待审品牌" not in producers.content.decode()


def test_brand_list_search_forgives_blanks_and_width(county):
    expected = BrandFactory(name="星海 A＋")
    BrandFactory(name="其他")
    found = county.get(reverse("catalog:brand-list"), {"q": "星海a+"}).context["page"].rows
    assert found == [expected]


def test_model_list_keeps_to_the_brand_chosen(county):
    expected = VehicleModelFactory()
    VehicleModelFactory()
    url = reverse("catalog:model-list")
    assert county.get(url, {"brand": expected.brand_id}).context["page"].rows == [expected]
    assert len(county.get(url, {"brand": "1' OR 1=1"}).context["page"].rows) == 2


def test_producer_options_are_the_approved_producers_of_the_brand(client_for):
    brand = BrandFactory(
        producers=[expected := ProducerFactory(), ProducerFactory(status=CatalogStatus.PENDING)]
    )
    BrandFactory()
    manager = client_for(EnterpriseFactory().staff.get())

    assert options(manager, brand.pk).json() == [{"id": expected.pk, "name": expected.name}]
    assert options(manager, "x").json() == []
    assert options(client_for(UserFactory(county=True)), brand.pk).status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_lists_cost_the_same_queries_for_one_row_and_for_three(county, queries_of, name):
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            VehicleModelFactory()
        with queries_of() as queries:
            county.get(reverse(name))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", LISTS)
def test_search_for_a_hidden_character_finds_everything(county, name):
    VehicleModelFactory()
    assert len(county.get(reverse(name), {"q": "\0"}).context["page"].rows) == 1
