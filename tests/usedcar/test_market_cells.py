"""From a cell of the monthly matrix to the trades it counts: as many as it says, only one's own."""

from datetime import date, timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse

from reporting.services import start_report
from tests.factories import UserFactory
from tests.usedcar.market import MONTH, at, market_of, submit_month
from tests.usedcar.test_market_monthly import send, trade
from usedcar.filters import TradeFilter
from usedcar.market_cells import CellChoice
from usedcar.market_trades import trades_of_month
from usedcar.matrix import KINDS, PARTS, QTY
from usedcar.models import Trade

pytestmark = pytest.mark.django_db
TRADES = reverse("usedcar:trade-list")
KINDS_OF_TRADES = [
    *(("K33", ""), ("K31", "MPV"), ("K31", "SUV"), ("K41", "CROSSOVER")),
    *(("K31", ""), ("H31", ""), ("M21", "")),
]


@pytest.fixture
def market():
    return market_of()


def many(market):
    """Trades of every kind, age and use; one voided and one of the month before count nowhere."""
    for number in range(28):
        vehicle_type, body = KINDS_OF_TRADES[number % len(KINDS_OF_TRADES)]
        trade(
            market,
            vehicle_type=vehicle_type,
            body_category=body,
            trade_type=["DIRECT", "DEALER", "BROKER", "AUCTION"][number % 4],
            transfer_type=["SAME_CITY", "SAME_PROVINCE", "CROSS_PROVINCE"][number % 3],
            use_nature="ABLZHF"[number % 6],
            origin=["DOMESTIC", "IMPORTED"][number % 2],
            fuel_type="AOC"[number % 3],
            plate_type=["02", "52"][number % 2],
            first_registered_on=date(2026, 10, 15) - timedelta(days=number * 171),
        )
    trade(market, first_registered_on=date(2020, 2, 29))
    trade(market, traded_on=date(2026, 9, 30))
    Trade.objects.filter(pk=trade(market).pk).update(
        status="VOIDED", voided_on="2026-10-20", red_invoice_number="12345678"
    )


def count(user, market, cell):
    query = QueryDict(f"month={MONTH}&market={market.pk}&cell={cell}")
    return TradeFilter(query, by_name=False, user=user).apply(Trade.objects.visible_to(user)).count()


def test_every_cell_leads_to_as_many_trades_as_it_says(market):
    many(market)
    trade(market_of())
    user, sums = market.staff.first(), trades_of_month(market.pk, MONTH)
    for code in KINDS:
        for column in (QTY, *PARTS):
            expected = sums.cells.get(code, {}).get(column, 0)
            assert count(user, market, f"{code}.{column}") == expected, (code, column)
    assert count(user, market, "TOTAL.qty") == sums.count == 29
    assert 0 < count(user, market, "TOTAL.nev") == sums.nev_qty < 29


@pytest.mark.parametrize("text", ["SEDAN", "SEDAN.x", "X.qty", "SEDAN.origin-X", "SEDAN.qty,", "TOTAL.", "."])
def test_what_names_no_cell_filters_nothing(market, text):
    trade(market)
    assert CellChoice.parse(text) is None
    assert count(market.staff.first(), market, text) == 1


def test_market_and_authority_open_the_trades_of_a_cell(client_for, market):
    trade(market, vehicle_type="K33", body_category="", origin="IMPORTED")
    trade(market_of(), vehicle_type="K33", body_category="", origin="IMPORTED")
    report = submit_month(market, trades_of_month(market.pk, MONTH).cells)
    url = f"{TRADES}?month=2026-10&market={market.pk}&cell=SEDAN.origin-IMPORTED"
    own, county = client_for(market.staff.first()), client_for(UserFactory(county=True))
    with at():
        pages = [own.get(report.url()), county.get(reverse("reviews:report-detail", args=[report.pk]))]
        for page in pages:
            assert url.replace("&", "&amp;") in page.content.decode()
        for reader in (own, county):
            answer = reader.get(url)
            assert "月报栏目：轿车（基本型乘用车），产地·进口" in answer.content.decode()
            assert [one.enterprise_id for one in answer.context["page"].rows] == [market.pk]
        stranger = client_for(UserFactory(jiangsu=True)).get(url)
    assert stranger.context["page"].rows == []
    assert market.name not in stranger.content.decode()


def test_each_differing_cell_is_explained_by_a_reason_of_its_own(client_for, market):
    client = client_for(market.staff.first())
    for _ in range(6):
        trade(market, vehicle_type="K33", body_category="", price=90_000)
    with at():
        report = start_report(form="market_monthly", period=MONTH, by=market.staff.first())
        send(client, report, {}, action="fill")
        report.refresh_from_db()
        cells = report.form_class.read(report)["cells"]
        cells["SEDAN"]["amount"] = "60.00"
        refused = send(client, report, cells)
        assert refused.status_code == 422
        assert "K-006:matrix-SEDAN-amount" in refused.content.decode()
        report.refresh_from_db()
        reason = {"reasons": 1, "reason-0-key": "K-006:matrix-SEDAN-amount", "reason-0-code": "SCOPE"}
        reason["reason-0-text"] = "其中一笔发票含装饰费用六万元"
        assert send(client, report, cells, **reason).status_code == 302
    finding = report.findings.get()
    assert (finding.rule, finding.field, finding.reason_code) == ("K-006", "matrix-SEDAN-amount", "SCOPE")
