"""交易市场月报 from the page to the summary: matrix, filling from trades, periods, deadlines, scope."""

import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from autoflow.common.codes import rows_by_code
from autoflow.common.errors import BusinessError, ConflictError
from reporting.models import Report
from reporting.periods import Period
from reporting.services import (
    delete_report,
    file_nil_return,
    return_report,
    save_report,
    start_report,
    submit_report,
)
from tests.factories import TradeFactory, UserFactory
from tests.usedcar.market import MONTH, at, market_of, submit_month
from tests.usedcar.test_market_checks import row
from usedcar.market_models import MarketMonth, MarketSummary
from usedcar.market_summaries import figures_of
from usedcar.market_trades import trades_of_month
from usedcar.matrix import AMOUNT, KINDS, QTY, control

pytestmark = pytest.mark.django_db
FORM = "market_monthly"
REASON = "退回重报：金额单位有误"


@pytest.fixture
def market():
    return market_of()


@pytest.fixture
def clerk(market):
    return market.staff.first()


@pytest.fixture
def client(client_for, clerk):
    return client_for(clerk)


@pytest.fixture
def report(clerk):
    with at():
        return start_report(form=FORM, period=MONTH, by=clerk)


def trade(market, **changes):
    return TradeFactory(enterprise=market, **{"traded_on": date(2026, 10, 15), **changes})


def posted(report, cells, **more):
    typed = {control(code, column): figure for code, row in cells.items() for column, figure in row.items()}
    header = {"preparer_name": "测试填表人", "preparer_phone": "0571-87654321", "anomaly_note": ""}
    figures = {"nev_qty": "", "nev_amount": "", "resident_merchant_count": "12"}
    return {**header, **figures, **typed, "revision": report.revision, "action": "submit", **more}


def send(client, report, cells, **more):
    url = reverse("usedcar:market-monthly-edit", args=[report.pk])
    return client.post(url, posted(report, cells, **more))


def test_month_is_reported_from_the_page(client, market, report):
    for _ in range(3):
        trade(market)
    with at():
        answer = send(client, report, {"SEDAN": row(2, "11.5"), "SUV": row(1, "9")})
    assert answer.status_code == 302
    report.refresh_from_db()
    assert (report.status, report.line_count, report.qty, str(report.amount)) == ("SUBMITTED", 2, 3, "20.50")
    content = report.versions.get().content
    assert content["cells"]["SUV"] == row(1, "9.00")
    assert content["resident_merchant_count"] == 12
    page = client.get(report.url()).content.decode()
    assert "轿车（基本型乘用车）" in page
    assert "20.50 万元" in page
    assert "摩托车" not in page


def test_totals_cannot_be_typed(client, report):
    with at():
        typed = {control("TOTAL", QTY): "999", "total_qty": "999", "qty": "999"}
        send(client, report, {"SEDAN": row(2, "10")}, action="save", **typed)
    report.refresh_from_db()
    assert report.qty == 2
    assert "TOTAL" not in MarketMonth.objects.get().cells


def test_unbalanced_row_stops_and_says_how_far_it_is(client, report):
    cells = {"SEDAN": row(5, "30", **{"transfer_type-SAME_CITY": 2})}
    with at():
        answer = send(client, report, cells)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "过户类型各项之和为2，应等于交易量5。" in page
    assert '<span class="grid-difference">差 3</span>' in page
    assert '<span class="grid-even">差 0</span>' in page


@pytest.mark.parametrize("hostile", ["-1", "1e3", "NaN", "1.5", "八", "12,34", "9" * 40, "<script>"])
def test_hostile_quantities_come_back_with_their_cell(client, report, hostile):
    with at():
        answer = send(client, report, {"SEDAN": {QTY: hostile, AMOUNT: "3"}}, action="save")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "交易量：交易量须为非负整数。" in page
    assert "<script>" not in page.split("<main")[1].split("</main>")[0]


def test_hostile_header_figures_stay_on_the_page(client, report):
    with at():
        answer = send(client, report, {}, action="save", nev_qty="-3", nev_amount="1e9")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "不能为负" in page
    assert 'value="1e9"' in page


