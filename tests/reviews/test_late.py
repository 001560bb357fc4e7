"""More time for one enterprise: asked for or given, in one's area, ending by itself; and windows for all."""

import pytest
from django.urls import reverse

from accounts.models import AuditRecord
from filing.models import Filing
from reporting.models import LatePermission, WindowRule
from tests.factories import FilingFactory, UserFactory
from tests.reviews.months import FORM, LOCKED, OCTOBER, dealer, month, owe, shanghai, stopped

pytestmark = pytest.mark.django_db
LATE, WINDOWS = "/reviews/late/", "/reviews/windows/"
SET = {"form": FORM, "period": "2026-10", "opens_on": "2026-10-25", "due_on": "2026-11-25"}
SET |= {"locks_on": "2026-11-30", "reason": "系统升级，期限顺延"}


def get(client, path, at=LOCKED, **query):
    with stopped(at):
        return client.get(path, query)


def post(client, path, data, at=LOCKED):
    with stopped(at):
        return client.post(path, data)


def rows(client, at=LOCKED, **query):
    return get(client, LATE, at, **query).context["page"].rows


def held_dealer(division_code="330106"):
    return FilingFactory(confirmed=True, enterprise=dealer(division_code)).enterprise


def asked(enterprise=None, **more):
    enterprise = enterprise or held_dealer()
    return LatePermission.objects.create(
        enterprise=enterprise,
        form=FORM,
        period=OCTOBER,
        jurisdiction_code=enterprise.jurisdiction_code,
        division_code=enterprise.division_code,
        **{
            "asked_at": shanghai("2026-11-17 10:00"),
            "asked_by": enterprise.staff.first(),
            "ask_reason": "经办人住院，没有按时填报",
            **more,
        },
    )


def granted(until, enterprise=None, **more):
    decided = {"decided_at": shanghai(LOCKED), "decided_by": UserFactory(county=True)}
    return asked(enterprise, status="GRANTED", until=shanghai(until), **decided, **more)


def add_url(enterprise, form=FORM, period="2026-10"):
    return reverse("reviews:late-add", args=[enterprise.pk, form, period])


@pytest.fixture
def county(client_for):
    return client_for(UserFactory(county=True))


def test_each_authority_sees_the_requests_of_its_area(client_for):
    xihu, shangcheng, ningbo = asked(), asked(held_dealer("330102")), asked(held_dealer("330203"))
    seen = {
        "county": [xihu],
        "city": [xihu, shangcheng],
        "province": [xihu, shangcheng],
        "ningbo": [ningbo],
        "jiangsu": [],
        "nation": [xihu, shangcheng, ningbo],
    }
    assert {role: rows(client_for(UserFactory(**{role: True}))) for role in seen} == seen
    foreign = client_for(UserFactory(ningbo=True))
    assert get(foreign, f"{LATE}{xihu.pk}/").status_code == 404
    assert post(foreign, f"{LATE}{xihu.pk}/", {"action": "grant"}).status_code == 404
    assert get(foreign, add_url(xihu.enterprise)).status_code == 404
    assert post(foreign, add_url(xihu.enterprise), {}).status_code == 404


def test_permission_moves_from_in_force_to_ended_at_the_second(county):
    permission = granted("2026-11-25 00:00:00")
    refused = asked(status="REFUSED", decided_at=shanghai(LOCKED), decided_by=UserFactory(county=True))
    before, after = "2026-11-24 23:59:59", "2026-11-25 00:00:01"
    assert rows(county, before, tab="in-force") == [permission]
    assert rows(county, before, tab="ended") == [refused]
    assert rows(county, after, tab="in-force") == []
    assert rows(county, after, tab="ended") == [refused, permission]
    tabs = get(county, LATE, before).context["tabs"]
    assert [(tab, count) for tab, _, count in tabs] == [("asked", 0), ("in-force", 1), ("ended", 1)]


def test_list_is_narrowed_by_name_form_and_place(client_for):
    city = client_for(UserFactory(city=True))
    xihu, shangcheng = asked(), asked(held_dealer("330102"))
    assert rows(city, q=xihu.enterprise.uscc) == rows(city, place="330106") == [xihu]
    assert rows(city, form=FORM) == rows(city, place="330302", form="x") == [xihu, shangcheng]


