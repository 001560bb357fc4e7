"""The pictures behind brand lines, before those who have to believe them."""

import pytest
from django.urls import reverse

from filing.presentation import authorizations
from tests.factories import BrandLineFactory, FilingFactory, UserFactory, stored_image

pytestmark = pytest.mark.django_db


def test_officer_sees_the_authorization_beside_what_it_must_prove(client_for):
    filing = FilingFactory(submitted=True)
    picture = stored_image()
    line = BrandLineFactory(filing=filing, authorization_image=picture, supplier_name="演示汽车工业有限公司")
    officer = client_for(UserFactory(county=True))

    page = officer.get(reverse("reviews:filing-detail", args=[filing.pk])).content.decode()

    assert reverse("filing:line-image", args=[filing.pk, picture.sha256]) in page
    assert f"授权书影像：{line.brand.name}" in page


def test_authorization_is_shown_with_the_claim_and_only_where_there_is_a_picture():
    filing = FilingFactory(submitted=True)
    line = BrandLineFactory(filing=filing, authorization_image=stored_image())
    BrandLineFactory(filing=filing)

    (shown,) = authorizations(filing)

    facts = {fact["label"]: fact["value"] for fact in shown["facts"]}
    assert (facts["品牌"], facts["生产商"]) == (line.brand.name, line.producer.name)


def test_authorizations_of_a_type_without_brands_are_left_out():
    filing = FilingFactory(submitted=True, enterprise_types=["B2"])
    BrandLineFactory(filing=filing, authorization_image=stored_image())
    assert authorizations(filing) == []
