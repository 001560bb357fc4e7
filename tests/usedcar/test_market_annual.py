"""交易市场年报: every K-rule of the year, what the months give, the deadline, and scope."""

import pytest
from django.urls import reverse

from autoflow.common.checks import rules
from autoflow.common.errors import BusinessError
from reporting.annual import Months
from reporting.periods import Period
from reporting.services import start_report
from tests.factories import UserFactory
from tests.usedcar.market import at, market_of, submit_month
from tests.usedcar.test_market_checks import row
from usedcar.annual_checks import SPECS, Context, check_year
from usedcar.annual_models import MarketYear

YEAR = Period.year(2025)
OPEN = "2026-02-10 09:00"
FORM = "market_annual"
GOOD = {
    "used_car_qty": 1000,
    "nev_qty": 200,
    "cross_province_qty": 150,
    "used_car_amount": "8000.00",
    "market_revenue": "900.00",
    "service_fee_revenue": "400.00",
    "rent_revenue": "450.00",
    "market_cost": "600.00",
    "market_profit": "200.00",
    "total_assets": "5000.00",
    "total_liabilities": "2000.00",
    "owner_equity": "3000.00",
    "in_market_employee_count": 300,
    "operator_employee_count": 40,
    "resident_merchant_count": 60,
    "resident_dealer_count": 40,
    "resident_broker_count": 15,
    "resident_other_count": 5,
    "land_area": "20000.00",
    "hall_area": "1500.00",
    "year_end_vehicle_count": 480,
}
MONTHS = Months({"used_car_qty": 1000, "used_car_amount": "8000.00", "cross_province_qty": 150})
NEAR = Months({**MONTHS.figures, "used_car_amount": "7930.00"})
CASES = {  # rule: (changes of the figures, months) that fire it, then the same that do not
    "K-020": (({}, Months({**MONTHS.figures, "used_car_amount": "7900.00"})), ({}, NEAR)),
    "K-021": (({"used_car_amount": "0.00"}, MONTHS), ({}, MONTHS)),
    "K-022": (({"owner_equity": "3000.02"}, MONTHS), ({"owner_equity": "3000.01"}, MONTHS)),
    "K-023": (({"market_revenue": "1600.01"}, MONTHS), ({"market_revenue": "1600.00"}, MONTHS)),
    "K-024": (({"resident_other_count": 6}, MONTHS), ({}, MONTHS)),
}


def found(changes, months=MONTHS, **more):
    return {item.rule: item for item in check_year({**GOOD, **changes}, Context(months, **more))}


def test_every_rule_of_the_table_has_a_case():
    assert {number for number, rule in rules().items() if rule.form == "MARKET_ANNUAL"} == {*CASES}


def test_good_figures_name_every_column_and_are_silent():
    assert set(GOOD) == {spec.identifier for spec in SPECS}
    assert found({}, parking_capacity=400, previous=GOOD) == {}


@pytest.mark.parametrize("rule", CASES)
def test_rule_fires(rule):
    item = found(*CASES[rule][0])[rule]
    assert item.severity in rules()[rule].severities


@pytest.mark.parametrize("rule", CASES)
def test_rule_is_silent(rule):
    assert found(*CASES[rule][1]) == {}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"nev_qty": 1001}, "nev_qty"),
        ({"market_profit": "900.01"}, "market_profit"),
        ({"operator_employee_count": 301}, "operator_employee_count"),
        ({"rent_revenue": "500.01"}, "market_revenue"),
        ({"land_area": "0.00"}, "land_area"),
        ({"year_end_vehicle_count": 481}, "year_end_vehicle_count"),
        ({"hall_area": None}, "hall_area"),
    ],
)
def test_other_relations_are_named_at_their_figure(changes, name):
    assert [item.field for item in found(changes, parking_capacity=400).values()] == [name]


