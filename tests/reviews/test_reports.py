"""Reports of an area: who sees which, what adds up, what is shown of a report, and giving one back."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AuditRecord
from filing.models import Filing
from reporting.enums import ReasonCode
from reporting.models import LatePermission, Obligation, Report, ReportFinding, ReportVersion, WindowRule
from tests.factories import FilingFactory, UserFactory
from tests.reviews.months import FORM, LOCKED, OCTOBER, OPEN, dealer, line, month, owe, shanghai, stopped

pytestmark = pytest.mark.django_db
URL = "/reviews/reports/"
ROLES = ["county", "city", "province", "ningbo", "jiangsu", "nation"]


def answer(client, at=OPEN, **query):
    with stopped(at):
        return client.get(URL, {"period": "2026-10", **query})


def rows(client, at=OPEN, **query):
    return answer(client, at, **query).context["page"].rows


def detail(client, report, at=OPEN, **query):
    with stopped(at):
        return client.get(reverse("reviews:report-detail", args=[report.pk]), query)


def give_back(client, report, at=OPEN, version=1, reason="销售额请按万元填写"):
    with stopped(at):
        url = reverse("reviews:report-return", args=[report.pk])
        return client.post(url, {"version": version, "reason": reason})


@pytest.fixture
def county(client_for):
    return client_for(UserFactory(county=True))


@pytest.fixture
def city(client_for):
    return client_for(UserFactory(city=True))


def held_dealer():
    """A dealer whose filing the county confirms."""
    return FilingFactory(confirmed=True).enterprise


def test_each_authority_sees_its_own_area(client_for):
    xihu, shangcheng = month(dealer()), month(dealer("330102"))
    wenzhou, ningbo = month(dealer("330302")), month(dealer("330203"))
    seen = {
        "county": {xihu},
        "city": {xihu, shangcheng},
        "province": {xihu, shangcheng, wenzhou},
        "ningbo": {ningbo},
        "jiangsu": set(),
        "nation": {xihu, shangcheng, wenzhou, ningbo},
    }
    assert {role: set(rows(client_for(UserFactory(**{role: True})))) for role in seen} == seen
    for role, reports in seen.items():
        client = client_for(UserFactory(**{role: True}))
        for report in (xihu, shangcheng, wenzhou, ningbo):
            expected = 200 if report in reports else 404
            assert detail(client, report).status_code == expected
            if expected == 404:
                assert give_back(client, report).status_code == 404


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_other_roles_are_refused(client_for, role):
    report, client = month(dealer()), client_for(UserFactory(**{role: True}))
    assert answer(client).status_code == detail(client, report).status_code == 403
    assert give_back(client, report).status_code == 403
    clerk = client_for(report.enterprise.staff.first())
    assert answer(clerk).status_code == detail(clerk, report).status_code == 403


def test_drafts_are_nobodys_business(county):
    report = month(dealer())
    Report.objects.filter(pk=report.pk).update(status="DRAFT", submitted_at=None, submitted_by=None)
    assert rows(county) == []
    assert detail(county, report).status_code == 404
    assert rows(county, tab="missing") == [Obligation.objects.get()]
    assert "已有草稿" in answer(county, tab="missing").content.decode()


def test_completeness_adds_up_from_county_to_nation(client_for):
    places = ["330106", "330106", "330102", "330302", "330203", "320102"]
    for number, code in enumerate(places):
        month(dealer(code), is_late=number == 0)
        owe(dealer(code))
        month(dealer(code), status="RETURNED")
    nation = client_for(UserFactory(nation=True))
    owed = Obligation.objects.all()

    total = answer(nation).context["total"]
    assert (total.owed, total.on_time, total.late, total.returned, total.missing) == (18, 5, 1, 6, 6)
    assert total.rate_text == "33.3%"

    def parts(client, place=""):
        page = answer(client, place=place).context
        for field in ("owed", "on_time", "late", "returned", "missing", "submitted"):
            assert sum(getattr(part, field) for part in page["parts"]) == getattr(page["total"], field)
        return {part.code: part.owed for part in page["parts"]}

    assert parts(nation) == {"320000": 3, "330000": 12, "330200": 3}
    assert parts(nation, "330000") == {"330100": 9, "330300": 3}
    assert parts(nation, "330100") == {"330102": 3, "330106": 6}
    assert parts(nation, "330200") == {"330203": 3}
    assert parts(client_for(UserFactory(province=True))) == {"330100": 9, "330300": 3}
    assert parts(client_for(UserFactory(ningbo=True))) == {"330203": 3}
    assert parts(client_for(UserFactory(city=True))) == {"330102": 3, "330106": 6}
    county = answer(client_for(UserFactory(county=True))).context
    assert (county["parts"], county["total"].owed) == ([], owed.filter(division_code="330106").count())


@pytest.mark.parametrize(
    ("role", "place"), [("county", "330102"), ("city", "330302"), ("province", "330203")]
)
def test_place_outside_the_area_narrows_nothing(client_for, role, place):
    report, client = month(dealer()), client_for(UserFactory(**{role: True}))
    month(dealer(place))
    assert rows(client, place=place) == [report]
    assert rows(client, place="0' OR") == [report]


def test_filters_by_state_time_reason_place_and_name(city):
    late = month(dealer(name="杭州良渚汽车有限公司"), is_late=True)
    back = month(dealer("330102"), status="RETURNED")
    ReportFinding.objects.create(
        report=late, rule="N-020", field="x", severity="WARN", message="销量翻倍", reason_code=ReasonCode.BULK
    )
    month(dealer(), period="2026-09-01")
    assert rows(city, status="SUBMITTED") == rows(city, timing="late") == rows(city, reason="BULK") == [late]
    assert rows(city, status="RETURNED") == rows(city, place="330102") == [back]
    assert rows(city, timing="on-time") == []
    assert rows(city, q="良渚") == rows(city, q=late.enterprise.uscc[:17]) == [late]
    assert rows(city, reason="SEASON") == rows(city, q="没有") == []
    assert set(rows(city, status="X", timing="x", reason="x")) == {late, back}
    chips = answer(city, q="良渚", place="330106", timing="late", reason="BULK").context["chosen"].chips
    words = ["查询：良渚", "地区：浙江省杭州市西湖区", "时间：逾期上报", "异常原因：大宗或集团采购"]
    assert [chip.label for chip in chips] == words
    assert "q=" not in chips[0].url


@pytest.mark.parametrize(
    ("moment", "form", "period"),
    [
        ("2026-10-31 23:59:59", FORM, "2026-09"),
        ("2026-11-01 00:00:00", FORM, "2026-10"),
        ("2026-11-28 09:00:00", FORM, "2026-10"),
        ("2026-12-01 00:00:00", FORM, "2026-11"),
        ("2026-12-31 09:00:00", "newcar_annual", "2025"),
        ("2027-01-01 00:00:00", "newcar_annual", "2026"),
    ],
)
def test_list_opens_on_the_period_that_is_due_or_was_last(city, moment, form, period):
    with stopped(moment):
        assert city.get(URL, {"form": form}).context["chosen"].period_key == period


def test_list_opens_on_what_the_window_of_the_authority_has_opened(city, client_for):
    WindowRule.objects.create(
        form=FORM,
        period="2026-11-01",
        jurisdiction_id="330000",
        opens_at=shanghai("2026-12-10 00:00"),
        due_at=shanghai("2026-12-15 00:00"),
        locks_at=shanghai("2026-12-20 00:00"),
        reason="系统升级顺延",
        set_by=UserFactory(province=True),
    )
    with stopped("2026-12-02 09:00:00"):
        assert city.get(URL).context["chosen"].period_key == "2026-10"
        assert client_for(UserFactory(ningbo=True)).get(URL).context["chosen"].period_key == "2026-11"


@pytest.mark.parametrize(
    ("moment", "word"), [("2026-11-15 23:59:59", "已上报"), ("2026-11-16 00:00:00", "已锁定")]
)
def test_state_turns_locked_at_the_second(county, moment, word):
    report = month(dealer())
    assert rows(county, moment)[0].shown_text == word
    locked = rows(county, moment, status="LOCKED")
    assert locked == ([report] if word == "已锁定" else [])
    assert rows(county, moment, status="SUBMITTED") == ([] if locked else [report])


def test_permission_and_a_longer_window_keep_a_report_open(city):
    permitted, extended = month(dealer()), month(dealer("330203"))
    other = month(dealer("330102"))
    permission = {"jurisdiction_code": "330000", "division_code": "330106", "form": "newcar_monthly"}
    LatePermission.objects.create(
        enterprise=permitted.enterprise,
        period=OCTOBER,
        status="GRANTED",
        until=shanghai("2026-11-25 00:00"),
        decided_at=shanghai(OPEN),
        decided_by=UserFactory(county=True),
        **permission,
    )
    assert rows(city, LOCKED, status="LOCKED") == [other]
    assert rows(city, LOCKED, status="SUBMITTED") == [permitted]
    WindowRule.objects.create(
        form="newcar_monthly",
        period=OCTOBER,
        jurisdiction_id="330200",
        opens_at=shanghai("2026-10-25 00:00"),
        due_at=shanghai("2026-11-06 00:00"),
        locks_at=shanghai("2026-12-01 00:00"),
        reason="系统升级顺延",
        set_by=UserFactory(ningbo=True),
    )
    assert extended.enterprise.jurisdiction_code == "330200"
    assert rows(city, LOCKED, status="LOCKED") == [other]


def test_locked_by_the_window_of_each_authority(client_for):
    nation = client_for(UserFactory(nation=True))
    zhejiang, ningbo = month(dealer()), month(dealer("330203"))
    WindowRule.objects.create(
        form="newcar_monthly",
        period=OCTOBER,
        jurisdiction_id="330200",
        opens_at=shanghai("2026-10-25 00:00"),
        due_at=shanghai("2026-11-06 00:00"),
        locks_at=shanghai("2026-12-01 00:00"),
        reason="系统升级顺延",
        set_by=UserFactory(ningbo=True),
    )
    assert rows(nation, LOCKED, status="LOCKED") == [zhejiang]
    assert rows(nation, LOCKED, status="SUBMITTED") == [ningbo]


def test_list_and_page_show_what_was_submitted_not_what_is_typed(county):
    report = month(dealer())
    Report.objects.filter(pk=report.pk).update(qty=999, amount="9990.00", has_unsubmitted_changes=True)
    assert rows(county)[0].qty == 8
    page = detail(county, report)
    assert page.context["report"].qty == 8
    assert "999" not in page.content.decode()
    assert "企业正在修改本报表" in page.content.decode()


def test_page_shows_reasons_history_and_older_versions(county):
    report = month(dealer(), preparer_name="测试填表人")
    content = {"lines": [line(report.monthly_lines.get().model, sold=30)]}
    submitted = {"submitted_at": shanghai("2026-11-04 10:00"), "submitted_by": report.submitted_by}
    submitted |= {"preparer_name": "后来的人", "preparer_phone": "0571-87654321"}
    ReportVersion.objects.create(report=report, number=2, content=content, sha256="1" * 64, **submitted)
    Report.objects.filter(pk=report.pk).update(version=2, qty=30)
    ReportFinding.objects.create(
        report=report,
        rule="N-020",
        field="x",
        severity="WARN",
        message="销量较上月翻倍",
        reason_code=ReasonCode.BULK,
        reason_text="集中交付班车25辆",
    )
    page = detail(county, report)
    text = page.content.decode()
    assert (page.context["shown"].number, page.context["report"].qty) == (2, 30)
    assert all(
        word in text
        for word in ("销量较上月翻倍", "大宗或集团采购", "集中交付班车25辆", "后来的人 0571-87654321")
    )
    older = detail(county, report, version=1)
    assert (older.context["shown"].number, older.context["report"].qty) == (1, 8)
    assert "企业后来又上报了新的内容" in older.content.decode()
    assert "测试填表人" in older.content.decode()
    assert "后来的人" not in older.content.decode()
    assert detail(county, report, version=9).context["shown"].number == 2


def test_page_shows_the_figures_of_other_periods_as_submitted(county):
    enterprise = dealer()
    report, other = month(enterprise), month(enterprise, period="2026-09-01", is_late=True)
    Report.objects.filter(pk=other.pk).update(qty=999, has_unsubmitted_changes=True)
    page = detail(county, report)
    assert [(row.pk, row.qty) for row in page.context["neighbours"]] == [(other.pk, 8)]
    assert "999" not in page.content.decode()


def test_totals_lead_to_the_lists_behind_them(city):
    returned, missing = month(dealer(), status="RETURNED", is_late=True), owe(dealer())
    punctual, late = month(dealer()), month(dealer(), is_late=True)
    month(dealer("330102"), status="RETURNED")
    links = answer(city, place="330106", q="没有这家").context["chosen"].links
    with stopped(OPEN):
        found = {name: city.get(URL + link).context["page"].rows for name, link in links.items()}
    assert found == {"on_time": [punctual], "late": [late], "returned": [returned], "missing": [missing]}


def test_returning_takes_the_figures_out_and_tells_the_enterprise(county):
    enterprise = held_dealer()
    report = month(enterprise)
    done = give_back(county, report)
    assert done.url == reverse("reviews:report-detail", args=[report.pk])
    report.refresh_from_db()
    assert (report.status, report.return_reason) == ("RETURNED", "销售额请按万元填写")
    assert enterprise.staff.get().notices.get().text == "销售额请按万元填写"
    assert answer(county).context["total"].returned == 1
    page = detail(county, report)
    assert page.context["return_decision"].reason == "当前状态为“退回修改”，不能退回。"
    assert "退回原因：销售额请按万元填写" in page.content.decode()


def test_returning_what_changed_meanwhile_is_refused_and_keeps_the_words(county):
    report = month(held_dealer(), version=2)
    content = report.versions.get().content
    submitted = {"submitted_at": shanghai(OPEN), "submitted_by": report.submitted_by}
    ReportVersion.objects.create(report=report, number=2, content=content, sha256="1" * 64, **submitted)
    refused = give_back(county, report, version=1)
    text = refused.content.decode()
    assert refused.status_code == 409
    assert "企业刚刚修改并重新上报了本报表" in text
    assert "销售额请按万元填写" in text
    assert 'name="version" value="2"' in text
    report.refresh_from_db()
    assert report.status == "SUBMITTED"


@pytest.mark.parametrize("reason", ["", "不对"])
def test_returning_asks_for_a_reason(county, reason):
    report = month(held_dealer())
    refused = give_back(county, report, reason=reason)
    assert refused.status_code == 422
    assert "没有办理成功" in refused.content.decode()
    assert Report.objects.get().status == "SUBMITTED"


def test_county_that_does_not_confirm_is_told_who_does(county, client_for):
    report = month(held_dealer())
    Filing.objects.update(confirm_level="PROVINCE")
    assert "请由上级主管部门办理" in detail(county, report).content.decode()
    assert give_back(county, report).status_code == 422
    assert give_back(client_for(UserFactory(province=True)), report).status_code == 302


def test_returning_a_locked_report_gives_a_week(county):
    report = month(held_dealer())
    give_back(county, report, LOCKED)
    assert LatePermission.objects.get().until == shanghai("2026-11-27 09:00:00")


@pytest.mark.parametrize("role", ["county", "city", "province", "nation"])
@pytest.mark.parametrize("tab", ["", "missing"])
def test_list_costs_the_same_queries_for_one_row_and_for_three(client_for, queries_of, role, tab):
    client, counts = client_for(UserFactory(**{role: True})), []
    for number in (1, 2):
        for _ in range(number):
            month(dealer(), has_unsubmitted_changes=True)
            owe(dealer())
        answer(client, tab=tab)
        with queries_of() as queries:
            answer(client, tab=tab)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 24


def test_pages_of_the_list_follow_each_other(city):
    for _ in range(21):
        month(dealer(), lines=[])
    first = answer(city)
    assert len(first.context["page"].rows) == 20
    with stopped():
        second = city.get(URL + first.context["page"].next_url)
    assert len(second.context["page"].rows) == 1
    assert second.context["chosen"].period_key == "2026-10"


def explained(report, rule="N-020", code=ReasonCode.BULK, text="八月集中交付班车"):
    given = {"reason_code": code, "reason_text": text}
    found = {"rule": rule, "field": "x", "severity": "warn", "message": "销量翻倍"}
    ReportFinding.objects.create(report=report, **found, **given)
    Report.objects.filter(pk=report.pk).update(warning_count=1)


def test_list_is_narrowed_by_findings_and_offers_the_rules_that_found_something(city):
    jumped, odd, plain = month(dealer()), month(dealer()), month(dealer())
    explained(jumped, "N-017")
    explained(odd, "N-016", ReasonCode.SCOPE)
    explained(month(dealer("330203")), "N-018")
    found = answer(city).context["chosen"].finding_choices
    assert [rule for rule, _ in found] == ["any", "none", "N-016", "N-017"]
    assert all("{" not in text for _, text in found)
    assert set(rows(city, finding="any")) == {jumped, odd}
    assert rows(city, finding="none") == [plain]
    assert rows(city, finding="N-017") == rows(city, finding="any", reason="BULK") == [jumped]
    assert rows(city, finding="N-017", reason="SCOPE") == []


def sheet(client, **query):
    with stopped(OPEN):
        file = client.get("/reviews/reports.xlsx", {"form": FORM, "period": "2026-10", **query})
    book = load_workbook(io.BytesIO(b"".join(file.streaming_content)))
    return list(book.active.iter_rows(values_only=True))


def test_export_holds_what_the_filter_finds_with_findings_and_reasons(city):
    late = month(dealer(name="杭州良渚汽车有限公司"), is_late=True)
    explained(late)
    month(dealer())
    month(dealer("330203"), is_late=True)
    table = sheet(city, timing="late")
    assert "条件：时间：逾期上报" in table[0][0]
    assert len(table) == 3
    row = dict(zip(table[1], table[2], strict=True))
    assert (row["企业"], row["统一社会信用代码"]) == (late.enterprise.name, late.enterprise.uscc)
    assert (row["状态"], row["上报"], row["异常数"], row["销售量（辆）"]) == ("已上报", "逾期", 1, 8)
    assert row["异常与说明"] == "[N-020] 销量翻倍（大宗或集团采购：八月集中交付班车）"
    kept = AuditRecord.objects.get(action="report.export")
    assert (kept.summary, kept.detail) == ("2026年10月汽车销售月报（已报）；时间：逾期上报", {"count": 1})
    assert len(sheet(city)) == 4


def test_export_of_the_missing_names_each_with_its_deadline(city):
    owe(dealer(name="杭州良渚汽车有限公司"))
    owe(dealer("330203"))
    month(dealer())
    table = sheet(city, tab="missing")
    assert [row[0] for row in table[2:]] == ["杭州良渚汽车有限公司"]
    assert table[2][3:] == ("没有填报", "截止2026年11月5日 24:00。", 0, None)
    kept = AuditRecord.objects.get(action="report.export")
    assert (kept.summary, kept.detail) == ("2026年10月汽车销售月报（未报）", {"count": 1})


def test_export_is_reached_from_the_list_with_its_filter(city):
    month(dealer(), is_late=True)
    text = answer(city, timing="late", place="330106").content.decode()
    address = "/reviews/reports.xlsx?form=newcar_monthly&amp;period=2026-10&amp;place=330106&amp;timing=late"
    assert address in text


@pytest.mark.parametrize("role", ["admin", "auditor", "operator"])
def test_export_is_refused_to_others(client_for, role):
    assert client_for(UserFactory(**{role: True})).get("/reviews/reports.xlsx").status_code == 403


def test_export_costs_the_same_queries_for_one_row_and_for_three(city, queries_of):
    counts = []
    for number in (1, 2):
        for _ in range(number):
            explained(month(dealer()))
        sheet(city)
        with queries_of() as queries:
            sheet(city)
        counts.append(len(queries))
    assert counts[0] == counts[1]
