"""Accounts of authorities: only below one's own level and place, the owner alone knows his password."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.enums import Role
from accounts.models import AuditRecord, User
from accounts.officers import (
    move_officer,
    officers_below,
    open_officer,
    reset_officer_password,
    set_officer_active,
)
from autoflow.common.errors import BusinessError
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NEW = {
    "username": "yuhang",
    "display_name": "孙立",
    "role": "COUNTY",
    "organisation": "余杭区商务局",
    "division_code": "330110",
    "phone": "13900000001",
    "email": "yuhang@example.com",
}


def officer(role, division):
    return UserFactory(role=role, division_id=division, organisation="某商务局", uscc="")


def test_below_each_level_stand_the_levels_under_it():
    accounts = {
        name: UserFactory(**{name: True})
        for name in ("county", "city", "province", "ningbo", "jiangsu", "nation", "admin", "auditor")
    }
    elsewhere = officer(Role.COUNTY, "330302")
    UserFactory()
    below = {name: set(officers_below(user)) for name, user in accounts.items()}
    county, city = accounts["county"], accounts["city"]
    provinces = {accounts[name] for name in ("province", "ningbo", "jiangsu")}
    assert below["county"] == below["auditor"] == below["ningbo"] == set()
    assert below["city"] == {county}
    assert below["province"] == {county, city, elsewhere}
    assert below["nation"] == provinces
    assert below["admin"] == {county, city, elsewhere, accounts["nation"], *provinces}


def test_opening_sends_a_code_and_leaves_no_password(django_capture_on_commit_callbacks, mailoutbox):
    by = UserFactory(province=True)
    with django_capture_on_commit_callbacks(execute=True):
        user = open_officer(**NEW, by=by)
    assert (user.role, user.division_id, user.jurisdiction_id) == ("COUNTY", "330110", "330000")
    assert not user.has_usable_password()
    assert [mail.to for mail in mailoutbox] == [["yuhang@example.com"]]
    assert f"为您开设账号，单位：{user.organisation}。" in mailoutbox[0].body
    assert "重置" not in mailoutbox[0].body
    record = AuditRecord.objects.get(action="account.open")
    assert (record.username, record.object_id) == (by.username, str(user.pk))


@pytest.mark.parametrize(
    ("trait", "change"),
    [
        ("province", {"role": "PROVINCE", "division_code": "330000"}),
        ("province", {"role": "NATION"}),
        ("province", {"role": "ADMIN"}),
        ("province", {"role": "MANAGER"}),
        ("province", {"division_code": "330203"}),
        ("province", {"division_code": "320102"}),
        ("city", {"division_code": "330302"}),
        ("city", {"role": "CITY", "division_code": "330100"}),
        ("nation", {}),
        ("admin", {"role": "AUDITOR"}),
        ("admin", {"role": "MANAGER"}),
    ],
)
def test_nobody_grants_more_than_he_has(trait, change):
    by = UserFactory(**{trait: True})
    with pytest.raises(PermissionDenied):
        open_officer(**NEW | change, by=by)
    assert not User.objects.filter(username="yuhang").exists()
    assert AuditRecord.objects.get(action="account.open").outcome == "REFUSED"


@pytest.mark.parametrize(
    "change",
    [
        {"division_code": "330100"},
        {"role": "CITY", "division_code": "330110"},
        {"division_code": "999999"},
        {"division_code": ""},
    ],
)
def test_role_and_place_must_fit(change):
    with pytest.raises(BusinessError, match="地区"):
        open_officer(**NEW | change, by=UserFactory(province=True))


def test_names_are_taken_once_whatever_their_case():
    UserFactory(username="YuHang")
    with pytest.raises(BusinessError, match="已存在"):
        open_officer(**NEW, by=UserFactory(province=True))


def test_administrator_and_auditor_are_two_persons():
    auditor = UserFactory(auditor=True)
    new = NEW | {"role": "ADMIN", "division_code": ""}
    with pytest.raises(BusinessError, match="不得为同一人"):
        open_officer(**new | {"phone": auditor.phone}, by=UserFactory(admin=True, phone="13911111111"))
    assert open_officer(**new, by=UserFactory(admin=True)).division is None


@pytest.mark.parametrize("target", ["self", "colleague", "province", "ningbo", "auditor"])
def test_oneself_equals_and_strangers_cannot_be_changed(target):
    by = UserFactory(province=True)
    others = {"self": by, "colleague": UserFactory(province=True)}
    user = others.get(target) or UserFactory(**{target: True})
    kept = (user.role, user.division_id, user.password, user.is_active)
    move = {"role": "CITY", "organisation": "杭州市商务局", "division_code": "330100"}
    for change in (
        lambda: move_officer(user_id=user.pk, **move, by=by),
        lambda: set_officer_active(user_id=user.pk, is_active=False, by=by),
        lambda: reset_officer_password(user_id=user.pk, by=by),
    ):
        with pytest.raises(Http404):
            change()
    user.refresh_from_db()
    assert (user.role, user.division_id, user.password, user.is_active) == kept
    assert set(AuditRecord.objects.values_list("outcome", flat=True)) == {"REFUSED"}


def test_moving_upwards_is_refused():
    county = UserFactory(county=True)
    move = {"role": "PROVINCE", "organisation": "浙江省商务厅", "division_code": "330000"}
    with pytest.raises(PermissionDenied):
        move_officer(user_id=county.pk, **move, by=UserFactory(province=True))
    county.refresh_from_db()
    assert county.role == Role.COUNTY


def test_moving_sets_role_and_place_together():
    county = UserFactory(county=True)
    move = {"role": "CITY", "organisation": "杭州市商务局", "division_code": "330100"}
    moved = move_officer(user_id=county.pk, **move, by=UserFactory(province=True))
    assert (moved.role, moved.division_id, moved.organisation) == ("CITY", "330100", "杭州市商务局")
    assert AuditRecord.objects.get().detail["before"] == {"role": "COUNTY", "division": "330106"}


def test_switching_off_ends_the_work_at_the_next_request(client_for):
    county = UserFactory(county=True)
    client = client_for(county)
    assert client.get("/reviews/filings/").status_code == 200
    set_officer_active(user_id=county.pk, is_active=False, by=UserFactory(city=True))
    assert client.get("/reviews/filings/").status_code == 302
    assert "disable" in AuditRecord.objects.get().action


def test_resetting_kills_the_password_and_the_sessions(client_for):
    county, by = UserFactory(county=True), UserFactory(city=True)
    client = client_for(county)
    reset_officer_password(user_id=county.pk, by=by)
    county.refresh_from_db()
    assert not county.has_usable_password()
    assert client.get("/").status_code == 302
    record = AuditRecord.objects.get(action="account.reset")
    assert (record.username, county.username in record.summary) == (by.username, True)
