"""One month of new cars consolidated: equal to a direct count of what was submitted, at every level."""

import io

import pytest
from openpyxl import load_workbook

from catalog.services import merge_entry
from newcar.models import MonthlyLine
from reporting.models import Report, WindowRule
from reporting.services import return_report
from tests.factories import FilingFactory, UserFactory, VehicleModelFactory
from tests.reviews.months import OPEN, dealer, line, month, owe, shanghai, stopped

pytestmark = pytest.mark.django_db
URL, XLSX = "/reviews/statistics/newcar/", "/reviews/statistics/newcar.xlsx"
DUE = "2026-11-06 00:00:00"
PLACES = ["330106", "330106", "330102", "330302", "330203", "320102", "110101"]


def get(client, path=URL, moment=OPEN, **query):
    with stopped(moment):
        return client.get(path, {"period": "2026-10", **query})


def found(client, **query):
    return get(client, **query).context["found"]


@pytest.fixture
def nation(client_for):
    return client_for(UserFactory(nation=True))


def months_everywhere():
    """Dealers in seven places, each with two models, one of them electric, and figures of its own."""
    ice, electric = VehicleModelFactory(), VehicleModelFactory(energy_type="BEV")
    for number, code in enumerate(PLACES, 1):
        month(dealer(code), lines=[line(ice, sold=10 * number), line(electric, sold=number, retail=0)])


def direct_sum(**where):
    """Sales counted from the stored lines themselves."""
    lines = MonthlyLine.objects.filter(report__status="SUBMITTED", **where)
    return sum(one.sales_qty for one in lines)


def by_code(lines):
    return {one.code: one.figures["sales"] for one in lines}


def test_totals_are_those_of_the_lines_at_every_level(nation, client_for):
    months_everywhere()
    assert found(nation)["total"].figures["sales"] == direct_sum() == 11 * 28
    assert by_code(found(nation)["places"]) == {
        "110000": 77,
        "320000": 66,
        "330000": 11 + 22 + 33 + 44,
        "330200": 55,
    }
    assert by_code(found(nation, place="330000")["places"]) == {"330100": 66, "330300": 44}
    assert by_code(found(nation, place="330100")["places"]) == {"330102": 33, "330106": 33}
    assert by_code(found(nation, place="110000")["places"]) == {"110101": 77}
    expected = {
        "county": direct_sum(report__division_code="330106"),
        "city": direct_sum(report__division_code__startswith="3301"),
        "province": direct_sum(report__jurisdiction_code="330000"),
        "ningbo": direct_sum(report__jurisdiction_code="330200"),
        "jiangsu": direct_sum(report__jurisdiction_code="320000"),
    }
    for role, total in expected.items():
        shown = found(client_for(UserFactory(**{role: True})))
        assert shown["total"].figures["sales"] == total
        assert shown["places"] == [] or sum(by_code(shown["places"]).values()) == total


def test_tables_add_up_in_every_column(nation):
    months_everywhere()
    shown = found(nation)
    assert [one.figures["sales"] for one in shown["brands"]] == [280, 28]
    for lines in (shown["places"], shown["brands"]):
        for name, total in shown["total"].figures.items():
            assert sum(one.figures[name] for one in lines) == total
    assert shown["months"][-1].figures == shown["total"].figures
    assert shown["total"].nev_share == "9.1%"


def test_place_outside_the_area_adds_nothing(client_for):
    months_everywhere()
    city = client_for(UserFactory(city=True))
    assert found(city, place="330302")["total"].figures == found(city)["total"].figures


def compared(shown):
    return {word: change for word, _, change in shown["comparisons"]}


def test_comparisons_name_their_months(nation):
    model = VehicleModelFactory()
    for period, sold in (("2026-10-01", 130), ("2026-09-01", 100), ("2025-10-01", 200)):
        month(dealer(), period=period, lines=[line(model, sold=sold)])
    shown = found(nation, moment=DUE)
    assert compared(shown) == {
        "较上月": ("+30.0%", "2026年9月为 100 辆"),
        "较上年同月": ("-35.0%", "2025年10月为 200 辆"),
    }
    assert [one.figures["sales"] for one in shown["months"]] == [None] * 10 + [100, 130]
    assert [shown["months"][0].name, shown["months"][-1].name] == ["2025年11月", "2026年10月"]
    assert compared(found(nation, period="2025-10"))["较上月"] == ("–", "2025年9月没有数据")


def test_quarter_and_year_are_the_sums_of_their_months_and_stock_is_that_at_the_end(nation):
    model = VehicleModelFactory()
    for period, sold, stock in (
        ("2026-07-01", 5, 9),
        ("2026-08-01", 7, 4),
        ("2026-09-01", 11, 6),
        ("2026-10-01", 3, 2),
    ):
        lines = [line(model, sold=sold, retail=sold, closing_stock_qty=stock)]
        month(dealer(), period=period, lines=lines)
    quarter, year = found(nation, period="2026-Q3", moment=DUE), found(nation, period="2026", moment=DUE)
    assert [shown["total"].figures["sales"] for shown in (quarter, year)] == [23, 26]
    assert [shown["total"].figures["closing"] for shown in (quarter, year)] == [6, 2]
    for shown in (quarter, year):
        for lines in (shown["places"], shown["brands"]):
            for name, total in shown["total"].figures.items():
                assert sum(one.figures[name] for one in lines) == total


