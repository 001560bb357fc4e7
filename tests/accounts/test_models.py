"""Accounts: what the database itself refuses, and that factories make valid rows."""

import pytest
from django.db import IntegrityError

from accounts.enums import Role
from autoflow.common.identifiers import uscc_faults
from filing.enums import FilingStatus
from filing.models import Enterprise, Filing
from tests.factories import (
    EnterpriseFactory,
    FilingFactory,
    ImportBatchFactory,
    TradeFactory,
    UserFactory,
    VehicleModelFactory,
    uscc_of,
)

pytestmark = pytest.mark.django_db
AUTHORITIES = ["county", "city", "province", "ningbo", "jiangsu", "nation"]


def test_uscc_of_is_right_in_both_check_characters():
    assert [uscc_faults(uscc_of(number)) for number in (0, 7, 999_999)] == [(), (), ()]


@pytest.mark.parametrize("trait", ["operator", *AUTHORITIES, "admin", "auditor"])
def test_user_factory_makes_valid_accounts(trait):
    UserFactory(**{trait: True}).full_clean()


def test_user_name_is_unique_without_regard_to_case():
    UserFactory(username="ministry")

    with pytest.raises(IntegrityError):
        UserFactory(username="Ministry")


def test_user_one_manager_per_credit_code():
    first = UserFactory()
    UserFactory(operator=True, uscc=first.uscc)

    with pytest.raises(IntegrityError):
        UserFactory(uscc=first.uscc)


def test_user_authority_without_place_is_refused():
    with pytest.raises(IntegrityError):
        UserFactory(role=Role.COUNTY, division_id=None, jurisdiction=None)


@pytest.mark.parametrize("trait", ["complete", "submitted", "confirmed", "returned"])
def test_filing_factory_mirrors_its_status(trait):
    filing = FilingFactory(**{trait: True})

    filing.full_clean()
    assert Enterprise.objects.get().status == filing.status
    assert filing.brand_lines.count() == 1


def test_filing_factory_changed_has_a_version_in_force():
    waiting = FilingFactory(changed=True)

    assert list(Filing.objects.order_by("version").values_list("status", "is_in_force")) == [
        (FilingStatus.CONFIRMED, True),
        (FilingStatus.CHANGED, False),
    ]
    assert Enterprise.objects.get().status == waiting.status


def test_other_factories_make_valid_rows():
    TradeFactory().clean_fields(exclude=["seller_id_key", "buyer_id_key"])
    TradeFactory(enterprise=EnterpriseFactory(market=True, ningbo=True))
    ImportBatchFactory(checked=True)
    VehicleModelFactory()
