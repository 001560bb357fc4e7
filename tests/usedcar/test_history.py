"""What earlier trades say: the chain of owners, quick resales, persons who sell too often."""

from dataclasses import replace
from datetime import date

import pytest

from tests.factories import ImportBatchFactory
from usedcar.history import SAME_DEAL, Deal, History, history_findings
from usedcar.models import Trade
from usedcar.staging import party_key
from usedcar.synthetic import Reporter, trade_rows

VIN = "LSVTEST11N2000001"
DEAL = Deal(VIN, date(2026, 3, 20), "", None, b"anna", b"bob", is_by_person=True)


def findings(deal, *others):
    history = History()
    for other in others:
        history.add(other)
    return [found.rule if found.rule != "INVALID" else found.message for found in history.findings(deal)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["T-061"]),
        ({"buyer": b"anna"}, []),
        ({"buyer": b"anna", "traded_on": date(2026, 3, 13)}, ["T-060"]),
        ({"buyer": b"anna", "traded_on": date(2026, 3, 12)}, []),
        ({"buyer": b"carl", "traded_on": date(2026, 3, 27)}, ["T-060"]),
        ({"traded_on": date(2026, 3, 20), "buyer": b"bob"}, [SAME_DEAL, "T-061"]),
        ({"vin": "LSVTEST11N2000002"}, []),
    ],
)
def test_chain_of_a_vehicle(changes, expected):
    other = replace(DEAL, traded_on=date(2025, 1, 2), buyer=b"carl", seller=b"dora")
    assert findings(replace(DEAL, is_by_person=False), replace(other, **changes)) == expected


def test_dealer_who_sells_on_what_he_bought_is_not_asked():
    bought = replace(DEAL, buyer=b"dealer", dealer_direction="BUY_IN")
    sold = replace(DEAL, seller=b"dealer", buyer=b"carl", dealer_direction="SELL_OUT", is_by_person=False)
    sold = replace(sold, traded_on=date(2026, 3, 22))
    assert findings(sold, bought) == []
    assert findings(replace(sold, dealer_direction=""), bought) == ["T-060"]


def test_only_the_latest_buyer_counts():
    first = replace(DEAL, traded_on=date(2020, 1, 2), buyer=b"anna")
    second = replace(DEAL, traded_on=date(2021, 1, 2), seller=b"anna", buyer=b"carl")
    assert findings(replace(DEAL, seller=b"anna"), first, second) == ["T-061"]
    assert findings(replace(DEAL, seller=b"carl"), first, second) == []


def sales(count, **changes):
    vins = [f"LSVTEST11N200100{number}" for number in range(count)]
    return [replace(DEAL, vin=vin, purchased_on=date(2025, 6, 1), **changes) for vin in vins]


def test_third_short_sale_of_a_person_in_a_year_is_stopped():
    deal = replace(DEAL, purchased_on=date(2025, 3, 21))
    assert findings(deal, *sales(1)) == []
    assert findings(deal, *sales(2)) == ["T-062"]
    assert findings(replace(deal, purchased_on=date(2025, 3, 20)), *sales(2)) == []
    assert findings(deal, *sales(2, traded_on=date(2025, 12, 31))) == []
    assert findings(deal, *sales(2, seller=b"dora")) == []
    assert findings(replace(deal, is_by_person=False), *sales(2)) == []


def test_reported_purchase_counts_before_the_day_that_was_typed():
    bought = replace(DEAL, traded_on=date(2025, 6, 1), seller=b"dora", buyer=b"anna")
    deal = replace(DEAL, purchased_on=date(2019, 1, 1))
    assert findings(deal, bought, *sales(2)) == ["T-062"]
    assert findings(deal, replace(bought, traded_on=date(2025, 3, 20)), *sales(2)) == []


@pytest.fixture
def reported(db):
    """Stores a made-up trade with changes and hands back its row."""
    batch = ImportBatchFactory()
    reporter = Reporter(batch.enterprise.uscc, "测试", "330106")
    rows = list(trade_rows(9, 3, days=[date(2026, 3, 20)], reporter=reporter))

    def store(number, **changes):
        row = {**rows[number], **changes}
        for party in ("seller", "buyer"):
            row[f"{party}_id_key"] = party_key(row[f"{party}_id_type"], row[f"{party}_id_number"])
        own = {"enterprise": batch.enterprise, "reported_by": batch.uploaded_by}
        places = {"jurisdiction_code": "330106", "division_code": "330106"}
        return Trade.objects.create(**row, **own, **places, reported_at="2026-03-21T00:00:00Z"), row

    return store


def test_form_asks_about_what_is_reported(reported, django_assert_num_queries):
    trade, row = reported(0)
    again = {**row, "traded_on": date(2026, 3, 22), "invoice_number": "1"}
    with django_assert_num_queries(1):
        rules = [found.rule for found in history_findings(again, trade.enterprise_id)]
    assert rules == ["T-060", "T-061"]
    assert history_findings(again, trade.enterprise_id, besides=trade.pk) == []


def test_form_stops_the_third_short_sale_whoever_reported_the_others(reported):
    person = {
        "seller_party_kind": "PERSON",
        "seller_uscc": "",
        "seller_id_type": "RESIDENT_ID",
        "seller_id_number": "110101190001010014",
        "original_purchased_on": date(2025, 9, 1),
    }
    for number in (0, 1):
        reported(number, **person)
    trade, row = reported(2, **person)
    Trade.objects.filter(vin=row["vin"]).delete()
    assert [found.rule for found in history_findings(row, trade.enterprise_id)] == ["T-062"]
