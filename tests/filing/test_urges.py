"""A superior presses the body that confirms; everybody else is refused."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.enums import Outcome, Role
from accounts.models import AuditRecord
from autoflow.common.errors import BusinessError
from filing.models import Filing, FilingEvent, Urge
from filing.services import urge_filing
from filing.services.urges import officers_of
from tests.factories import FilingFactory, UserFactory

pytestmark = pytest.mark.django_db


def press(filing, by, note="请三日内办结。"):
    return urge_filing(filing_id=filing.pk, note=note, by=by)


@pytest.mark.parametrize("trait", ["city", "province"])
def test_urge_marks_what_waits_below(trait):
    filing = FilingFactory(submitted=True)
    press(filing, UserFactory(**{trait: True}))
    assert list(Filing.objects.pressed_for()) == [filing]
    assert list(Filing.objects.asked_by_province()) == []


def test_urge_is_no_business_of_others():
    filing = FilingFactory(submitted=True)
    for trait in ("county", "nation", "manager"):
        user = UserFactory() if trait == "manager" else UserFactory(**{trait: True})
        with pytest.raises((PermissionDenied, Http404)):
            press(filing, user)
    with pytest.raises(Http404):
        press(filing, UserFactory(jiangsu=True))
    assert not Urge.objects.exists()


@pytest.mark.parametrize(
    ("traits", "values", "message"),
    [
        ({"confirmed": True}, {}, "无需督办"),
        ({"submitted": True}, {"confirm_level": "PROVINCE"}, "不在您的督办范围"),
    ],
)
def test_urge_of_what_does_not_wait_below_is_refused(traits, values, message):
    filing = FilingFactory(**traits, **values)
    with pytest.raises(BusinessError, match=message):
        press(filing, UserFactory(province=True))
    assert AuditRecord.objects.get(action="filing.urge").outcome == Outcome.REFUSED


def test_urge_once_a_day_for_one_authority():
    filing = FilingFactory(submitted=True)
    press(filing, UserFactory(province=True))
    press(filing, UserFactory(city=True))
    with pytest.raises(BusinessError, match="今天已督办"):
        press(filing, UserFactory(province=True))


@pytest.mark.parametrize("note", ["", " ", "长" * 201])
def test_urge_wants_a_word(note):
    with pytest.raises(BusinessError, match="督办意见"):
        press(FilingFactory(submitted=True), UserFactory(province=True), note=note)


def test_word_goes_to_the_body_that_confirms():
    county, city, province = (UserFactory(**{trait: True}) for trait in ("county", "city", "province"))
    UserFactory(role=Role.COUNTY, organisation="上城区商务局", uscc="", division_id="330102")
    filing = FilingFactory(submitted=True)
    assert list(officers_of(filing)) == [county]
    filing.confirm_level = "CITY"
    assert list(officers_of(filing)) == [city]
    filing.confirm_level = "PROVINCE"
    assert list(officers_of(filing)) == [province]


def test_asked_by_province_is_what_is_to_be_verified_again():
    filing = FilingFactory(submitted=True)
    FilingFactory(submitted=True)
    event = FilingEvent(filing=filing, action="REVERIFY", to_status="CHANGED", by=UserFactory(province=True))
    event.save()
    assert list(Filing.objects.asked_by_province()) == list(Filing.objects.pressed_for()) == [filing]
