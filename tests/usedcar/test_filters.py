"""The list of trades finds what its search box promises, and answers any address."""

from datetime import date

import pytest
from django.urls import reverse

from tests.factories import EnterpriseFactory, TradeFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def trade():
    buyer = {"buyer_party_kind": "PERSON", "buyer_name": "买买提·艾力"}
    return TradeFactory(plate_no="浙A00001", traded_on=date(2026, 3, 31), **buyer)


def found_by(client, **query):
    return client.get(reverse("usedcar:trade-list"), query).context["page"].rows


@pytest.mark.parametrize(
    "text",
    [
        lambda trade: trade.vin,
        lambda trade: trade.vin.lower(),
        lambda trade: trade.vin[-6:],
        lambda trade: trade.vin[-8:],
        lambda trade: trade.invoice_number,
        lambda trade: "浙A·00001",
        lambda trade: "买买提",
    ],
    ids=["vin", "small letters", "last six", "last eight", "invoice", "plate", "name"],
)
def test_search_finds_the_trade_and_no_other(client_for, trade, text):
    TradeFactory(enterprise=trade.enterprise, plate_no="浙A00002")
    assert found_by(client_for(trade.reported_by), q=text(trade)) == [trade]


def test_authority_does_not_search_by_name_and_sees_names_masked(client_for, trade):
    client = client_for(UserFactory(county=True))
    assert found_by(client, q="买买提") == []
    (row,) = found_by(client, q=trade.vin)
    assert row.buyer_shown == "买*****"


@pytest.mark.parametrize(("month", "count"), [("2026-03", 1), ("2026-04", 0)])
def test_month_holds_its_last_day(client_for, trade, month, count):
    assert len(found_by(client_for(trade.reported_by), month=month)) == count


@pytest.mark.parametrize(
    "query",
    [
        {"batch": "²"},
        {"batch": "9" * 30},
        {"month": "0000-01"},
        {"month": "9999-12"},
        {"month": "２０２６-01"},
        {"q": "a\0b"},
        {"q": "\u202e"},
        {"q": "'; DROP TABLE usedcar_trade; --"},
    ],
    ids=str,
)
def test_hostile_address_answers_a_list(client_for, query):
    enterprise = EnterpriseFactory(confirmed=True, used=True)
    assert client_for(enterprise.staff.first()).get(reverse("usedcar:trade-list"), query).status_code == 200


def test_an_authority_looks_for_a_kind_in_one_month(client_for, trade):
    officer = client_for(UserFactory(county=True))
    kind = {"type": trade.trade_type}
    assert found_by(officer, **kind) == []
    page = officer.get(reverse("usedcar:trade-list"), kind).content.decode()
    assert "请再选择交易月份" in page
    assert found_by(officer, **kind, month="2026-03") == [trade]
    assert found_by(client_for(trade.reported_by), **kind) == [trade]
