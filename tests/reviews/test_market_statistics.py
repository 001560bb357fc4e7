"""One month of markets consolidated: matrix and places add up to what was submitted, at every level."""

import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from accounts.models import AuditRecord
from reporting.models import Obligation, Report
from reporting.owing import owe_all
from reporting.periods import Period
from reporting.registry import report_form
from reporting.services import return_report
from tests.factories import UserFactory
from tests.reviews.months import stopped
from tests.usedcar.market import market_of, submit_month
from tests.usedcar.test_market_checks import row
from usedcar.matrix import KINDS

pytestmark = pytest.mark.django_db
URL, XLSX = "/reviews/statistics/market/", "/reviews/statistics/market.xlsx"
DUE = "2026-11-06 00:00:00"
PLACES = ["330106", "330106", "330102", "330302", "330203", "320102", "110101"]


def get(client, path=URL, moment=DUE, **query):
    with stopped(moment):
        return client.get(path, {"period": "2026-10", **query})


def found(client, **query):
    return get(client, **query).context["found"]


@pytest.fixture
def nation(client_for):
    return client_for(UserFactory(nation=True))


def compared(shown):
    return {one.word: (one.change, one.text) for one in shown["comparisons"]}


def markets_everywhere():
    """Markets in seven places, each with sedans and lorries of its own number."""
    for number, code in enumerate(PLACES, 1):
        cells = {"SEDAN": row(10 * number, f"{80 * number}.50"), "TRUCK": row(number, f"{20 * number}.00")}
        header = {"nev_qty": number, "nev_amount": f"{number}.00", "resident_merchant_count": 3}
        submit_month(market_of(division_code=code), cells, **header)


def direct_sum(kind=None):
    """Vehicles counted from the submissions themselves."""
    contents = [report.versions.get().content for report in Report.objects.filter(status="SUBMITTED")]
    cells = [content["cells"] for content in contents]
    return sum(one[code]["qty"] for one in cells for code in KINDS if code in one and kind in (None, code))


def by_code(lines):
    return {one.code: one.figures["qty"] for one in lines}


def test_totals_are_those_of_the_submissions_at_every_level(nation, client_for):
    markets_everywhere()
    assert found(nation)["total"].figures["qty"] == direct_sum() == 11 * 28
    assert by_code(found(nation)["places"]) == {
        "110000": 77,
        "320000": 66,
        "330000": 11 + 22 + 33 + 44,
        "330200": 55,
    }
    assert by_code(found(nation, place="330000")["places"]) == {"330100": 66, "330300": 44}
    assert by_code(found(nation, place="330100")["places"]) == {"330102": 33, "330106": 33}
    for role, total in (("province", 110), ("city", 66), ("county", 33)):
        shown = found(client_for(UserFactory(**{role: True})))
        assert shown["total"].figures["qty"] == shown["matrix_total"].quantities[0] == total


def test_matrix_and_tables_add_up_in_every_column(nation):
    markets_everywhere()
    shown = found(nation)
    kinds = {line.name: line for line in shown["matrix"]}
    assert len(kinds) == len(KINDS)
    sedans, lorries = kinds[KINDS["SEDAN"].label], kinds[KINDS["TRUCK"].label]
    assert (sedans.quantities[0], lorries.quantities[0]) == (direct_sum("SEDAN"), direct_sum("TRUCK"))
    assert sedans.amount == Decimal("80.00") * 28 + Decimal("3.50")
    whole = shown["matrix_total"]
    assert whole.amount == shown["total"].figures["amount"] == sedans.amount + lorries.amount
    for place, figure in enumerate(whole.quantities):
        assert figure == sum(line.quantities[place] for line in shown["matrix"])
    for name, figure in shown["total"].figures.items():
        assert figure == sum(line.figures[name] for line in shown["places"])
    assert shown["total"].figures["nev"] == 28
    assert shown["total"].figures["merchants"] == 21


