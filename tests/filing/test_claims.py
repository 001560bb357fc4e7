"""Who has a waiting filing in hand: visible, short, and never in the way of a decision."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from accounts.models import AuditRecord
from autoflow.common.errors import BusinessError, ConflictError
from filing.models import Filing, ReviewClaim
from filing.services import claim_filing, claim_next, confirm_filing, release_claim
from tests.factories import FilingFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def officers():
    return UserFactory(county=True), UserFactory(county=True, display_name="张三")


def waiting(minutes_ago):
    filing = FilingFactory(submitted=True)
    moment = timezone.now() - timedelta(minutes=minutes_ago)
    Filing.objects.filter(pk=filing.pk).update(submitted_at=moment)
    filing.refresh_from_db()
    return filing


def holder(filing):
    claim = ReviewClaim.objects.live().filter(filing=filing).first()
    return claim and claim.by


def test_claim_is_kept_and_recorded(officers):
    filing, (officer, _) = waiting(60), officers
    claim_filing(filing_id=filing.pk, by=officer)
    assert holder(filing) == officer
    assert AuditRecord.objects.get(action="filing.claim").object_id == str(filing.pk)


def test_claim_of_a_colleague_stays_his_and_is_named(officers):
    filing, (officer, colleague) = waiting(60), officers
    claim_filing(filing_id=filing.pk, by=colleague)
    with pytest.raises(ConflictError, match="张三已于"):
        claim_filing(filing_id=filing.pk, by=officer)
    assert holder(filing) == colleague


def test_claim_does_not_stop_a_colleague_from_deciding(officers):
    filing, (officer, colleague) = waiting(60), officers
    claim_filing(filing_id=filing.pk, by=colleague)
    confirm_filing(filing_id=filing.pk, content_hash=filing.content_hash, by=officer)
    assert holder(filing) is None


@pytest.mark.parametrize(("minutes", "lives"), [(29, True), (31, False)])
def test_claim_runs_out_after_half_an_hour(officers, minutes, lives):
    filing, (officer, colleague) = waiting(60), officers
    claim_filing(filing_id=filing.pk, by=colleague)
    ReviewClaim.objects.update(at=timezone.now() - timedelta(minutes=minutes))
    free = Filing.objects.free_for(officer)
    assert [holder(filing) == colleague, filing not in free] == [lives, lives]


def test_claim_does_not_outlive_another_submission(officers):
    filing, (officer, colleague) = waiting(60), officers
    claim_filing(filing_id=filing.pk, by=colleague)
    Filing.objects.update(submitted_at=timezone.now() + timedelta(seconds=1))
    assert holder(filing) is None
    assert filing in Filing.objects.free_for(officer)


def test_claim_wants_the_right_to_decide(officers):
    filing = waiting(60)
    with pytest.raises(BusinessError, match="没有本企业备案的确认权限"):
        claim_filing(filing_id=filing.pk, by=UserFactory(province=True))
    with pytest.raises(PermissionDenied):
        claim_filing(filing_id=filing.pk, by=UserFactory(nation=True))
    with pytest.raises(Http404):
        claim_filing(filing_id=filing.pk, by=UserFactory(ningbo=True))
    assert not ReviewClaim.objects.exists()


def test_claim_of_what_was_decided_is_refused(officers):
    filing = FilingFactory(confirmed=True)
    with pytest.raises(BusinessError, match="无需办理"):
        claim_filing(filing_id=filing.pk, by=officers[0])


def test_release_gives_back_ones_own_only(officers):
    filing, (officer, colleague) = waiting(60), officers
    claim_filing(filing_id=filing.pk, by=colleague)
    release_claim(filing_id=filing.pk, by=officer)
    assert holder(filing) == colleague
    release_claim(filing_id=filing.pk, by=colleague)
    assert holder(filing) is None


def test_next_skips_what_colleagues_hold_and_goes_round(officers):
    first, second, third = waiting(90), waiting(80), waiting(70)
    officer, colleague = officers
    claim_filing(filing_id=second.pk, by=colleague)
    assert claim_next(after_id=first.pk, by=officer) == third
    assert holder(third) == officer
    assert claim_next(after_id=third.pk, by=officer) == first
    assert claim_next(after_id=first.pk, by=colleague) == second


def test_next_of_an_empty_queue_is_nothing(officers):
    filing = waiting(60)
    assert claim_next(after_id=filing.pk, by=officers[0]) is None


@pytest.mark.django_db(transaction=True)
def test_officers_pressing_next_at_once_get_different_filings(officers, in_threads):
    filings = [waiting(90 - number) for number in range(9)]
    people = [UserFactory(county=True) for _ in range(8)]
    got = in_threads(lambda person: claim_next(after_id=filings[0].pk, by=person), people)
    assert len({filing.pk for filing in got}) == len(people)