@pytest.mark.parametrize("tab", ["asked", "in-force", "ended"])
def test_list_costs_the_same_queries_for_one_row_and_for_three(county, queries_of, tab):
    until, counts = {"in-force": "2026-11-25 00:00", "ended": "2026-11-18 00:00"}.get(tab), []
    for number in (1, 2):
        for _ in range(number):
            granted(until) if until else asked()
        with queries_of() as queries:
            get(county, LATE, tab=tab)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_officer_grants_until_the_end_of_a_day(county):
    permission = asked()
    page = get(county, f"{LATE}{permission.pk}/").content.decode()
    assert "经办人住院，没有按时填报" in page
    assert 'value="2026-11-27"' in page
    done = post(county, f"{LATE}{permission.pk}/", {"action": "grant", "until": "2026-11-24", "note": ""})
    permission.refresh_from_db()
    assert done.status_code == 302
    assert (permission.status, permission.until) == ("GRANTED", shanghai("2026-11-25 00:00"))
    notice = permission.enterprise.staff.get().notices.get()
    assert notice.title == "已同意补报2026年10月汽车销售月报"
    assert notice.url == reverse("newcar:monthly-add")
    assert AuditRecord.objects.get(action="report.decide-late").summary == "2026年10月汽车销售月报"


def test_permission_to_change_a_report_leads_to_it(county):
    enterprise = held_dealer()
    report = month(enterprise)
    permission = asked(enterprise)
    post(county, f"{LATE}{permission.pk}/", {"action": "grant", "until": "2026-11-24", "note": ""})
    assert enterprise.staff.get().notices.get().url == report.url("edit")


def test_tabs_keep_the_conditions(county):
    page = get(county, LATE, q="良渚", form=FORM).content.decode()
    assert "?tab=ended&amp;q=%E8%89%AF%E6%B8%9A&amp;form=newcar_monthly" in page


def test_officer_refuses_with_a_reason_and_needs_no_date(county):
    permission = asked()
    url = f"{LATE}{permission.pk}/"
    refused = post(county, url, {"action": "refuse", "until": "", "note": ""})
    assert (refused.status_code, "不同意须写明原因" in refused.content.decode()) == (422, True)
    assert post(county, url, {"action": "refuse", "until": "", "note": "请先说明停业情况"}).status_code == 302
    permission.refresh_from_db()
    assert (permission.status, permission.note) == ("REFUSED", "请先说明停业情况")
    again = post(county, url, {"action": "grant", "until": "2026-11-24", "note": ""})
    assert (again.status_code, "该申请已由他人办理" in again.content.decode()) == (409, True)


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2026-11-19", 422),
        ("2026-11-20", 302),
        ("2026-12-20", 302),
        ("2026-12-22", 422),
        ("", 422),
        ("x", 422),
    ],
)
def test_the_last_day_is_within_a_month(county, day, status):
    permission = asked()
    answer = post(county, f"{LATE}{permission.pk}/", {"action": "grant", "until": day, "note": ""})
    assert answer.status_code == status
    permission.refresh_from_db()
    assert (permission.status == "GRANTED") == (status == 302)


def test_county_that_does_not_confirm_decides_nothing(county):
    permission = asked()
    owe(permission.enterprise)
    Filing.objects.update(confirm_level="PROVINCE")
    assert "请由上级主管部门办理" in get(county, f"{LATE}{permission.pk}/").content.decode()
    answer = post(county, f"{LATE}{permission.pk}/", {"action": "grant", "until": "2026-11-24", "note": ""})
    assert answer.status_code == 422
    assert "请由上级主管部门办理" in get(county, add_url(permission.enterprise)).content.decode()


def test_missing_enterprise_is_unlocked_from_the_list(county):
    enterprise = held_dealer()
    owe(enterprise)
    url = add_url(enterprise)
    missing = get(county, "/reviews/reports/", period="2026-10", tab="missing").content.decode()
    assert url in missing
    assert "最近 1 期：按时 0，逾期 0，退回修改 0，未报 1。" in get(county, url).content.decode()
    done = post(county, url, {"until": "2026-11-24", "note": "系统故障未能按时上报"})
    permission = LatePermission.objects.get()
    assert done.url == f"{LATE}{permission.pk}/"
    assert permission.until == shanghai("2026-11-25 00:00")
    after = get(county, "/reviews/reports/", period="2026-10", tab="missing").content.decode()
    assert url not in after
    assert "主管部门已同意补报，有效期至2026年11月24日 24:00" in after