def test_late_and_missing_markets_are_counted_and_lead_to_their_lists(nation):
    markets_everywhere()
    late = Report.objects.order_by("pk").last()
    Report.objects.filter(pk=late.pk).update(is_late=True)
    market_of(division_code="330106")
    owe_all(form=report_form("market_monthly"), period=Period.month(2026, 10))
    answer = get(nation)
    total = answer.context["found"]["completeness"]
    assert (total.owed, total.on_time, total.late, total.missing) == (8, 6, 1, 1)
    parts = answer.context["found"]["completeness_parts"]
    assert sum(part.owed for part in parts) == Obligation.objects.count() == 8
    text = answer.content.decode()
    query = "/reviews/reports/?form=market_monthly&amp;period=2026-10&amp;place=330000&amp;tab=missing"
    assert query in text
    assert "place=110000&amp;timing=late" in text


def test_what_is_returned_counts_no_more(nation):
    markets_everywhere()
    report = Report.objects.order_by("pk").first()
    with stopped():
        reason = "数量与交易信息不符"
        return_report(report_id=report.pk, version=1, reason=reason, by=UserFactory(nation=True))
    assert found(nation)["total"].figures["qty"] == direct_sum() == 11 * 27


def test_comparisons_wait_for_the_end_of_the_month(nation):
    market = market_of()
    submit_month(market, {"SEDAN": row(60, "480.00")}, month=Period.month(2026, 9))
    submit_month(market, {"SEDAN": row(30, "240.00")})
    words = {"较上月": ("-50.0%", "2026年9月为 60 辆"), "较上年同月": ("–", "2025年10月没有数据")}
    assert compared(found(nation)) == words
    early = compared(found(nation, moment="2026-11-05 23:59:59"))
    assert early["较上月"] == ("–", "2026年10月填报未截止，暂不比较")
    assert [line.figures["qty"] for line in found(nation)["months"]] == [None] * 10 + [60, 30]


def test_nothing_reported_is_not_nil(nation):
    submit_month(market_of(), {"SEDAN": row(60, "480.00")}, month=Period.month(2026, 9))
    shown = found(nation)
    assert compared(shown)["较上月"] == ("–", "2026年10月没有数据")
    assert [line.figures["qty"] for line in shown["months"]] == [None] * 10 + [60, None]
    assert get(nation).context["charts"]["months"]["series"][0]["values"][-1] is None
    nil = "下面的 0 表示没有数据"
    assert nil in get(nation).content.decode()
    submit_month(market_of(), {"SEDAN": row(30, "240.00")}, month=Period.month(2026, 10))
    assert nil not in get(nation).content.decode()


def test_comparable_change_counts_the_markets_of_both_periods_by_what_they_submitted(nation):
    stays, gone, new = market_of(), market_of(), market_of()
    september = Period.month(2026, 9)
    submit_month(stays, {"SEDAN": row(60, "480.00")}, month=september)
    submit_month(gone, {"SEDAN": row(40, "320.00")}, month=september)
    kept = submit_month(stays, {"SEDAN": row(75, "600.00")})
    submit_month(new, {"SEDAN": row(5, "40.00")})
    Report.objects.filter(pk=kept.pk).update(qty=999, has_unsubmitted_changes=True)
    previous = found(nation)["comparisons"][0]
    assert (previous.change, previous.alike_change) == ("-20.0%", "+25.0%")
    assert (previous.market_count, previous.now, previous.before) == (1, 75, 60)
    assert previous.summary == "2026年9月为 100 辆；可比口径 +25.0%（1 家）"
    assert previous.summary in get(nation).content.decode()


def quarters():
    """Two markets: one reported the third quarter of both years, the other missed a month of it."""
    whole, partly = market_of(), market_of()
    for year, number in ((2025, 10), (2026, 12)):
        for month in (7, 8, 9):
            header = {"resident_merchant_count": month}
            submit_month(
                whole, {"SEDAN": row(number, f"{number}0.00")}, month=Period.month(year, month), **header
            )
    submit_month(partly, {"TRUCK": row(8, "64.00")}, month=Period.month(2026, 7), resident_merchant_count=50)


