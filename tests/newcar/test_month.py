"""汽车销售月报 from the page to the summary: lines, copy, periods, deadlines, scope, query counts."""

import pytest
from django.db.models import Sum
from django.urls import reverse

from autoflow.common.errors import BusinessError, ConflictError
from newcar.lines import CELLS, key_text
from newcar.models import MonthlyLine, MonthlySummary
from reporting.models import LatePermission, Report
from reporting.periods import Period
from reporting.services import delete_report, return_report, save_report, start_report, submit_report
from tests.factories import EnterpriseFactory, FilingFactory, UserFactory
from tests.newcar.conftest import MONTH, OPEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_for, clerk):
    return client_for(clerk)


@pytest.fixture
def report(clerk, at):
    with at():
        return start_report(form="newcar_monthly", period=MONTH, by=clerk)


def posted(report, lines, **more):
    cells = {
        f"lines-{index}-{name}": "" if line[name] is None else line[name]
        for index, line in enumerate(lines)
        for name in CELLS
    }
    cells |= {f"lines-{index}-key": key_text(line) for index, line in enumerate(lines)}
    header = {"preparer_name": "测试填表人", "preparer_phone": "0571-87654321", "anomaly_note": ""}
    total = {"lines-TOTAL_FORMS": len(lines), "revision": report.revision}
    return {**header, **cells, **total, "action": "submit", **more}


def send(client, report, lines, **more):
    return client.post(reverse("newcar:monthly-edit", args=[report.pk]), posted(report, lines, **more))


def test_month_is_reported_from_the_page(client, at, report, models, line_of):
    with at():
        answer = send(client, report, [line_of(models[0]), line_of(models[1], sales_amount="1,200.5")])
    assert answer.status_code == 302
    report.refresh_from_db()
    assert (report.status, report.line_count, report.qty, str(report.amount)) == (
        "SUBMITTED",
        2,
        16,
        "1320.50",
    )
    assert [line["model"] for line in report.versions.get().content["lines"]] == ["测试车甲", "测试车乙"]


def test_figures_may_be_full_width(client, at, report, models, line_of):
    with at():
        send(client, report, [line_of(models[0], sales_qty="８")], action="save")
    assert MonthlyLine.objects.get().sales_qty == 8


@pytest.mark.parametrize("hostile", ["-1e3", "1e308", "NaN", "8_6000", "1.5", "八", "12,34"])
def test_hostile_figures_come_back_with_their_cell(client, at, report, models, line_of, hostile):
    with at():
        answer = send(client, report, [line_of(models[0], purchase_qty=hostile)], action="save")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'value="{hostile}"' in page
    assert "“本月购进量”请填写整数" in page


def test_a_line_nobody_offered_is_not_stored(client, at, report, models, line_of):
    other = FilingFactory(confirmed=True).brand_lines.get()
    foreign = line_of(models[0], brand_id=other.brand_id, producer_id=other.producer_id)
    with at():
        send(client, report, [foreign], action="save")
    assert not MonthlyLine.objects.exists()


def test_unbalanced_line_stops_and_names_its_cells(client, at, report, models, line_of):
    with at():
        answer = send(client, report, [line_of(models[0], closing_stock_qty=9)])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "第1行：期初＋购进－销售＋调整＝期末不成立（应为7）。" in page
    assert "库存差 2" in page


def test_copy_of_last_month_carries_the_stock_over(client, at, models, line_of, month_of, clerk):
    month_of(MONTH.previous, [line_of(models[0]), line_of(models[1], closing_stock_qty=7)])
    with at():
        report = start_report(form="newcar_monthly", period=MONTH, by=clerk)
        send(client, report, [], action="copy")
    rows = MonthlyLine.objects.filter(report=report).values_list("opening_stock_qty", "sales_qty")
    assert list(rows) == [(7, None), (7, None)]


def test_empty_cells_are_filled_from_the_others(client, at, report, models, line_of):
    typed = dict.fromkeys(CELLS) | {
        "opening_stock_qty": 5,
        "purchase_qty": 10,
        "sales_qty": 8,
        "wholesale_qty": 1,
    }
    with at():
        send(client, report, [line_of(models[0], **typed)], action="fill")
    line = MonthlyLine.objects.get()
    assert (line.retail_person_qty, line.retail_org_qty, line.closing_stock_qty) == (7, 0, 7)