def test_figures_may_be_full_width(client, report):
    with at():
        send(client, report, {"SEDAN": {QTY: "８", AMOUNT: "1,200.5"}}, action="save")
    assert MarketMonth.objects.get().cells == {"SEDAN": {"qty": 8, "amount": "1200.50"}}


def recount(trades):
    """The cells of the matrix as 05 §2.2 says, one trade after the other in Python."""
    cells, prices = {}, {}
    for one in trades:
        kind = rows_by_code("vehicle_types")[one.vehicle_type]
        code = one.body_category if kind["needs_body_choice"] == "1" else kind["report_category"]
        group = rows_by_code("use_natures")[one.use_nature]["report_group"]
        columns = [
            QTY,
            f"trade_type-{one.trade_type}",
            f"transfer_type-{one.transfer_type}",
            f"use_group-{group}",
            f"origin-{one.origin}",
            f"age_band-{band(one.first_registered_on, one.traded_on)}",
        ]
        for column in columns:
            cells.setdefault(code, {}).setdefault(column, 0)
            cells[code][column] += 1
        prices[code] = prices.get(code, 0) + one.price
    return {
        code: {**columns, AMOUNT: str((prices[code] / 10000).quantize(Decimal("0.01"), "ROUND_HALF_UP"))}
        for code, columns in cells.items()
    }


def band(registered_on, traded_on):
    def full(years):
        try:
            return registered_on.replace(year=registered_on.year + years)
        except ValueError:  # 29 February
            return date(registered_on.year + years, 3, 1)

    if traded_on <= full(3):
        return "LE3"
    if traded_on < full(7):
        return "Y3_6"
    return "Y7_10" if traded_on < full(10) else "GE10"


def test_cells_from_trades_equal_a_recount(market):
    kinds = [("K33", ""), ("K32", ""), ("K31", "MPV"), ("K31", "SUV"), ("K41", "CROSSOVER"), ("H31", "")]
    kinds += [("M21", ""), ("K11", "")]
    trades = [
        trade(
            market,
            vehicle_type=kinds[number % len(kinds)][0],
            body_category=kinds[number % len(kinds)][1],
            trade_type=["DIRECT", "DEALER", "BROKER", "AUCTION"][number % 4],
            transfer_type=["SAME_CITY", "SAME_PROVINCE", "CROSS_PROVINCE"][number % 3],
            use_nature="ABLZHF"[number % 6],
            origin=["DOMESTIC", "IMPORTED"][number % 2],
            first_registered_on=date(2026, 10, 15) - timedelta(days=number * 201),
            price=Decimal(30_000 + number * 1_234),
        )
        for number in range(24)
    ]
    trade(market, traded_on=date(2026, 9, 30))
    trade(market, traded_on=date(2026, 11, 1))
    trade(market_of())
    assert trades_of_month(market.pk, MONTH).cells == recount(trades)


@pytest.mark.parametrize(
    ("registered_on", "traded_on", "expected"),
    [
        ("2023-10-15", "2026-10-15", "LE3"),
        ("2023-10-15", "2026-10-16", "Y3_6"),
        ("2019-10-15", "2026-10-14", "Y3_6"),
        ("2019-10-15", "2026-10-15", "Y7_10"),
        ("2016-10-15", "2026-10-14", "Y7_10"),
        ("2016-10-15", "2026-10-15", "GE10"),
        ("2020-02-29", "2023-03-01", "LE3"),
        ("2020-02-29", "2023-03-02", "Y3_6"),
        ("2020-02-29", "2027-02-28", "Y3_6"),
        ("2020-02-29", "2027-03-01", "Y7_10"),
        ("2016-02-29", "2026-02-28", "Y7_10"),
        ("2016-02-29", "2026-03-01", "GE10"),
    ],
)
def test_age_counts_full_years_by_the_day(market, registered_on, traded_on, expected):
    day, registered_on = date.fromisoformat(traded_on), date.fromisoformat(registered_on)
    trade(market, first_registered_on=registered_on, traded_on=day)
    (cells,) = trades_of_month(market.pk, Period.of_day(day)).cells.values()
    assert cells[f"age_band-{expected}"] == 1
    assert band(registered_on, day) == expected