def test_quarter_and_year_are_the_sums_of_their_months(nation):
    quarters()
    submit_month(market_of(), {"SEDAN": row(9, "90.00")})
    months = [found(nation, period=f"2026-{month:02}")["total"].figures for month in (7, 8, 9, 10)]
    for period, of_period in (("2026-Q3", months[:3]), ("2026", months)):
        shown = found(nation, period=period)
        for name in ("qty", "amount", "nev", "imported", "cross_province"):
            assert shown["total"].figures[name] == sum(one[name] for one in of_period)
        assert shown["matrix_total"].quantities[0] == shown["total"].figures["qty"]
        for name, figure in shown["total"].figures.items():
            assert figure == sum(line.figures[name] for line in shown["places"])
    quarter = found(nation, period="2026-Q3")
    assert quarter["total"].figures["qty"] == 12 * 3 + 8
    assert quarter["total"].figures["merchants"] == 9
    assert quarter["completeness_text"] == "应报 4 份，已报 4 份"


def test_quarters_and_years_are_compared_with_their_like(nation):
    quarters()
    before, year_before = found(nation, period="2026-Q3")["comparisons"]
    assert (before.word, before.change, before.text) == ("较上季", "–", "2026年第2季度没有数据")
    assert (year_before.word, year_before.change) == ("较上年同季", "+46.7%")
    assert (year_before.market_count, year_before.alike_change) == (1, "+20.0%")
    (whole,) = found(nation, period="2026")["comparisons"]
    assert (whole.word, whole.change, whole.text) == ("较上年", "–", "2026年度填报未截止，暂不比较")
    assert found(nation, period="2026-Q9")["total"].figures == found(nation)["total"].figures


def test_longer_periods_lead_to_no_list_of_reports(nation):
    quarters()
    assert "/reviews/reports/?" in get(nation, period="2026-07").content.decode()
    assert "/reviews/reports/?" not in get(nation, period="2026-Q3").content.decode()


def test_plots_draw_the_figures_of_the_tables(nation):
    markets_everywhere()
    answer = get(nation)
    charts, shown = answer.context["charts"], answer.context["found"]
    assert charts["places"]["series"][0]["values"] == list(by_code(shown["places"]).values())
    heat = charts["matrix"]
    lorries, sedans = heat["rows"]
    assert (lorries, sedans) == (KINDS["TRUCK"].label, KINDS["SEDAN"].label)
    assert [0, 1, direct_sum("SEDAN")] in heat["cells"]
    assert [0, 0, direct_sum("TRUCK")] in heat["cells"]
    text = answer.content.decode()
    assert "<script>" not in text
    assert "style=" not in text


def test_month_without_anything_is_a_page(nation):
    answer = get(nation)
    assert answer.status_code == 200
    assert answer.context["charts"]["matrix"] == {"labels": []}


def test_workbook_holds_the_tables_with_their_totals(nation):
    markets_everywhere()
    with stopped(DUE):
        answer = nation.get(XLSX, {"period": "2026-10"})
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames == ["交易矩阵", "分地区", "上报情况", "比较", "近十二个月"]
    rows = list(book["交易矩阵"].iter_rows(values_only=True))
    assert rows[0][0].startswith("全国2026年10月二手车市场交易；")
    assert rows[1][:4] == ("车辆类型", "交易金额（万元）", "交易量（辆）", "交易类型·直接交易（辆）")
    assert (rows[-1][0], rows[-1][2]) == ("合计", direct_sum())
    assert sum(line[2] for line in rows[2:-1]) == direct_sum()
    reported = list(book["上报情况"].iter_rows(values_only=True))
    assert reported[-1][:3] == ("合计", 7, 7)
    kept = AuditRecord.objects.get(action="report.export")
    assert kept.summary == "全国2026年10月二手车市场交易统计表"


@pytest.mark.parametrize("path", [URL, XLSX])
@pytest.mark.parametrize("role", ["admin", "auditor", "operator"])
def test_other_roles_are_refused(client_for, role, path):
    assert get(client_for(UserFactory(**{role: True})), path).status_code == 403


@pytest.mark.parametrize("role", ["county", "city", "province", "nation"])
def test_page_costs_the_same_queries_for_one_market_and_for_three(client_for, queries_of, role):
    client, counts = client_for(UserFactory(**{role: True})), []
    for number in (1, 2):
        for _ in range(number):
            submit_month(market_of(division_code="330106"), {"SEDAN": row(8, "64.00")})
        get(client)
        with queries_of() as queries:
            get(client)
        counts.append(len(queries))
    assert counts[0] == counts[1]
