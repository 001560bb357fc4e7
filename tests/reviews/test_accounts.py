"""Pages of accounts and stand-ins: only below, only near, and every attempt beyond leaves a trace."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AuditRecord, User
from accounts.officers import move_officer, set_officer_active
from filing.models import Deputy, Filing
from tests.factories import DeputyFactory, FilingFactory, UserFactory

pytestmark = pytest.mark.django_db
URL, DEPUTIES = "/reviews/accounts/", "/reviews/deputies/"
NEW = {
    "username": "yuhang",
    "display_name": "孙立",
    "role": "COUNTY",
    "organisation": "余杭区商务局",
    "division_code": "330110",
    "phone": "139 0000 0001",
    "email": "yuhang@example.com",
}


@pytest.fixture
def province(client_for):
    return client_for(UserFactory(province=True))


def rows(client, **query):
    return client.get(URL, query).context["page"].rows


def test_list_shows_those_below_and_filters(province):
    county, city = UserFactory(county=True, display_name="李明"), UserFactory(city=True, is_active=False)
    UserFactory(ningbo=True)
    UserFactory(jiangsu=True)
    UserFactory()
    assert rows(province) == [city, county]
    assert rows(province, q="李明") == rows(province, role="COUNTY") == rows(province, active="1") == [county]
    assert rows(province, role="NATION", active="2") == [city, county]


@pytest.mark.parametrize("trait", ["city", "province", "nation", "admin"])
def test_list_costs_the_same_queries_for_one_row_and_for_three(client_for, queries_of, trait):
    client, counts = client_for(UserFactory(**{trait: True})), []
    below = "jiangsu" if trait == "nation" else "county"
    for number in (1, 2):
        UserFactory.create_batch(number, **{below: True})
        with queries_of() as queries:
            client.get(URL)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_opening_an_account(province):
    answer = province.post(f"{URL}add/", NEW, follow=True)
    user = User.objects.get(username="yuhang")
    assert answer.redirect_chain == [(f"{URL}{user.pk}/", 302)]
    assert (user.phone, user.jurisdiction_id, user.has_usable_password()) == ("13900000001", "330000", False)
    assert user.phone not in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"username": "1x"}, "username"),
        ({"phone": "12345"}, "phone"),
        ({"email": "nobody"}, "email"),
        ({"division_code": ""}, "division_code"),
        ({"division_code": "330199"}, "division_code"),
        ({"organisation": "余\u200b杭"}, "organisation"),
        ({"division_code": "330100"}, "__all__"),
    ],
)
def test_opening_says_what_is_wrong_and_keeps_what_was_typed(province, change, name):
    answer = province.post(f"{URL}add/", NEW | change)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [name]
    assert "孙立" in answer.content.decode()
    assert not User.objects.filter(username="yuhang").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"role": "PROVINCE", "division_code": "330000"},
        {"role": "NATION"},
        {"role": "ADMIN"},
        {"role": "AUDITOR"},
        {"division_code": "330203"},
        {"division_code": "320102"},
    ],
)
def test_granting_beyond_oneself_is_refused_and_recorded(province, change):
    answer = province.post(f"{URL}add/", NEW | change)
    assert answer.status_code == 403
    assert not User.objects.filter(username="yuhang").exists()
    assert AuditRecord.objects.get().outcome == "REFUSED"


@pytest.mark.parametrize("verb", ["move", "enable", "disable", "reset"])
def test_oneself_equals_and_strangers_do_not_exist(client_for, verb):
    me = UserFactory(province=True)
    client = client_for(me)
    others = [
        me,
        UserFactory(province=True),
        UserFactory(nation=True),
        UserFactory(auditor=True),
        UserFactory(),
    ]
    others.append(UserFactory(role=Role.COUNTY, division_id="330203"))
    data = {"role": "COUNTY", "division_code": "330106", "organisation": "西湖区商务局"}
    before = list(User.objects.order_by("pk").values_list("role", "division", "password", "is_active"))
    for user in others:
        assert client.post(f"{URL}{user.pk}/{verb}/", data).status_code == 404
    assert (
        list(User.objects.order_by("pk").values_list("role", "division", "password", "is_active")) == before
    )


def test_moving_takes_effect_at_the_next_request(client_for):
    city = UserFactory(city=True)
    client = client_for(city)
    move = {"role": "COUNTY", "organisation": "西湖区商务局", "division_code": "330106"}
    assert client.get(URL).status_code == 200
    move_officer(user_id=city.pk, **move, by=UserFactory(province=True))
    assert client.get(URL).status_code == 403


@pytest.mark.parametrize("change", ["moved", "switched off"])
def test_right_withdrawn_while_the_page_is_open(client_for, change):
    officer, filing = UserFactory(county=True), FilingFactory(submitted=True)
    client, province = client_for(officer), UserFactory(province=True)
    page = f"/reviews/filings/{filing.pk}/"
    assert client.get(page).context["decision"].allowed
    if change == "moved":
        move = {"role": "COUNTY", "organisation": "上城区商务局", "division_code": "330102"}
        move_officer(user_id=officer.pk, **move, by=province)
    else:
        set_officer_active(user_id=officer.pk, is_active=False, by=province)
    answer = client.post(f"{page}confirm/", {"content_hash": filing.content_hash})
    assert answer.status_code == (404 if change == "moved" else 302)
    assert Filing.objects.get().status == "SUBMITTED"


def test_moving_switching_and_resetting_from_the_page(province):
    county = UserFactory(county=True)
    page = f"{URL}{county.pk}/"
    move = {"role": "CITY", "organisation": "杭州市商务局", "division_code": "330100"}
    for verb, data in [("move", move), ("reset", {}), ("disable", {}), ("enable", {})]:
        assert province.post(f"{page}{verb}/", data, follow=True).redirect_chain == [(page, 302)]
    county.refresh_from_db()
    assert (county.role, county.is_active, county.has_usable_password()) == ("CITY", True, False)
    province.post(f"{page}disable/")
    assert "请先启用" in province.post(f"{page}reset/").content.decode()
    assert province.post(f"{page}move/", move | {"division_code": "330106"}).status_code == 422


def test_administrator_reaches_every_level_and_no_auditor(client_for):
    client, auditor = client_for(UserFactory(admin=True)), UserFactory(auditor=True)
    ministry = NEW | {"role": "NATION", "division_code": "", "organisation": "商务部"}
    assert client.post(f"{URL}add/", ministry).status_code == 302
    by_name = NEW | {"username": "hangzhou", "role": "CITY", "division_code": "浙江省杭州市"}
    assert client.post(f"{URL}add/", by_name).status_code == 302
    assert client.get(f"{URL}{auditor.pk}/").status_code == 404


def days(start=0, end=3):
    today = timezone.localdate()
    return {"starts_on": today + timedelta(days=start), "ends_on": today + timedelta(days=end)}


def test_an_officer_asks_a_neighbour_and_ends_it_early(client_for):
    me, neighbour = UserFactory(county=True), UserFactory(role=Role.COUNTY, division_id="330102")
    client = client_for(me)
    data = {"deputy_id": neighbour.pk, "reason": "休假", **days()}
    answer = client.post(f"{DEPUTIES}add/", data, follow=True)
    (row,) = answer.context["page"].rows
    assert (row.deputy, row.standing[1], row.can_end) == (neighbour, "代办中", True)
    answer = client.post(f"{DEPUTIES}{row.pk}/end/", follow=True)
    assert [row.standing[1] for row in answer.context["page"].rows] == ["已提前结束"]
    assert client.post(f"{DEPUTIES}{row.pk}/end/").status_code == 409


def test_a_stand_in_must_be_near(client_for):
    client = client_for(UserFactory(county=True))
    UserFactory(county=True)
    far = UserFactory(role=Role.COUNTY, division_id="330302")
    for deputy in (far.pk, "", "x", 999_999):
        answer = client.post(f"{DEPUTIES}add/", {"deputy_id": deputy, "reason": "休假", **days()})
        assert answer.status_code == 422
    assert not Deputy.objects.exists()


def test_without_anybody_near_the_page_says_so(client_for):
    assert (
        "没有可以代办的人员" in client_for(UserFactory(county=True)).get(f"{DEPUTIES}add/").content.decode()
    )


def test_an_upper_authority_names_a_stand_in_for_an_officer_below(client_for):
    county, city = UserFactory(county=True), UserFactory(city=True)
    client = client_for(city)
    data = {"deputy_id": city.pk, "reason": "岗位空缺", **days()}
    assert client.post(f"{URL}{county.pk}/deputy/", data).status_code == 302
    assert Deputy.objects.get().absent == county
    assert client_for(UserFactory(ningbo=True)).get(f"{URL}{county.pk}/deputy/").status_code == 404


def test_list_of_stand_ins_shows_the_area_and_costs_the_same(client_for, queries_of):
    officer = UserFactory(county=True)
    clients = [
        client_for(officer),
        client_for(UserFactory(city=True)),
        client_for(UserFactory(province=True)),
    ]
    far = UserFactory(role=Role.COUNTY, division_id="330203")
    DeputyFactory(absent=far, deputy=UserFactory(role=Role.COUNTY, division_id="330205"))
    counts = []
    for number in (1, 2):
        DeputyFactory.create_batch(number)
        with queries_of() as queries:
            shown = [len(client.get(DEPUTIES).context["page"].rows) for client in clients]
        counts.append(len(queries))
    assert shown == [3, 3, 3]
    assert counts[0] == counts[1]