def test_locked_report_offers_to_unlock_and_an_open_one_says_why_not(county):
    report = month(held_dealer())
    url = add_url(report.enterprise)
    page = f"/reviews/reports/{report.pk}/"
    assert url in get(county, page, "2026-11-16 00:00:00").content.decode()
    open_page = get(county, page, "2026-11-15 23:59:59").content.decode()
    assert url not in open_page
    assert "现在可以修改，无需开锁。" in open_page


def test_unlocking_refuses_what_is_open_and_what_does_not_exist(county):
    enterprise = held_dealer()
    given = {"until": "2026-11-20", "note": "系统故障未能按时上报"}
    answer = post(county, add_url(enterprise), given, "2026-11-15 23:59:59")
    assert (answer.status_code, LatePermission.objects.count()) == (422, 0)
    assert post(county, add_url(enterprise), {**given, "note": ""}).status_code == 422
    assert get(county, add_url(enterprise, form="x")).status_code == 404
    assert get(county, add_url(enterprise, period="2026-13")).status_code == 404


def test_ministry_sets_a_window_for_all_after_a_preview(client_for):
    nation = client_for(UserFactory(nation=True))
    owe(dealer())
    owe(dealer("330203"))
    page = get(nation, WINDOWS, form=FORM, period="2026-10")
    assert "本期没有调整过" in page.content.decode()
    text = post(nation, f"{WINDOWS}add/", {**SET, "action": "preview"}).content.decode()
    assert "<del>2026年11月5日 24:00</del>" in text
    assert "涉及应报企业 2 家" in text
    assert "保存后企业立即可以填报和修改。" in text
    assert WindowRule.objects.count() == 0
    done = post(nation, f"{WINDOWS}add/", {**SET, "action": "save"})
    assert done.url == f"{WINDOWS}?form={FORM}&period=2026-10"
    rule = WindowRule.objects.get()
    assert (rule.jurisdiction, rule.due_at) == (None, shanghai("2026-11-26 00:00"))
    assert "系统升级，期限顺延" in get(nation, WINDOWS, form=FORM, period="2026-10").content.decode()


def test_province_sets_its_own_and_the_ministry_leaves_it_alone(client_for):
    province, nation = client_for(UserFactory(province=True)), client_for(UserFactory(nation=True))
    owe(dealer())
    owe(dealer("330203"))
    assert (
        "涉及应报企业 1 家" in post(province, f"{WINDOWS}add/", {**SET, "action": "preview"}).content.decode()
    )
    post(province, f"{WINDOWS}add/", {**SET, "action": "save"})
    assert WindowRule.objects.get().jurisdiction_id == "330000"
    text = post(nation, f"{WINDOWS}add/", {**SET, "action": "preview"}).content.decode()
    assert "涉及应报企业 1 家" in text
    assert "另设期限、不受影响的：浙江" in text
    ningbo = get(client_for(UserFactory(ningbo=True)), WINDOWS, form=FORM, period="2026-10")
    assert ningbo.context["rules"] == []


@pytest.mark.parametrize(
    "wrong", [{"due_on": "2026-10-20"}, {"locks_on": "2026-11-20"}, {"reason": "短"}, {"opens_on": "x"}]
)
@pytest.mark.parametrize("action", ["preview", "save"])
def test_wrong_windows_are_refused_before_the_preview(client_for, wrong, action):
    province = client_for(UserFactory(province=True))
    answer = post(province, f"{WINDOWS}add/", {**SET, **wrong, "action": action})
    assert (answer.status_code, WindowRule.objects.count()) == (422, 0)
    assert answer.context["found"] is None


@pytest.mark.parametrize(
    ("moment", "due", "locks", "words"),
    [
        ("2026-11-05 23:59:59", "2026-11-04", "2026-11-30", "立即标记为“逾期”"),
        ("2026-11-06 00:00:00", "2026-11-25", "2026-11-30", "不再标记为“逾期”"),
        ("2026-11-15 23:59:59", "2026-11-05", "2026-11-10", "立即不能填报或修改"),
        ("2026-11-16 00:00:00", "2026-11-05", "2026-11-30", "立即可以填报和修改"),
        ("2026-11-05 23:59:59", "2026-11-20", "2026-11-30", "当前状态不变"),
    ],
)
def test_preview_says_what_saving_does_at_once(client_for, moment, due, locks, words):
    province = client_for(UserFactory(province=True))
    given = {**SET, "due_on": due, "locks_on": locks, "action": "preview"}
    assert words in post(province, f"{WINDOWS}add/", given, moment).content.decode()