def test_each_figure_of_the_months_is_compared():
    compared = {item.field: item.message for item in check_year(GOOD, Context(Months())) if item.asks}
    assert list(compared) == ["used_car_qty", "used_car_amount", "cross_province_qty"]
    assert compared["cross_province_qty"].endswith("请修正或说明。“跨省转出”月报合计0，年报150。")


@pytest.fixture
def market(db):
    return market_of()


@pytest.fixture
def client(client_for, market):
    return client_for(market.staff.first())


@pytest.fixture
def report(market):
    with at(OPEN):
        return start_report(form=FORM, period=YEAR, by=market.staff.first())


def send(client, report, figures, **more):
    header = {"preparer_name": "测试填表人", "preparer_phone": "0571-87654321", "variance_note": ""}
    data = {**header, **figures, "revision": report.revision, "action": "submit", **more}
    return client.post(reverse("usedcar:market-annual-edit", args=[report.pk]), data)


def test_year_is_filled_from_the_months_and_submitted(client, market, report):
    far = row(10, "80.00", **{"transfer_type-SAME_CITY": 7, "transfer_type-CROSS_PROVINCE": 3})
    submit_month(market, {"SEDAN": far}, month=Period.month(2025, 11), nev_qty=2, nev_amount="16.00")
    submit_month(market, {"SUV": row(5, "60.00")}, Period.month(2025, 12), resident_merchant_count=60)
    with at(OPEN):
        page = client.get(reverse("usedcar:market-annual-edit", args=[report.pk])).content.decode()
        assert "2025年9月、2025年10月" in page
        send(client, report, {**GOOD, "used_car_qty": "", "market_revenue": "25"}, action="fill")
        year = MarketYear.objects.get()
        assert (year.used_car_qty, str(year.used_car_amount), year.nev_qty) == (15, "140.00", 2)
        assert (year.cross_province_qty, year.resident_merchant_count) == (3, 60)
        report.refresh_from_db()
        sums = {"used_car_qty": 15, "used_car_amount": "140.00", "nev_qty": 2, "cross_province_qty": 3}
        money = {"market_revenue": "25", "service_fee_revenue": "10", "rent_revenue": "15"}
        answer = send(
            client, report, {**GOOD, **sums, **money, "market_profit": "5", "year_end_vehicle_count": ""}
        )
        assert answer.status_code == 302
    report.refresh_from_db()
    assert (report.status, report.qty, report.warning_count) == ("SUBMITTED", 15, 0)
    assert "市场营业收入" in client.get(report.url()).content.decode()


@pytest.mark.parametrize("action", ["save", "submit", "fill", "autosave"])
def test_nothing_is_filled_in_or_changed_after_31_march(client, report, action):
    with at("2026-03-31 23:59:59"):
        assert send(client, report, {"used_car_qty": "40"}, action="save").status_code == 302
    report.refresh_from_db()
    with at("2026-04-01 00:00:00"):
        assert send(client, report, {"used_car_qty": "41"}, action=action).status_code == 409
    assert MarketYear.objects.get().used_car_qty == 40


def test_only_markets_owe_it(report, client_for, market):
    market.types = ["B2"]
    market.save()
    with at(OPEN), pytest.raises(BusinessError, match="不填报交易市场年报"):
        start_report(form=FORM, period=YEAR, by=market.staff.first())


def test_strangers_and_officers_cannot_fill_in(client_for, report):
    url = reverse("usedcar:market-annual-edit", args=[report.pk])
    with at(OPEN):
        assert client_for(market_of().staff.first()).get(url).status_code == 404
        assert client_for(UserFactory(county=True)).get(url).status_code == 403


def test_empty_preparer_stops_the_year_and_the_paper_lists_every_figure(client, report):
    with at(OPEN):
        stopped = send(client, report, GOOD, preparer_name=" ", preparer_phone="")
        text = stopped.content.decode()
        assert stopped.status_code == 422
        assert "请填写“填表人”。" in text
        assert "请填写“填表人电话”。" in text
        page = client.get(report.url("print")).content.decode()
    assert all(spec.label in page for spec in SPECS)
