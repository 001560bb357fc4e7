"""The search over divisions: by a piece of the name, by pinyin, by initials, by code."""

import pytest
from django.urls import reverse

from accounts.models import Division
from accounts.places import full_name_of, places, search_places

URL = reverse("accounts:division-list")


def names(text):
    return [place.full_name for place in search_places(text)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("西湖", "浙江省杭州市西湖区"),
        ("杭州西湖", "浙江省杭州市西湖区"),
        ("xihuqu", "浙江省杭州市西湖区"),
        ("330106", "浙江省杭州市西湖区"),
        ("zjshzsxhq", "浙江省杭州市西湖区"),
        ("hzsxhq", "浙江省杭州市西湖区"),
        ("ningbohaishu", None),
        ("ningboshihaishu", "浙江省宁波市海曙区"),
        ("东莞", "广东省东莞市"),
    ],
)
def test_search_finds_a_division_however_it_is_asked_for(text, first):
    assert first in names(text) if first else names(text) == []


def test_search_by_initials_finds_all_of_that_name():
    assert {"浙江省杭州市西湖区", "江西省南昌市西湖区"} <= set(names("xhq"))
    assert "重庆市" in names("cqs")


def test_search_never_gives_more_than_twenty_and_no_placeholder():
    assert len(search_places("市")) == 20
    assert all(place.name not in {"市辖区", "县"} for place in search_places("市辖区"))


@pytest.mark.parametrize("text", ["", "   ", "????", "qqqqq", "鑫鑫鑫", "' OR 1=1"])
def test_search_for_nonsense_finds_nothing(text):
    assert search_places(text) == []


@pytest.mark.django_db
def test_places_are_those_of_the_table():
    stored = Division.objects.filter(is_placeholder=False).with_leaf()
    assert {row.code: (row.full_name, row.has_children) for row in stored} == {
        place.code: (place.full_name, not place.is_leaf) for place in places().values()
    }
    assert full_name_of("999999") == "999999"


def test_picker_gives_full_names_to_a_search(client):
    answer = client.get(URL, {"q": "西湖区"})
    assert {"code": "330106", "name": "浙江省杭州市西湖区", "leaf": True} in answer.json()
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert client.get(URL, {"q": "\0"}).json() == []