def test_new_energy_by_fuel_or_plate(market):
    trade(market, fuel_type="C", plate_type="52", price=Decimal(100_000))
    trade(market, fuel_type="O", plate_type="52", price=Decimal(50_000))
    trade(market, fuel_type="O", plate_type="02")
    trade(market, fuel_type="A", plate_type="02")
    found = trades_of_month(market.pk, MONTH)
    assert (found.count, found.nev_qty, found.nev_amount) == (4, 2, "15.00")


def test_filling_takes_every_figure_and_names_what_differs_later(client, market, report):
    for _ in range(2):
        trade(market, vehicle_type="K33", body_category="", price=Decimal(80_000))
    with at():
        assert send(client, report, {"BUS": row(7, "70")}, action="fill").status_code == 302
        page = client.get(reverse("usedcar:market-monthly-edit", args=[report.pk])).content.decode()
    assert set(MarketMonth.objects.get().cells) == {"SEDAN"}
    assert "处与交易信息不同" not in page
    assert "grid-source" in page
    assert f"{reverse('usedcar:trade-list')}?month=2026-10" in page
    report.refresh_from_db()
    cells = MarketMonth.objects.get().cells
    cells["SEDAN"]["amount"] = "17.00"
    with at():
        page = send(client, report, cells, action="save", follow=True)
        page = client.get(reverse("usedcar:market-monthly-edit", args=[report.pk])).content.decode()
    assert "1 处与交易信息不同" in page
    assert "轿车（基本型乘用车），交易金额：填报 17.00，交易信息 16.00" in page


def test_filled_month_passes_as_it_is(client, market, report):
    for number in range(6):
        trade(market, first_registered_on=date(2026 - 2 * number, 5, 1), vehicle_type="K33", body_category="")
    with at():
        send(client, report, {}, action="fill")
        report.refresh_from_db()
        content = MarketMonth.objects.get()
        more = {"nev_qty": content.nev_qty, "nev_amount": content.nev_amount}
        assert send(client, report, content.cells, **more).status_code == 302
    report.refresh_from_db()
    assert (report.status, report.qty, report.warning_count) == ("SUBMITTED", 6, 0)


def test_matrix_that_differs_from_the_trades_asks_for_a_reason(client, market, report):
    with at():
        answer = send(client, report, {"SEDAN": row(2, "12")})
        assert "月报交易量2与已填报交易信息0条不一致" in answer.content.decode()
        report.refresh_from_db()
        reason = {"reasons": 1, "reason-0-key": "K-006:matrix-TOTAL-qty", "reason-0-code": "EARLIER"}
        reason["reason-0-text"] = "两笔交易的发票当月末开具，次月补录交易信息"
        assert send(client, report, {"SEDAN": row(2, "12")}, **reason).status_code == 302
    report.refresh_from_db()
    assert report.status == "SUBMITTED"


def test_last_month_is_what_was_submitted(market, clerk):
    submit_month(market, {"SEDAN": row(200, "1600.00")}, month=MONTH.previous)
    report = submit_month(market, {"SEDAN": row(60, "480.00")})
    messages = dict(report.findings.values_list("rule", "message"))
    assert messages["K-005"] == "“轿车（基本型乘用车）”较上月变化-70%，请核对并说明。"


def test_nil_return_needs_no_matrix_but_trades_speak_against_it(market, clerk):
    with at():
        report = file_nil_return(form=FORM, period=MONTH, by=clerk)
    assert (report.status, report.nil_return, report.qty) == ("SUBMITTED", True, 0)
    trade(market, traded_on=date(2026, 9, 3))
    with at("2026-10-03 09:00"), pytest.raises(BusinessError, match="1 条警告没有说明原因"):
        file_nil_return(form=FORM, period=MONTH.previous, by=clerk)


def test_k001_future_doubled_and_unconfirmed_months_are_refused(market, clerk, report):
    with at(), pytest.raises(BusinessError, match="已存在"):
        start_report(form=FORM, period=MONTH, by=clerk)
    with at(), pytest.raises(ConflictError, match="现在还没有开放"):
        start_report(form=FORM, period=MONTH.next, by=clerk)
    market.status = "SUBMITTED"
    market.save()
    with at(), pytest.raises(BusinessError, match="备案"):
        start_report(form=FORM, period=MONTH.previous, by=clerk)


