"""Keyset pages: forwards and backwards meet every row once, whatever the address says."""

from itertools import chain
from urllib.parse import parse_qs, urlencode

import pytest
from django.test import RequestFactory

from autoflow.common.pages import COUNT_CAP, Page, keyset_page
from catalog.models import Brand
from tests.factories import BrandFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def brands():
    """Seven brands of three countries, so that the first key repeats."""
    return [
        BrandFactory(country=country, producers=[]) for country in ["CN", "DE", "CN", "JP", "DE", "CN", "JP"]
    ]


def page_at(url="", **options):
    request = RequestFactory().get(f"/list/{url}")
    return keyset_page(Brand.objects.all(), keys=("country", "id"), request=request, size=3, **options)


def walk(url, step, **options):
    rows = []
    while url:
        page = page_at(url, **options)
        rows.append([row.pk for row in page.rows])
        url = getattr(page, step)
    return rows


@pytest.mark.parametrize("ascending", [False, True])
def test_keyset_page_forwards_meets_every_row_once(brands, ascending):
    expected = sorted(brands, key=lambda row: (row.country, row.pk), reverse=not ascending)

    met = walk("?", "next_url", ascending=ascending)

    assert [*chain(*met)] == [row.pk for row in expected]
    assert [len(rows) for rows in met] == [3, 3, 1]


@pytest.mark.parametrize("ascending", [False, True])
def test_keyset_page_backwards_returns_the_same_pages(brands, ascending):
    forwards = walk("?", "next_url", ascending=ascending)
    url, last = "?", ""
    while url:
        last, url = url, page_at(url, ascending=ascending).next_url

    backwards = walk(page_at(last, ascending=ascending).previous_url, "previous_url", ascending=ascending)

    assert backwards[0] == forwards[1]
    assert [*chain(*reversed(backwards))] == [*chain(*forwards[:2])]


def test_keyset_page_keeps_the_filters(brands):
    page = page_at("?country=CN&q=a%26b")

    assert parse_qs(page.next_url[1:])["q"] == ["a&b"]
    assert (page.previous_url, page.count, page.count_text) == ("", 7, "共 7 条")


@pytest.mark.parametrize(
    "cursor",
    [
        "%%%",
        "bm9uc2Vuc2U",
        "W10",
        "WzEsMl0",
        "WyJDTiIsICJ4Il0",
        "W251bGwsIG51bGxd",
        "WyJcdTAwMDAiLCAxXQ",
        "é",
    ],
)
def test_keyset_page_altered_cursor_begins_anew(brands, cursor):
    page = page_at("?" + urlencode({"after": cursor}))

    assert len(page.rows) == 3


def test_page_count_is_capped():
    assert Page(rows=[], count=COUNT_CAP + 1).count_text == "共 10,000+ 条"
