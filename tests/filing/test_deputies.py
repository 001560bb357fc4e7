"""Stand-ins: for some days one officer decides for another's body, never upwards, and the trail says so."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from accounts.enums import Permission, Role
from accounts.models import AuditRecord, User
from accounts.officers import move_officer, set_officer_active
from accounts.permissions import decide
from autoflow.common.errors import BusinessError, ConflictError
from filing.deputies import candidates_for, standing_text
from filing.models import Deputy, Enterprise, Filing, ReviewClaim
from filing.services import claim_filing, confirm_filing
from filing.services.deputies import end_deputy, set_deputy
from tests.factories import FilingFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def officer(role, division, organisation="相邻机构"):
    return UserFactory(role=role, division_id=division, organisation=organisation, uscc="")


def stand_in(absent, deputy, by=None, start=0, end=5, reason="休假"):
    days = {"starts_on": TODAY() + timedelta(days=start), "ends_on": TODAY() + timedelta(days=end)}
    return set_deputy(absent_id=absent.pk, deputy_id=deputy.pk, **days, reason=reason, by=by or absent)


def fresh(user):
    return User.objects.select_related("division", "jurisdiction").get(pk=user.pk)


@pytest.fixture
def xihu():
    return UserFactory(county=True)


@pytest.fixture
def neighbour():
    return officer(Role.COUNTY, "330102")


@pytest.fixture
def filing():
    return FilingFactory(submitted=True)


def sees(user, filing):
    return Filing.objects.visible_to(fresh(user)).filter(pk=filing.pk).exists()


def test_deputy_sees_and_decides_what_the_absent_body_holds(xihu, neighbour, filing):
    assert not sees(neighbour, filing)
    row = stand_in(xihu, neighbour)

    assert sees(neighbour, filing)
    assert decide(fresh(neighbour), Permission.FILING_CONFIRM, filing)
    confirm_filing(filing_id=filing.pk, content_hash=filing.content_hash, by=fresh(neighbour))

    event = filing.events.get()
    assert (event.by, event.on_behalf_of) == (neighbour, xihu)
    assert event.by_text == f"{neighbour}，代{xihu}办理"
    assert AuditRecord.objects.get(action="filing.confirm").detail["on_behalf_of"] == xihu.pk
    assert standing_text(row) == ("DONE", "代办中")


def test_own_matters_are_decided_in_ones_own_name(xihu, neighbour, filing):
    stand_in(neighbour, xihu)
    confirm_filing(filing_id=filing.pk, content_hash=filing.content_hash, by=fresh(xihu))
    assert filing.events.get().on_behalf_of is None
    assert "on_behalf_of" not in AuditRecord.objects.get(action="filing.confirm").detail


@pytest.mark.parametrize(("start", "end"), [(1, 5), (-5, -1)])
def test_before_the_first_and_after_the_last_day_nothing_is_widened(xihu, neighbour, filing, start, end):
    row = stand_in(xihu, neighbour, start=1, end=5)
    days = {"starts_on": TODAY() + timedelta(days=start), "ends_on": TODAY() + timedelta(days=end)}
    Deputy.objects.filter(pk=row.pk).update(**days)
    assert not sees(neighbour, filing)
    with pytest.raises(Http404):
        confirm_filing(filing_id=filing.pk, content_hash=filing.content_hash, by=fresh(neighbour))


@pytest.mark.parametrize("change", ["absent moved", "absent disabled", "deputy moved"])
def test_a_stand_in_ends_with_the_place_of_either(xihu, neighbour, filing, change):
    row = stand_in(xihu, neighbour)
    province = UserFactory(province=True)
    if change == "absent moved":
        move = {"role": "CITY", "organisation": "杭州市商务局", "division_code": "330100"}
        move_officer(user_id=xihu.pk, **move, by=province)
    elif change == "absent disabled":
        set_officer_active(user_id=xihu.pk, is_active=False, by=province)
    else:
        move = {"role": "COUNTY", "organisation": "温州市鹿城区商务局", "division_code": "330302"}
        move_officer(user_id=neighbour.pk, **move, by=province)
    assert not sees(neighbour, filing)
    assert standing_text(Deputy.objects.get(pk=row.pk)) == ("FAILED", "已失效")


def test_candidates_are_near_and_never_below():
    near = {
        "colleague": UserFactory(county=True),
        "neighbour": officer(Role.COUNTY, "330102"),
        "city": UserFactory(city=True),
    }
    officer(Role.COUNTY, "330302")
    officer(Role.COUNTY, "330203")
    UserFactory(county=True, is_active=False)
    UserFactory(nation=True)
    UserFactory()
    province, other_city = UserFactory(province=True), officer(Role.CITY, "330300")
    assert set(candidates_for(UserFactory(county=True))) == set(near.values())
    assert set(candidates_for(fresh(near["city"]))) == {province, other_city}
    assert set(candidates_for(fresh(province))) == set()
    assert set(candidates_for(officer(Role.COUNTY, "330212"))) == {User.objects.get(division_id="330203")}


def test_a_county_without_a_city_looks_up_to_the_province():
    ningbo = UserFactory(ningbo=True)
    assert list(candidates_for(officer(Role.COUNTY, "330203"))) == [ningbo]


@pytest.mark.parametrize(
    ("days", "message"),
    [((-1, 2), "不能早于今天"), ((3, 2), "不能早于开始"), ((0, 90), "最长 90 天")],
)
def test_days_that_cannot_be(xihu, neighbour, days, message):
    with pytest.raises(BusinessError, match=message):
        stand_in(xihu, neighbour, start=days[0], end=days[1])


def test_one_stand_in_at_a_time(xihu, neighbour):
    row = stand_in(xihu, neighbour)
    with pytest.raises(BusinessError, match="已安排了代办"):
        stand_in(xihu, UserFactory(county=True), start=5, end=9)
    end_deputy(deputy_id=row.pk, by=fresh(neighbour))
    stand_in(xihu, UserFactory(county=True), start=5, end=9)


def test_rights_never_go_upwards_or_to_strangers(xihu, neighbour):
    city = UserFactory(city=True)
    for absent, deputy in [(city, xihu), (xihu, officer(Role.COUNTY, "330302")), (xihu, UserFactory())]:
        with pytest.raises(BusinessError, match="只能请"):
            stand_in(absent, deputy)
    with pytest.raises(Http404):
        stand_in(city, UserFactory(province=True), by=xihu)
    with pytest.raises(Http404):
        stand_in(neighbour, xihu, by=xihu)
    with pytest.raises(PermissionDenied):
        stand_in(xihu, neighbour, by=UserFactory(admin=True))
    assert not Deputy.objects.exists()


def test_an_upper_authority_names_one_for_an_officer_below(xihu, neighbour):
    row = stand_in(xihu, neighbour, by=UserFactory(city=True))
    assert AuditRecord.objects.get(action="deputy.set").detail["absent"] == xihu.pk
    end_deputy(deputy_id=row.pk, by=UserFactory(province=True))
    row.refresh_from_db()
    assert standing_text(row) == ("ENDED", "已提前结束")
    with pytest.raises(ConflictError):
        end_deputy(deputy_id=row.pk, by=fresh(xihu))


def test_ending_is_for_those_it_concerns(xihu, neighbour):
    row = stand_in(xihu, neighbour)
    with pytest.raises(BusinessError, match="只有被代办人"):
        end_deputy(deputy_id=row.pk, by=UserFactory(county=True))
    with pytest.raises(Http404):
        end_deputy(deputy_id=row.pk, by=UserFactory(jiangsu=True))


def test_page_says_for_whom_one_decides(client_for, xihu, neighbour, filing):
    stand_in(xihu, neighbour)
    address = f"/reviews/filings/{filing.pk}/"
    assert f"您代{xihu}办理这一件" in client_for(neighbour).get(address).content.decode()
    assert "办理这一件。</strong>" not in client_for(xihu).get(address).content.decode()


def test_ending_while_the_page_is_open_refuses_the_decision(client_for, xihu, neighbour, filing):
    row = stand_in(xihu, neighbour)
    client = client_for(neighbour)
    assert client.get(f"/reviews/filings/{filing.pk}/").context["decision"].allowed
    end_deputy(deputy_id=row.pk, by=xihu)
    answer = client.post(f"/reviews/filings/{filing.pk}/confirm/", {"content_hash": filing.content_hash})
    assert answer.status_code == 404
    assert Filing.objects.get().status == "SUBMITTED"


def test_a_stand_in_does_not_reset_passwords_there(xihu, neighbour, filing):
    stand_in(xihu, neighbour)
    assert Enterprise.objects.visible_to(fresh(neighbour)).exists()
    assert "代办期间" in decide(fresh(neighbour), Permission.PASSWORD_RESET, filing.enterprise).reason
    assert decide(xihu, Permission.PASSWORD_RESET, filing.enterprise)


def ended(row, xihu):
    end_deputy(deputy_id=row.pk, by=fresh(xihu))


def run_out(row, xihu):
    yesterday = TODAY() - timedelta(days=1)
    Deputy.objects.filter(pk=row.pk).update(starts_on=yesterday, ends_on=yesterday)


def moved(row, xihu):
    move = {"role": "COUNTY", "organisation": "温州市鹿城区商务局", "division_code": "330302"}
    move_officer(user_id=row.deputy_id, **move, by=UserFactory(province=True))


def switched_off(row, xihu):
    set_officer_active(user_id=row.deputy_id, is_active=False, by=UserFactory(province=True))


@pytest.mark.parametrize("end", [ended, run_out, moved, switched_off])
def test_what_a_stand_in_has_in_hand_is_free_again_when_he_may_no_longer_decide(
    client_for, xihu, neighbour, filing, end
):
    row = stand_in(xihu, neighbour)
    claim_filing(filing_id=filing.pk, by=fresh(neighbour))
    colleague, address = client_for(UserFactory(county=True)), f"/reviews/filings/{filing.pk}/"
    assert f"{neighbour.short_name} 正在办理" in colleague.get(address).content.decode()
    with pytest.raises(ConflictError):
        claim_filing(filing_id=filing.pk, by=fresh(xihu))

    end(row, xihu)

    assert list(Filing.objects.free_for(fresh(xihu))) == [filing]
    assert "还没有人办理这一件" in colleague.get(address).content.decode()
    assert colleague.get("/reviews/filings/").context["page"].rows[0].holder is None
    claim_filing(filing_id=filing.pk, by=fresh(xihu))
    assert ReviewClaim.objects.live().get().by == xihu


@pytest.mark.parametrize(("role", "level"), [("city", "CITY"), ("province", "PROVINCE")])
def test_claim_of_an_upper_body_counts_until_its_officer_leaves(xihu, filing, role, level):
    officer = UserFactory(**{role: True})
    Filing.objects.update(confirm_level=level)
    claim_filing(filing_id=filing.pk, by=officer)
    assert ReviewClaim.objects.live().get().by == officer
    User.objects.filter(pk=officer.pk).update(role=Role.COUNTY, division_id="330106")
    assert not ReviewClaim.objects.live().exists()
