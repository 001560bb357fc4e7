"""A market that may report, its clerk at a browser, and one trade."""

import pytest
from django.urls import reverse

from tests.factories import resident_id_of, trade_row
from tests.usedcar.trades import person, reporter_of, typed
from usedcar.models import Trade


@pytest.fixture
def market():
    return reporter_of()


@pytest.fixture
def manager(market):
    return market.staff.first()


@pytest.fixture
def clerk(client_for, manager):
    return client_for(manager)


@pytest.fixture
def data(market):
    """A sound trade of the market, sold by one person to another."""
    row = trade_row(market)
    return typed(row, **person("seller", resident_id_of(5)), **person("buyer"))


@pytest.fixture
def trade(clerk, data):
    private = {"buyer_phone": "13800000001", "buyer_address": "演示路1号"}
    clerk.post(reverse("usedcar:trade-add"), {**data, **private})
    return Trade.objects.get()