@pytest.mark.parametrize("action", ["save", "submit", "fill", "autosave"])
def test_deadline_and_lock_to_the_second(client, report, action):
    with at("2026-11-15 23:59:59"):
        assert send(client, report, {"SEDAN": row(1, "8")}, action="save").status_code == 302
    report.refresh_from_db()
    with at("2026-11-16 00:00:00"):
        assert send(client, report, {"SUV": row(1, "8")}, action=action).status_code == 409
    assert set(MarketMonth.objects.get().cells) == {"SEDAN"}


@pytest.mark.parametrize(("moment", "late"), [("2026-11-05 23:59:59", False), ("2026-11-06 00:00:00", True)])
def test_late_begins_with_the_sixth(market, client, report, moment, late):
    trade(market)
    with at(moment):
        assert send(client, report, {"SEDAN": row(1, "8")}).status_code == 302
    assert Report.objects.get().is_late is late


def recounted():
    """The summaries as they must be, from the last submission of every report that counts."""
    totals = {}
    for one in Report.objects.counting():
        for cell, value in figures_of(one.versions.order_by("-number").first().content).items():
            key = (one.period, one.division_code, *cell)
            totals[key] = totals.get(key, 0) + value
    return totals


def summaries():
    rows = MarketSummary.objects.exclude(value=0)
    return {
        key[:4]: key[4] for key in rows.values_list("period", "division_code", "row_code", "column", "value")
    }


def test_summary_equals_a_recount_after_every_step(market, clerk):
    submit_month(market_of(), {"SEDAN": row(8, "64.00")}, nev_qty=2, nev_amount="20.00")
    report = submit_month(market, {"SEDAN": row(10, "80.00"), "BUS": row(1, "20.00")})
    assert summaries() == recounted() != {}
    with at():
        content = {"cells": {"SUV": row(4, "60.00")}, "filled_at": ""}
        report = save_report(
            report_id=report.pk, revision=report.revision, values={}, content=content, reasons={}, by=clerk
        )
        assert summaries() == recounted()
        report = submit_report(report_id=report.pk, revision=report.revision, by=clerk)
        assert summaries() == recounted()
        officer = UserFactory(county=True)
        report = return_report(report_id=report.pk, version=2, reason=REASON, by=officer)
        assert summaries() == recounted()
        report = submit_report(report_id=report.pk, revision=report.revision, by=clerk)
        delete_report(report_id=report.pk, reason="重复填报，误选月份", by=clerk)
    assert summaries() == recounted()
    assert {key[2] for key in summaries()} == {"SEDAN", "TOTAL"}


def test_strangers_and_officers_cannot_fill_in(client_for, report):
    url = reverse("usedcar:market-monthly-edit", args=[report.pk])
    with at():
        assert client_for(market_of().staff.first()).get(url).status_code == 404
        assert client_for(UserFactory(county=True)).get(url).status_code == 403


def test_menu_and_pages_are_for_markets(client, client_for):
    url = reverse("usedcar:market-monthly-list")
    with at():
        assert "交易市场月报" in client.get("/").content.decode()
        assert "添加报表" in client.get(url).content.decode()


def test_queries_do_not_grow_with_the_trades(client, market, report, queries_of):
    def statements():
        report.refresh_from_db()
        with at(), queries_of() as opening:
            client.get(reverse("usedcar:market-monthly-edit", args=[report.pk]))
        with at(), queries_of() as filling:
            send(client, report, {}, action="fill")
        return len(opening), len(filling)

    trade(market)
    statements()
    first = statements()
    for _ in range(3):
        trade(market)
    assert statements() == first


def workbook_of(client, report):
    with at():
        answer = client.get(reverse("usedcar:market-monthly-workbook", args=[report.pk]))
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))


def upload(client, report, book, moment="2026-11-02 09:00"):
    buffer = io.BytesIO()
    book.save(buffer)
    file = SimpleUploadedFile("月报.xlsx", buffer.getvalue())
    with at(moment):
        return send(client, report, {}, action="upload", workbook=file)


