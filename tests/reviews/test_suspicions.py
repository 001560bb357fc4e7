"""What looks odd: found wherever it is in the nation, named only where the officer may look."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from filing.models import Filing, StoredImage
from filing.sections import IMAGES
from reviews.suspicions import odd_dates, suspicions_of
from tests.factories import FilingFactory, UserFactory, uscc_of

TODAY = date(2026, 11, 25)


def own_images(number):
    """Three pictures nobody else has."""
    pictures = {}
    for slot in IMAGES:
        sha256 = f"{number}{slot}".encode().hex().ljust(64, "0")[:60] + f"{len(slot):04}"
        pictures[slot] = StoredImage.objects.create(sha256=sha256, size=1, width=900, height=640)
    return pictures


def unlike(number, **values):
    """A filing that shares nothing with any other, save what is asked for."""
    own = {
        "enterprise_name": f"互不相同{number}号汽车有限公司",
        "contact_mobile": f"1380001{number:04}",
        "contact_email": f"contact{number}@example.com",
        **own_images(number),
    }
    filing = FilingFactory(submitted=True, **own | values)
    filing.index_contact()
    filing.save()
    return filing


def found(filing, user=None):
    user = user or UserFactory(county=True)
    return [(odd.items, len(odd.twins)) for odd in suspicions_of([filing], user)[filing.pk]]


@pytest.mark.django_db
def test_nothing_is_odd_about_filings_that_share_nothing():
    filing = unlike(1)
    unlike(2)
    assert found(filing) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("item", "shared"),
    [
        ("uscc", {"uscc": uscc_of(777_001)}),
        ("enterprise_name", {"enterprise_name": "同名汽车有限公司"}),
        ("contact_mobile", {"contact_mobile": "13900000009"}),
        ("contact_email", {"contact_email": "Agent@Example.com"}),
    ],
)
def test_what_two_enterprises_share_is_found(item, shared):
    filing = unlike(1, **shared)
    unlike(2, **shared | ({"contact_email": "agent@example.com"} if item == "contact_email" else {}))
    unlike(3)
    assert found(filing) == [((item,), 1)]


@pytest.mark.django_db
def test_own_earlier_versions_are_no_twins():
    filing = FilingFactory(changed=True)
    assert found(filing) == []


@pytest.mark.django_db
def test_drafts_of_others_are_not_looked_at():
    filing = unlike(1)
    FilingFactory(contact_email=filing.contact_email, enterprise_name=filing.enterprise_name)
    assert found(filing) == []


@pytest.mark.django_db
def test_same_picture_is_found_in_whatever_item_it_stands_and_said_once():
    filing, other = unlike(1), unlike(2)
    pictures = {"licence_original_image": filing.seal_image, "seal_image": filing.licence_original_image}
    Filing.objects.filter(pk=other.pk).update(**pictures)
    assert found(filing) == [(("licence_original_image", "seal_image"), 1)]


@pytest.mark.django_db
def test_twins_of_another_area_are_counted_and_not_named(client_for):
    filing = unlike(1)
    mine = unlike(2, contact_email=filing.contact_email)
    hidden = unlike(3, contact_email=filing.contact_email, enterprise__division_code="330203")
    page = client_for(UserFactory(county=True)).get(reverse("reviews:filing-detail", args=[filing.pk]))
    text = page.content.decode()
    assert reverse("reviews:filing-detail", args=[mine.pk]) in text
    assert "其他辖区 1 家" in text
    assert hidden.enterprise_name not in text
    assert hidden.uscc not in text


@pytest.mark.django_db
def test_one_look_for_any_number_of_filings(django_assert_num_queries):
    filings, user = [unlike(number) for number in range(4)], UserFactory(county=True)
    for some in (filings[:1], filings):
        with django_assert_num_queries(2):  # stand-ins; what is alike
            suspicions_of(some, user)


def dated(**values):
    facts = {
        "licence_valid_until": None,
        "established_on": None,
        "opened_on": None,
        "market_opened_on": None,
        "enterprise_types": ["A3"],
        "is_change": False,
        "submitted_at": timezone.make_aware(timezone.datetime(2026, 11, 20, 9)),
    }
    return SimpleNamespace(**facts | values)


@pytest.mark.parametrize(
    ("values", "items"),
    [
        ({}, []),
        ({"licence_valid_until": TODAY}, []),
        ({"licence_valid_until": TODAY - timedelta(days=1)}, ["licence_valid_until"]),
        ({"established_on": date(2026, 8, 22)}, []),  # the ninetieth day
        ({"established_on": date(2026, 8, 21)}, ["established_on"]),
        ({"established_on": date(2026, 8, 21), "is_change": True}, []),
        ({"established_on": date(2026, 9, 20), "enterprise_types": ["B2"]}, []),
        ({"established_on": date(2026, 9, 19), "enterprise_types": ["B2"]}, ["established_on"]),
        ({"established_on": date(2026, 9, 1), "opened_on": date(2026, 8, 1)}, ["opened_on"]),
        ({"established_on": date(2026, 9, 1), "market_opened_on": date(2026, 8, 1)}, ["market_opened_on"]),
    ],
)
def test_odd_dates(values, items):
    assert [odd.items[0] for odd in odd_dates(dated(**values), TODAY)] == items
