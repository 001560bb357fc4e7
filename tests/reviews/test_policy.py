"""The page of the confirm policy: preview, then save; the ministry sees all; pairs are named."""

import pytest
from django.utils import timezone

from filing.models import ConfirmPolicy, Filing, ProvinceSetting
from filing.services.policies import set_policy
from tests.factories import EnterpriseFactory, FilingFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/reviews/policy/"
ROW = {"division_prefix": "330106", "enterprise_group": "", "level": "COUNTY", "day": ""}
SWITCHES = {"workdays_to_confirm": "3", "reports_while_changed": "on"}


@pytest.fixture
def province(client_for):
    return client_for(UserFactory(province=True))


@pytest.fixture
def nation(client_for):
    return client_for(UserFactory(nation=True))


def test_preview_tells_who_gets_what_and_saves_nothing(province):
    enterprise = EnterpriseFactory()
    FilingFactory(submitted=True)
    answer = province.post(f"{URL}add/", ROW | {"action": "preview"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "正在办理的备案不受影响：现有 1 件待确认" in page
    assert f"{enterprise.name}：浙江省商务厅 → 西湖区商务局" in page
    assert not ConfirmPolicy.objects.exists()


def test_saving_sets_the_row_and_the_page_shows_it(province):
    answer = province.post(f"{URL}add/", ROW | {"action": "save"}, follow=True)
    assert answer.redirect_chain == [(URL, 302)]
    assert [row.place for row in answer.context["in_force"]] == ["浙江省杭州市西湖区"]
    set_policy(
        division_prefix="330106",
        enterprise_group="",
        level="CITY",
        day=timezone.localdate() + timezone.timedelta(days=2),
        by=UserFactory(province=True),
    )
    context = province.get(URL).context
    assert [row.level for row in context["in_force"]] == ["COUNTY"]
    assert [row.level for row in context["planned"]] == ["CITY"]
    assert [row.standing[1] for row in context["history"]] == ["待生效", "现行"]


@pytest.mark.parametrize(
    "change",
    [
        {"division_prefix": "330203"},
        {"division_prefix": "320102"},
        {"division_prefix": ""},
        {"level": "NATION"},
        {"level": ""},
        {"day": "2001-01-01"},
        {"day": "soon"},
        {"enterprise_group": "OTHER"},
    ],
)
@pytest.mark.parametrize("action", ["preview", "save"])
def test_what_is_not_ones_own_is_refused(province, change, action):
    answer = province.post(f"{URL}add/", ROW | change | {"action": action})
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not ConfirmPolicy.objects.exists()


def test_places_of_zhejiang_leave_ningbo_out(province, client_for):
    def codes(client):
        found = []
        for code, rest in client.get(f"{URL}add/").context["form"].fields["division_prefix"].choices:
            found += [pair[0] for pair in rest] if isinstance(rest, list) else [code]
        return found

    zhejiang, ningbo = codes(province), codes(client_for(UserFactory(ningbo=True)))
    assert {"33", "3301", "330106"} <= {*zhejiang}
    assert not any(code.startswith("3302") for code in zhejiang)
    assert ningbo[0] == "3302"
    assert {code[:4] for code in ningbo} == {"3302"}


def test_the_ministry_sees_all_and_sets_the_default(nation, province):
    province.post(f"{URL}add/", ROW | {"action": "save"})
    lines = {line.jurisdiction.pk: line.levels for line in nation.get(URL).context["lines"]}
    assert (len(lines), lines["330000"], lines["320000"]) == (37, [0, 0, 1], [0, 0, 0])
    page = nation.get(URL, {"jurisdiction": "330000"})
    assert not page.context["is_own"]
    assert "新增设置" not in page.content.decode()
    answer = nation.post(f"{URL}add/", ROW | {"division_prefix": "", "action": "save"}, follow=True)
    assert [row.place for row in answer.context["in_force"]] == ["全国默认"]
    assert nation.get(URL, {"jurisdiction": "999999"}).status_code == 404


def test_a_province_cannot_look_at_another(province):
    assert province.get(URL, {"jurisdiction": "320000"}).context["jurisdiction"].pk == "330000"


def test_switches_are_kept_per_province_and_fall_back_to_the_nation(province, nation, client_for):
    nation.post(f"{URL}settings/", SWITCHES | {"workdays_to_confirm": "8"})
    assert province.get(URL).context["setting"].workdays_to_confirm == 8
    assert province.post(f"{URL}settings/", SWITCHES).status_code == 302
    setting = ProvinceSetting.objects.of("330000")
    assert (setting.workdays_to_confirm, setting.reports_while_changed, setting.brokers_may_report) == (
        3,
        True,
        False,
    )
    assert client_for(UserFactory(ningbo=True)).get(URL).context["setting"].workdays_to_confirm == 8


@pytest.mark.parametrize("days", ["0", "21", "-1", "", "5.5", "x"])
def test_days_out_of_range_are_refused(province, days):
    answer = province.post(f"{URL}settings/", SWITCHES | {"workdays_to_confirm": days})
    assert answer.status_code == 422
    assert not ProvinceSetting.objects.exists()


def test_pairs_name_officers_who_share_a_contact(province, client_for):
    officer = UserFactory(county=True, phone="13912345678")
    UserFactory(ningbo=True, phone="13912345678")
    filing = FilingFactory(submitted=True, contact_mobile="13912345678")
    FilingFactory(submitted=True, contact_mobile="13912345678", enterprise__division_code="330203")
    decided = FilingFactory(confirmed=True, contact_email=officer.email, decided_by=officer)
    found = province.get(f"{URL}pairs/").context["pairs"]
    assert [(pair.filing, pair.officer, pair.shared, pair.is_decided_by_him) for pair in found] == [
        (decided, officer, "电子邮箱", True),
        (filing, officer, "手机号", False),
    ]


def test_pairs_without_any_say_so(province, nation):
    assert "没有发现关联" in province.get(f"{URL}pairs/").content.decode()
    assert nation.get(f"{URL}pairs/").status_code == 302


def test_pages_cost_the_same_queries_for_one_row_and_for_three(province, nation, queries_of):
    by, counts = UserFactory(province=True), []
    officer = UserFactory(county=True, phone="13912345678")
    for levels in (["COUNTY"], ["CITY", "COUNTY"]):
        for level in levels:
            set_policy(division_prefix="330106", enterprise_group="", level=level, day=None, by=by)
            FilingFactory(submitted=True, contact_mobile=officer.phone)
        with queries_of() as queries:
            for client in (province, nation):
                client.get(URL)
            province.get(f"{URL}pairs/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Filing.objects.count() == 3