@pytest.mark.parametrize("moment", ["2026-11-05 23:59:59", "2026-10-25 00:00:00"])
def test_month_still_open_is_not_compared_and_says_so(nation, moment):
    month(dealer(), period="2026-09-01")
    answer = get(nation, moment=moment)
    words = "2026年10月填报未截止，暂不比较"
    assert compared(answer.context["found"])["较上月"] == ("–", words)
    assert words in answer.content.decode()
    assert "本期2026年11月5日 24:00截止，还在填报；以下是目前已上报的数字。" in answer.content.decode()


@pytest.mark.parametrize(
    ("moment", "shown", "note"),
    [
        ("2026-11-05 23:59:59", "2026-09", ""),
        (DUE, "2026-10", "本期已截止，2026年11月15日 24:00前仍可补报，数字可能还会变化。"),
        ("2026-11-16 00:00:00", "2026-10", ""),
        ("2026-11-25 00:00:00", "2026-10", ""),
    ],
)
def test_page_opens_on_the_last_month_that_is_due(nation, moment, shown, note):
    chosen = get(nation, moment=moment, period="").context["chosen"]
    assert (chosen.period_key, chosen.note) == (shown, note)


def test_the_window_of_the_province_decides_what_is_due(client_for, nation):
    limits = {"opens_at": shanghai("2026-10-25"), "due_at": shanghai("2026-11-20")}
    WindowRule.objects.create(
        form="newcar_monthly",
        period="2026-10-01",
        jurisdiction_id="330000",
        locks_at=shanghai("2026-11-25"),
        reason="系统升级顺延",
        set_by=UserFactory(province=True),
        **limits,
    )
    province = client_for(UserFactory(province=True))
    assert get(province, moment=DUE, period="").context["chosen"].period_key == "2026-09"
    assert get(nation, moment=DUE, period="").context["chosen"].period_key == "2026-10"


def test_what_is_returned_counts_no_more(nation):
    report = month(FilingFactory(confirmed=True).enterprise, lines=[line(VehicleModelFactory(), sold=9)])
    month(dealer(), lines=[line(VehicleModelFactory(), sold=5)])
    with stopped():
        by = UserFactory(county=True)
        return_report(report_id=report.pk, version=1, reason="销售额请按万元填写", by=by)
    shown = found(nation)
    assert shown["total"].figures["sales"] == direct_sum() == 5
    assert shown["completeness_text"] == "应报 2 家，已报 1 家"
    assert Report.objects.count() == 2


def test_brands_merged_since_count_as_one(nation):
    kept, former = VehicleModelFactory(), VehicleModelFactory()
    month(dealer("330106"), lines=[line(kept, sold=3), line(former, sold=4)])
    merge_entry(kind="brand", entry_id=former.brand_id, into_id=kept.brand_id, by=UserFactory(admin=True))
    shown = found(nation)["brands"]
    assert [(one.name, one.figures["sales"]) for one in shown] == [(kept.brand.name, 7)]


def test_brands_beyond_twenty_are_one_line(nation):
    lines = [line(VehicleModelFactory(), sold=30 - number) for number in range(22)]
    month(dealer(), lines=lines)
    shown = found(nation)["brands"]
    assert (len(shown), shown[-1].name, shown[-1].figures["sales"]) == (21, "其他品牌", 10 + 9)
    assert [one.figures["sales"] for one in shown[:2]] == [30, 29]


def test_month_without_anything_is_a_page_with_dashes(nation):
    owe(dealer())
    answer = get(nation, moment=DUE)
    text = answer.content.decode()
    assert "本期还没有数据" in text
    assert "2026年10月没有数据" in text
    assert "下面的 0 表示没有数据" in text
    assert answer.context["charts"]["brands"]["labels"] == []


def test_plots_draw_the_figures_of_the_tables(nation):
    months_everywhere()
    answer = get(nation)
    charts, shown = answer.context["charts"], answer.context["found"]
    assert charts["places"]["series"][0]["values"] == list(by_code(shown["places"]).values())
    assert charts["months"]["series"][0]["values"][-1] == shown["total"].figures["sales"]
    assert 'id="chart-data"' in answer.content.decode()


def test_workbook_holds_the_tables_with_their_totals(nation):
    months_everywhere()
    with stopped(OPEN):
        answer = nation.get(XLSX, {"period": "2026-10"})
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames == ["分地区", "分品牌", "近十二个月"]
    rows = list(book["分地区"].iter_rows(values_only=True))
    assert rows[0][0].startswith("全国2026年10月新车销售；")
    assert rows[-1][:2] == ("合计", direct_sum())
    assert sum(row[1] for row in rows[2:-1]) == direct_sum()


@pytest.mark.parametrize("path", [URL, XLSX])
@pytest.mark.parametrize("role", ["admin", "auditor", "operator"])
def test_other_roles_are_refused(client_for, role, path):
    assert get(client_for(UserFactory(**{role: True})), path).status_code == 403


@pytest.mark.parametrize("role", ["county", "city", "province", "nation"])
def test_page_costs_the_same_queries_for_one_row_and_for_three(client_for, queries_of, role):
    client, counts = client_for(UserFactory(**{role: True})), []
    for number in (1, 2):
        for _ in range(number):
            month(dealer("330106"), lines=[line(VehicleModelFactory())])
        get(client)
        with queries_of() as queries:
            get(client)
        counts.append(len(queries))
    assert counts[0] == counts[1]