def test_matrix_goes_out_and_comes_back_as_a_workbook(client, report):
    book = workbook_of(client, report)
    matrix, figures = book["交易矩阵"], book["指标"]
    head = [cell.value for cell in matrix[3]]
    assert head[:4] == ["车辆类型", "交易金额（万元）", "交易量（辆）", "交易类型·直接交易（辆）"]
    for column in range(2, len(head) + 1):
        matrix.cell(4, column).value = 0
    for name in (
        "交易金额（万元）",
        "交易量（辆）",
        *("交易类型·直接交易（辆）", "过户类型·本市（辆）", "使用性质·非营运（辆）"),
        *("产地·国产（辆）", "使用年限·3年以内（辆）"),
    ):
        matrix.cell(4, head.index(name) + 1).value = 11.5 if "金额" in name else 2
    figures.cell(4, 4).value, figures.cell(5, 4).value = 1, 6.2
    answer = upload(client, report, book)
    assert answer.status_code == 302
    month = MarketMonth.objects.get()
    assert (month.cells["SEDAN"]["amount"], month.cells["SEDAN"]["qty"], month.nev_qty) == ("11.50", 2, 1)
    again = workbook_of(client, report)
    assert [again["交易矩阵"].cell(4, column).value for column in (2, 3)] == [11.5, 2]


def test_balance_of_an_uploaded_matrix_is_told_at_its_row(client, report):
    book = workbook_of(client, report)
    book["交易矩阵"].cell(4, 3).value = 5
    page = upload(client, report, book)
    assert page.status_code == 422
    assert "应等于交易量5" in page.content.decode()


@pytest.mark.parametrize("change", ["renamed", "removed"])
def test_matrix_of_other_rows_changes_nothing(client, report, change):
    book = workbook_of(client, report)
    if change == "renamed":
        book["交易矩阵"].cell(5, 1).value = "三轮车"
    else:
        book["交易矩阵"].delete_rows(5)
    page = upload(client, report, book)
    assert page.status_code == 422
    assert (
        "三轮车" if change == "renamed" else "缺少“运动型多用途乘用车（SUV）”一行"
    ) in page.content.decode()
    assert not MarketMonth.objects.exists()


def test_workbook_closes_with_the_lock(client, report):
    book = workbook_of(client, report)
    assert upload(client, report, book, "2026-11-16 00:00:01").status_code == 409
    assert not MarketMonth.objects.exists()
    assert upload(client, report, book, "2026-11-15 23:59:59").status_code == 422
    assert MarketMonth.objects.exists()


def test_versions_of_the_matrix_differ_by_row_and_cell(client_for, market, clerk):
    report = submit_month(market, {"SEDAN": row(2, "20.00"), "MPV": row(1, "9.00")})
    with at():
        content = report.form_class.read(report) | {"nev_qty": 1, "nev_amount": "9.00"}
        content["cells"] = {"SEDAN": row(3, "30.00"), "SUV": row(1, "9.00")}
        kept = {"values": {}, "content": content, "reasons": {}}
        report = save_report(report_id=report.pk, revision=report.revision, **kept, by=clerk)
        submit_report(report_id=report.pk, revision=report.revision, by=clerk)
        found = client_for(clerk).get(report.url()).context["changes"]
    words = {"SEDAN": "修改", "SUV": "新增", "MPV": "删除"}
    named = [(KINDS[code].label, word) for code, word in words.items()]
    assert [(change.label, change.word) for change in found] == [("表头", "修改"), *named]
    assert found[0].cells[0] == ("其中：新能源汽车交易量（辆）", 0, 1)
    assert ("交易量（辆）", 2, 3) in found[1].cells


def test_empty_preparer_stops_the_month_and_the_paper_has_every_row(client, report):
    with at():
        answer = send(client, report, {"SEDAN": row(2, "11.5")}, preparer_name="　", preparer_phone="")
        text, paper = answer.content.decode(), client.get(report.url("print")).content.decode()
    assert answer.status_code == 422
    assert "请填写“填表人”。" in text
    assert "请填写“填表人电话”。" in text
    assert all(kind.label in paper for kind in KINDS.values())