def test_lines_are_added_from_what_is_offered(client, at, report, models):
    with at():
        page = client.get(reverse("newcar:monthly-edit", args=[report.pk]))
        ((_, offers),) = page.context["editor"].offers_by_group
        send(client, report, [], action="add", add=[offers[0].value, "9:9:9.9"])
    assert MonthlyLine.objects.get().model_id == offers[0].line["model_id"]


def test_ended_or_expired_brands_are_not_offered(filing, client, at, report, models, line_of):
    filing.brand_lines.update(authorized_to="2026-09-30")
    with at():
        page = client.get(reverse("newcar:monthly-edit", args=[report.pk]))
        assert page.context["editor"].offers_by_group == []
        kept = {"values": {}, "content": {"lines": [line_of(models[0])]}, "reasons": {}}
        save_report(report_id=report.pk, revision=0, **kept, by=report.created_by)
        with pytest.raises(BusinessError) as refused:
            submit_report(report_id=report.pk, revision=1, by=report.created_by)
    assert "N-010" in [found.rule for found in refused.value.findings]


def test_history_asks_for_a_reason(at, clerk, models, line_of, month_of):
    big = {"opening_stock_qty": 100, "sales_qty": 90, "retail_person_qty": 88, "closing_stock_qty": 20}
    for month, count in ((7, 2), (8, 2), (9, 2)):
        sold = {"sales_qty": count, "retail_person_qty": 0, "trade_in_qty": 0, "sales_amount": "30"}
        month_of(Period.month(2026, month), [line_of(models[0], **sold, closing_stock_qty=13)])
    report = month_of(MONTH, [line_of(models[0], **big, sales_amount="1350")], submit=False)
    rules = set(report.findings.values_list("rule", flat=True))
    assert rules == {"N-014", "N-017"}
    report.note = ""
    report.save()
    with at(), pytest.raises(BusinessError, match="2 条警告没有说明原因"):
        submit_report(report_id=report.pk, revision=report.revision, by=clerk)


@pytest.mark.parametrize(
    ("moment", "rule"),
    [("2026-10-24 23:59:59", "现在还没有开放"), ("2026-11-16 00:00:00", "如需修改请联系浙江省商务厅开锁")],
)
def test_closed_months_say_why_and_who_can_help(clerk, at, moment, rule):
    with at(moment), pytest.raises(ConflictError, match=rule):
        start_report(form="newcar_monthly", period=MONTH, by=clerk)


def test_month_before_the_filing_or_twice_is_refused(clerk, at, report):
    with at(), pytest.raises(BusinessError, match="2026年10月月报已存在"):
        start_report(form="newcar_monthly", period=MONTH, by=clerk)
    with at("2024-05-03 09:00"), pytest.raises(BusinessError, match="只能填报备案生效月及以后"):
        start_report(form="newcar_monthly", period=Period.month(2024, 4), by=clerk)


@pytest.mark.parametrize("action", ["save", "submit", "copy", "add", "autosave"])
def test_no_button_of_an_old_page_writes_after_the_lock(client, at, report, models, line_of, action):
    with at("2026-11-15 23:59:59"):
        assert send(client, report, [line_of(models[0])], action="save").status_code == 302
        report.refresh_from_db()
    with at("2026-11-16 00:00:00"):
        assert send(client, report, [line_of(models[1])], action=action).status_code == 409
    assert MonthlyLine.objects.get().model == models[0]


def recount():
    """The summaries as they must be, from the last submission of every report that counts."""
    totals = {}
    for report in Report.objects.counting():
        for line in report.versions.order_by("-number").first().content["lines"]:
            key = (report.period, report.division_code, line["brand_id"], line["energy_type"])
            totals[key] = totals.get(key, 0) + line["sales_qty"]
    return totals


def summaries():
    rows = MonthlySummary.objects.filter(sales_qty__gt=0)
    groups = rows.values_list("period", "division_code", "brand_id", "energy_type")
    return {key[:4]: key[4] for key in groups.annotate(sum=Sum("sales_qty"))}


def test_summary_equals_a_recount_after_every_step(at, clerk, models, line_of, month_of):
    report = month_of(MONTH, [line_of(models[0]), line_of(models[1])])
    assert summaries() == recount() != {}
    with at():
        changed = [line_of(models[0], sales_qty=4, retail_person_qty=2, closing_stock_qty=11)]
        kept = {"values": {}, "content": {"lines": changed}, "reasons": {}}
        report = save_report(report_id=report.pk, revision=report.revision, **kept, by=clerk)
        assert summaries() == recount()
        report = submit_report(report_id=report.pk, revision=report.revision, by=clerk)
        assert summaries() == recount()
        assert sum(summaries().values()) == 4
        officer = UserFactory(county=True)
        report = return_report(report_id=report.pk, version=2, reason="销售额单位应为万元", by=officer)
        assert summaries() == recount() == {}
        report = submit_report(report_id=report.pk, revision=report.revision, by=clerk)
        assert summaries() == recount() != {}
        delete_report(report_id=report.pk, reason="重复填报，误选月份", by=clerk)
    assert summaries() == recount() == {}


