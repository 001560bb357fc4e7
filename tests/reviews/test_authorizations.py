"""Grants against claims: what is listed, for whom, and what is not a difference."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from filing.models import AuthorizationLine, Filing
from tests.factories import BrandFactory, BrandLineFactory, FilingFactory, UserFactory, uscc_of

pytestmark = pytest.mark.django_db
URL = reverse("reviews:authorization-list")


def day(offset):
    return timezone.localdate() + timedelta(days=offset)


def dealer(brand, division="330106", **more):
    """A confirmed dealer that claims the brand, by its line."""
    filing = FilingFactory(confirmed=True, brand_lines=[], enterprise__division_code=division)
    return BrandLineFactory(filing=filing, brand=brand, **more)


def grant(brand, uscc, division="330106", filing=None, **more):
    """A grant of a producer far away."""
    filing = filing or FilingFactory(confirmed=True, brand_lines=[], enterprise__division_code="220104")
    Filing.objects.filter(pk=filing.pk).update(enterprise_types=["A1"])
    given = {
        "grantee_name": "被授权企业",
        "grantee_role": "DEALER",
        "valid_from": day(-9),
        "valid_to": day(9),
    }
    return AuthorizationLine.objects.create(
        filing=filing, brand=brand, grantee_uscc=uscc, grantee_division_id=division, **given | more
    )


@pytest.fixture
def brand():
    return BrandFactory()


@pytest.fixture
def seen(client_for):
    """The rows somebody sees: `seen("county", kind="grants")`."""

    def rows(trait, **query):
        return client_for(UserFactory(**{trait: True})).get(URL, query).context["page"].rows

    return rows


def test_two_names_of_one_brand_meet_each_other(seen, brand):
    former = BrandFactory(status="MERGED", merged_into=brand)
    grant(brand, dealer(former).filing.uscc)
    grant(former, dealer(brand).filing.uscc)
    assert seen("county") == seen("county", kind="grants") == []


def test_brand_chosen_shows_what_was_filed_under_its_former_name(seen, brand):
    former, other = BrandFactory(status="MERGED", merged_into=brand), BrandFactory()
    line = dealer(former)
    dealer(other)
    assert seen("county", brand=brand.pk) == [line]


def test_claim_that_meets_its_grant_is_no_difference(seen, brand):
    line = dealer(brand)
    grant(brand, line.filing.uscc)
    assert seen("county") == seen("county", kind="grants") == []


def test_claim_without_grant_is_listed_within_the_area(seen, brand):
    line, elsewhere = dealer(brand), dealer(brand, division="330203")
    grant(BrandFactory(), line.filing.uscc)
    for trait in ("county", "city", "province"):
        assert seen(trait) == [line]
    assert seen("ningbo") == [elsewhere]
    assert seen("nation") == [elsewhere, line]


@pytest.mark.parametrize(
    "more",
    [
        {"authorization_type": "UNAUTHORIZED"},
        {"line_status": "ENDED"},
        {"authorized_to": day(-1)},
        {"authorized_from": day(1)},
    ],
)
def test_claims_not_in_force_are_not_looked_at(seen, brand, more):
    dealer(brand, **more)
    assert seen("nation") == []


def test_claim_of_a_version_not_in_force_is_not_looked_at(seen, brand):
    BrandLineFactory(filing=FilingFactory(submitted=True, brand_lines=[]), brand=brand)
    assert seen("nation") == []


@pytest.mark.parametrize(
    "more", [{"valid_to": day(-1)}, {"valid_from": day(1), "valid_to": day(5)}, {"grantee_role": "SERVICE"}]
)
def test_a_grant_not_in_force_or_for_service_covers_nothing(seen, brand, more):
    line = dealer(brand)
    grant(brand, line.filing.uscc, **more)
    assert seen("county") == [line]
    assert seen("county", kind="grants") == []


def test_grant_without_claim_tells_whether_the_dealer_filed(seen, brand):
    other = dealer(BrandFactory())
    filed, unknown = grant(brand, other.filing.uscc, division="220104"), grant(brand, uscc_of(77))
    assert [(row, row.is_filed) for row in seen("county", kind="grants")] == [(unknown, False), (filed, True)]


@pytest.mark.parametrize(
    ("division", "sees"),
    [
        ("330106", {"county", "city", "province", "nation"}),
        ("330100", {"city", "province", "nation"}),
        ("330203", {"ningbo", "nation"}),
        ("330200", {"ningbo", "nation"}),
        ("320106", {"jiangsu", "nation"}),
    ],
)
def test_grants_to_dealers_who_have_not_filed_belong_to_their_division(seen, brand, division, sees):
    grant(brand, uscc_of(78), division=division)
    for trait in ("county", "city", "province", "nation", "ningbo", "jiangsu"):
        assert bool(seen(trait, kind="grants")) == (trait in sees), trait


def test_filters_narrow_by_brand_and_dealer(seen, brand):
    first, second = dealer(brand), dealer(BrandFactory())
    assert seen("county", brand=brand.pk) == [first]
    assert seen("county", q=second.filing.uscc[:17].lower()) == [second]
    assert seen("county", q=second.filing.enterprise_name[2:8]) == [second]
    assert seen("county", brand="1' OR 1=1", kind="x", q="\0") == [second, first]


def test_list_costs_the_same_queries_for_one_row_and_for_three(client_for, queries_of, brand):
    client, counts = client_for(UserFactory(province=True)), []
    for kind in ("claims", "grants"):
        for rows in (1, 2):
            for number in range(rows):
                dealer(BrandFactory())
                grant(brand, uscc_of(100 + 10 * len(counts) + number))
            with queries_of() as queries:
                text = client.get(URL, {"kind": kind}).content.decode()
            counts.append(len(queries))
        assert "共 " in text
    assert counts[0] == counts[1]
    assert counts[2] == counts[3]


@pytest.mark.parametrize("trait", ["operator", "admin", "auditor"])
def test_list_is_for_authorities(client_for, trait):
    assert client_for(UserFactory(**{trait: True})).get(URL).status_code == 403
