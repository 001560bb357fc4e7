"""Enterprises of an area: searched within it, everything known of one, passwords reset downwards alone."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AuditRecord
from filing.models import Enterprise
from tests.factories import PASSWORD, EnterpriseFactory, FilingFactory, TradeFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/reviews/enterprises/"


@pytest.fixture
def county(client_for):
    return client_for(UserFactory(county=True))


def rows(client, **query):
    return client.get(URL, query).context["page"].rows


def reset_url(enterprise, user):
    return reverse("reviews:password-reset", args=[enterprise.pk, user.pk])


def test_each_authority_lists_its_own_area(client_for):
    xihu, shangcheng = EnterpriseFactory(), EnterpriseFactory(division_code="330102")
    wenzhou, ningbo = EnterpriseFactory(division_code="330302"), EnterpriseFactory(ningbo=True)
    seen = {
        "county": [xihu],
        "city": [shangcheng, xihu],
        "province": [wenzhou, shangcheng, xihu],
        "ningbo": [ningbo],
        "jiangsu": [],
        "nation": [ningbo, wenzhou, shangcheng, xihu],
    }
    assert {trait: rows(client_for(UserFactory(**{trait: True}))) for trait in seen} == seen


def test_search_by_name_code_state_type_and_place(client_for):
    city = client_for(UserFactory(city=True))
    market = EnterpriseFactory(market=True, confirmed=True, name="杭州良渚二手车市场")
    dealer = EnterpriseFactory(division_code="330102")
    EnterpriseFactory(division_code="330302", name="温州良渚汽车")
    assert rows(city, q="良渚") == [market]
    assert rows(city, q=dealer.uscc[:17].lower()) == [dealer]
    assert rows(city, status="CONFIRMED") == rows(city, type="B1") == rows(city, place="330106") == [market]
    assert rows(city, place="330302", status="X", type="C1", q="\0") == [dealer, market]
    chips = city.get(URL, {"q": "良渚", "place": "330106"}).context["chosen"].chips
    assert [chip.label for chip in chips] == ["查询：良渚", "地区：杭州市西湖区"]
    nation = client_for(UserFactory(nation=True))
    assert rows(nation, place="330200") == []
    assert len(rows(nation, place="330000")) == 3


def test_page_shows_everything_known(county):
    filing = FilingFactory(changed=True)
    enterprise = Enterprise.objects.get(pk=filing.enterprise_id)
    TradeFactory.create_batch(2, enterprise=enterprise)
    answer = county.get(f"{URL}{enterprise.pk}/")
    page = answer.content.decode()
    manager = enterprise.staff.get()
    assert [version.version for version in answer.context["versions"]] == [2, 1]
    assert answer.context["reports"]["trades"] == {"total": 2, "this_month": 2}
    assert answer.context["shown"].version == 1
    assert manager.username in page
    assert manager.phone not in page
    assert manager.email not in page
    assert "138******" in page


def test_page_of_an_enterprise_without_filing(county):
    answer = county.get(f"{URL}{EnterpriseFactory(types=[]).pk}/")
    assert "还没有提交备案" in answer.content.decode()


def test_page_lists_my_own_actions_and_nobody_elses(client_for):
    officer, colleague = UserFactory(county=True), UserFactory(county=True)
    enterprise = EnterpriseFactory()
    for user in (officer, colleague):
        client_for(user).post(reset_url(enterprise, enterprise.staff.get()))
    actions = client_for(officer).get(f"{URL}{enterprise.pk}/").context["actions"]
    assert [(row.username, row.action_text) for row in actions] == [(officer.username, "账号：重置密码")]


@pytest.mark.parametrize("trait", ["ningbo", "jiangsu"])
def test_foreign_enterprises_do_not_exist(client_for, trait):
    enterprise = EnterpriseFactory()
    client = client_for(UserFactory(**{trait: True}))
    assert client.get(f"{URL}{enterprise.pk}/").status_code == 404
    assert client.post(reset_url(enterprise, enterprise.staff.get())).status_code == 404


def test_resetting_kills_the_password_ends_sessions_and_names_both(
    client_for, county, client, django_capture_on_commit_callbacks, mailoutbox
):
    enterprise = EnterpriseFactory()
    manager = enterprise.staff.get()
    session = client_for(manager)
    assert session.get("/").status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        answer = county.post(reset_url(enterprise, manager), follow=True)

    assert "设置新密码的链接已发到登记的手机和邮箱" in answer.content.decode()
    assert [mail.to for mail in mailoutbox] == [[manager.email]] * 2
    assert session.get("/").status_code == 302
    signed_in = client.post("/accounts/login/", {"username": manager.username, "password": PASSWORD})
    assert signed_in.status_code == 422
    record = AuditRecord.objects.get(action="account.reset")
    assert record.username.startswith("user")
    assert (record.object_id, manager.username in record.summary) == (str(manager.pk), True)


@pytest.mark.parametrize("target", ["officer", "foreign clerk", "former clerk"])
def test_only_the_enterprises_own_clerks_are_reset(county, target):
    enterprise = EnterpriseFactory()
    user = {
        "officer": lambda: UserFactory(county=True),
        "foreign clerk": lambda: EnterpriseFactory(ningbo=True).staff.get(),
        "former clerk": lambda: UserFactory(is_active=False),
    }[target]()
    if target == "former clerk":
        enterprise.staff.add(user)
    before = user.password
    assert county.post(reset_url(enterprise, user)).status_code == 404
    user.refresh_from_db()
    assert user.password == before
    assert AuditRecord.objects.get().outcome == "REFUSED"


def test_ministry_looks_and_does_not_reset(client_for):
    nation, enterprise = client_for(UserFactory(nation=True)), EnterpriseFactory()
    page = nation.get(f"{URL}{enterprise.pk}/")
    assert page.status_code == 200
    assert f"{reset_url(enterprise, enterprise.staff.get())}" not in page.content.decode()
    assert nation.post(reset_url(enterprise, enterprise.staff.get())).status_code == 403


@pytest.mark.parametrize("trait", ["county", "city", "province", "nation"])
def test_list_costs_the_same_queries_for_one_row_and_for_three(client_for, queries_of, trait):
    client, counts = client_for(UserFactory(**{trait: True})), []
    for number in (1, 2):
        EnterpriseFactory.create_batch(number)
        with queries_of() as queries:
            client.get(URL)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_page_costs_the_same_queries_for_one_clerk_and_for_three(county, queries_of):
    filing, counts = FilingFactory(confirmed=True), []
    for number in (1, 2):
        filing.enterprise.staff.add(*UserFactory.create_batch(number, role=Role.OPERATOR))
        with queries_of() as queries:
            county.get(f"{URL}{filing.enterprise_id}/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