def test_stranger_and_authority_cannot_fill_in(client_for, at, report):
    stranger = EnterpriseFactory(confirmed=True).staff.first()
    url = reverse("newcar:monthly-edit", args=[report.pk])
    with at():
        assert client_for(stranger).get(url).status_code == 404
        assert client_for(UserFactory(county=True)).get(url).status_code == 403


def test_queries_do_not_grow_with_the_lines(client, at, report, models, line_of, queries_of):
    def statements(lines):
        report.refresh_from_db()
        with at(OPEN), queries_of() as queries:
            assert send(client, report, lines, action="save").status_code == 302
        with at(OPEN), queries_of() as opening:
            client.get(reverse("newcar:monthly-edit", args=[report.pk]))
        return len(queries), len(opening)

    statements([])
    assert statements([line_of(models[0])]) == statements([line_of(models[0]), line_of(models[1])])


def test_stock_goes_on_from_the_latest_month_where_last_month_is_missing(
    at, clerk, models, line_of, month_of
):
    month_of(Period.month(2026, 8), [line_of(models[0])])
    report = month_of(MONTH, [line_of(models[0])], submit=False)
    found = report.findings.get(rule="N-014")
    assert found.message == "第1行期初库存与最近上报的2026年8月期末（7）不一致，请说明。"
    right = line_of(models[0], opening_stock_qty=7, closing_stock_qty=9)
    kept = {"values": {}, "content": {"lines": [right]}, "reasons": {}}
    with at():
        save_report(report_id=report.pk, revision=report.revision, **kept, by=clerk)
    assert not report.findings.exists()


def test_first_month_states_its_own_stock(month_of, models, line_of):
    assert not month_of(MONTH, [line_of(models[0])], submit=False).findings.exists()


def test_each_version_keeps_its_warnings_with_their_reasons(client_for, at, clerk, models, line_of, month_of):
    month_of(MONTH.previous, [line_of(models[0])])
    report = month_of(MONTH, [line_of(models[0])], submit=False)
    given = {"N-014:lines-0-opening_stock_qty": ("STOCK", "盘点时补登两辆外借展车")}
    good = line_of(models[0], opening_stock_qty=7, closing_stock_qty=9)
    with at():
        kept = {"values": {"note": ""}, "reasons": given, "content": {"lines": [line_of(models[0])]}}
        report = save_report(report_id=report.pk, revision=report.revision, **kept, by=clerk)
        report = submit_report(report_id=report.pk, revision=report.revision, by=clerk)
        kept = {"values": {}, "reasons": {}, "content": {"lines": [good]}}
        report = save_report(report_id=report.pk, revision=report.revision, **kept, by=clerk)
        page = client_for(clerk).get(report.url()).content.decode()
        assert "盘点时补登两辆外借展车" in page
        submit_report(report_id=report.pk, revision=report.revision, by=clerk)
    first, second = report.versions.order_by("number")
    assert [(row["rule"], row["reason_text"]) for row in first.findings] == [
        ("N-014", "盘点时补登两辆外借展车")
    ]
    assert (first.warning_count, second.warning_count, second.findings) == (1, 0, [])


def test_enterprise_asks_to_correct_a_locked_report(client, at, models, line_of, month_of):
    report = month_of(MONTH, [line_of(models[0])])
    ask = reverse("newcar:monthly-late")
    with at("2026-11-15 23:59:59"):
        assert client.get(report.url()).context["unlock"] is None
    with at("2026-12-01 09:00"):
        assert "申请修改" in client.get(report.url()).content.decode()
        refused = client.post(ask, {"period": "2026-10", "reason": "错了"})
        assert (refused.status_code, "错了</textarea>" in refused.content.decode()) == (422, True)
        reason = "批发数量误填为零售，需要更正"
        answer = client.post(ask, {"period": "2026-10", "reason": reason}, follow=True)
        assert "已申请开锁，等待主管部门办理" in answer.content.decode()
        assert LatePermission.objects.get().ask_reason == reason
