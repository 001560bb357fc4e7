"""A pile confirmed at once: each by itself, all or nothing only where an id is not known."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from accounts.enums import Outcome
from accounts.models import AuditRecord
from autoflow.common.errors import BusinessError
from filing.enums import BulkOutcome, FilingStatus
from filing.models import BulkConfirm, Enterprise, Filing
from filing.services import Ticked, confirm_filing, confirm_many, withdraw_filing
from tests.factories import FilingFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return UserFactory(county=True)


def ticked(*filings):
    return [Ticked(filing.pk, filing.version, filing.content_hash) for filing in filings]


def outcomes(bulk):
    return [item.outcome for item in bulk.items.all()]


def states(*filings):
    return [Filing.objects.get(pk=filing.pk).status for filing in filings]


def test_bulk_confirms_each_and_keeps_the_result(officer):
    filings = FilingFactory.create_batch(2, submitted=True)
    bulk = confirm_many(items=ticked(*filings), key=uuid4(), by=officer)
    assert outcomes(bulk) == [BulkOutcome.CONFIRMED] * 2
    assert states(*filings) == [FilingStatus.CONFIRMED] * 2


def test_bulk_says_of_each_why_not(officer):
    fine, handled, changed, denied, withdrawn = FilingFactory.create_batch(5, submitted=True)
    items = ticked(fine, handled, changed, denied, withdrawn)
    confirm_filing(filing_id=handled.pk, content_hash=handled.content_hash, by=UserFactory(county=True))
    Filing.objects.filter(pk=changed.pk).update(content_hash="0" * 64)
    Filing.objects.filter(pk=denied.pk).update(confirm_level="PROVINCE")
    seen = Enterprise.objects.get(pk=withdrawn.enterprise_id)
    withdraw_filing(enterprise_id=seen.pk, revision=seen.revision, by=withdrawn.submitted_by)
    bulk = confirm_many(items=items, key=uuid4(), by=officer)
    assert outcomes(bulk) == ["CONFIRMED", "HANDLED", "CHANGED", "DENIED", "CHANGED"]
    assert all(item.note for item in bulk.items.exclude(outcome="CONFIRMED"))
    assert states(changed, denied) == [FilingStatus.SUBMITTED] * 2


@pytest.mark.parametrize("foreign", [True, False])
def test_bulk_with_an_unknown_id_does_nothing(officer, foreign):
    mine = FilingFactory(submitted=True)
    other = FilingFactory(submitted=True, enterprise__division_code="330203")
    unknown = ticked(other)[0] if foreign else Ticked(999_999, 1, "0" * 64)
    with pytest.raises(BusinessError, match="整批没有办理") as refusal:
        confirm_many(items=[*ticked(mine), unknown], key=uuid4(), by=officer)
    assert other.enterprise_name not in str(refusal.value)
    assert states(mine, other) == [FilingStatus.SUBMITTED] * 2
    assert not BulkConfirm.objects.exists()
    assert AuditRecord.objects.get(action="filing.bulk").outcome == Outcome.REFUSED


def test_bulk_sent_twice_is_done_once(officer):
    filing, key = FilingFactory(submitted=True), uuid4()
    first = confirm_many(items=ticked(filing), key=key, by=officer)
    assert confirm_many(items=ticked(filing), key=key, by=officer) == first
    assert outcomes(first) == [BulkOutcome.CONFIRMED]
    assert filing.events.filter(action="CONFIRM").count() == 1


@pytest.mark.parametrize("count", [0, 2, 101])
def test_bulk_wants_some_and_each_once(officer, count):
    items = ticked(FilingFactory(submitted=True)) * count
    with pytest.raises(BusinessError, match="请选择"):
        confirm_many(items=items, key=uuid4(), by=officer)


def test_bulk_is_for_those_who_decide():
    items = ticked(FilingFactory(submitted=True))
    with pytest.raises(PermissionDenied):
        confirm_many(items=items, key=uuid4(), by=UserFactory(nation=True))
