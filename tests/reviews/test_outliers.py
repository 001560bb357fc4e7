"""核查清单: what a city's sellers of a brand report is compared with its median, for authorities alone."""

import pytest

from catalog.models import Brand
from reporting.models import Report
from tests.factories import UserFactory, VehicleModelFactory
from tests.reviews.months import OPEN, dealer, line, month, stopped

pytestmark = pytest.mark.django_db
URL = "/reviews/reports/outliers/"


@pytest.fixture
def model():
    return VehicleModelFactory()


def sells(model, qty, division_code="330106"):
    return month(dealer(division_code), lines=[line(model, sold=qty, retail=qty)])


def page(client, **query):
    with stopped(OPEN):
        answer = client.get(URL, {"period": "2026-10", **query})
    return [
        (row.report.pk, row.qty, row.usual_text, row.times_text, row.sellers)
        for row in answer.context["rows"]
    ]


@pytest.fixture
def city(client_for):
    return client_for(UserFactory(city=True))


def test_five_times_the_median_and_more_than_twenty_apart_stands_out(city, model):
    sells(model, 10), sells(model, 10, "330102")
    usual, far = sells(model, 49, "330108"), sells(model, 50, "330109")
    assert page(city) == []  # the median of 10, 10, 49, 50 is 29.5
    Report.objects.filter(pk=usual.pk).update(status="RETURNED")
    assert page(city) == [(far.pk, 50, "10", "5.0 倍", 3)]


@pytest.mark.parametrize("quantities", [(10, 10, 49), (4, 4, 24), (10, 500)])
def test_what_is_nearer_or_has_too_few_to_compare_is_left_out(city, model, quantities):
    for qty in quantities:
        sells(model, qty)
    assert page(city) == []


def test_nothing_sold_where_others_sell_stands_out_without_a_multiple(city, model):
    none = sells(model, 0)
    sells(model, 30), sells(model, 40)
    assert page(city) == [(none.pk, 0, "30", "—", 3)]


def test_a_county_is_compared_with_its_city_and_sees_its_own(client_for, model):
    far = sells(model, 90)
    sells(model, 10, "330102"), sells(model, 10, "330108"), sells(model, 300, "330109")
    sells(model, 10, "330110"), sells(model, 10, "330302")
    assert [row[0] for row in page(client_for(UserFactory(county=True)))] == [far.pk]
    assert page(client_for(UserFactory(ningbo=True))) == []


def test_other_cities_and_other_brands_are_no_measure(city, model):
    sells(model, 90), sells(model, 10), sells(model, 10, "330302")
    sells(VehicleModelFactory(), 10)
    assert page(city) == []


@pytest.mark.parametrize(
    ("codes", "stand_out"),
    [
        (("110101", "110105", "110106"), 1),  # districts of 北京, one city
        (("500101", "500229", "500230"), 1),  # districts and counties of 重庆
        (("429004", "429005", "429006"), 0),  # 仙桃, 潜江, 天门: each right below 湖北
    ],
)
def test_a_municipality_is_one_city_and_a_county_below_its_province_its_own(
    client_for, model, codes, stand_out
):
    for code, qty in zip(codes, (90, 10, 10), strict=True):
        sells(model, qty, code)
    ministry = client_for(UserFactory(nation=True))
    assert len(page(ministry, place=f"{codes[0][:2]}0000")) == stand_out


def test_merged_brands_count_as_one_and_only_submitted_figures_count(city, model):
    old = VehicleModelFactory()
    far = sells(old, 90)
    sells(model, 10), sells(model, 11)
    Brand.objects.filter(pk=old.brand_id).update(status="MERGED", merged_into=model.brand)
    assert page(city) == [(far.pk, 90, "11", "8.2 倍", 3)]
    far.monthly_lines.update(sales_qty=11, retail_person_qty=11)
    Report.objects.filter(pk=far.pk).update(has_unsubmitted_changes=True)
    assert page(city) == [(far.pk, 90, "11", "8.2 倍", 3)]


def test_who_only_sells_to_sellers_is_no_measure_and_does_not_stand_out(city, model):
    month(dealer(), lines=[line(model, sold=900, retail=0)])
    sells(model, 10), sells(model, 10)
    assert page(city) == []
    far = month(dealer(), lines=[line(model, sold=900, retail=60)])
    assert page(city) == [(far.pk, 60, "10", "6.0 倍", 3)]


def test_the_ministry_chooses_a_place_first(client_for, model):
    far = sells(model, 90)
    sells(model, 10), sells(model, 10)
    ministry = client_for(UserFactory(nation=True))
    with stopped(OPEN):
        assert "请先选择地区" in ministry.get(URL, {"period": "2026-10"}).content.decode()
    assert [row[0] for row in page(ministry, place="330000")] == [far.pk]


def test_the_list_narrows_to_a_name_and_the_tab_leads_to_it(city, model):
    far = sells(model, 90)
    sells(model, 10), sells(model, 10)
    assert [row[0] for row in page(city, q=far.enterprise.uscc)] == [far.pk]
    assert page(city, q="没有这家企业") == []
    with stopped(OPEN):
        listed = city.get("/reviews/reports/", {"period": "2026-10"}).content.decode()
        other = city.get("/reviews/reports/", {"form": "market_monthly"}).content.decode()
    assert f"{URL}?form=newcar_monthly" in listed
    assert URL not in other


def test_the_list_asks_the_same_statements_for_few_and_for_many(city, model, queries_of):
    def count():
        with queries_of() as queries:
            assert page(city)
        return len(queries)

    sells(model, 10), sells(model, 10), sells(model, 90)
    few = count()
    for number in range(3):
        sells(model, 10, f"33010{2 + 6 * (number % 2)}")
    assert count() == few
