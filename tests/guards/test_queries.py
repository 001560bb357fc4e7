"""Lists cost the same number of statements whatever they hold."""

import pytest
from django.urls import reverse

from filing.models import Enterprise
from tests.factories import FilingFactory, ImportBatchFactory, TradeFactory, UserFactory, VehicleModelFactory


def count(client, url, queries_of):
    client.get(url)
    with queries_of() as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.fixture
def reporter(db):
    filing = FilingFactory(confirmed=True)
    Enterprise.objects.filter(pk=filing.enterprise_id).update(types=["B2"])
    return Enterprise.objects.get(pk=filing.enterprise_id)


@pytest.mark.parametrize("name", ["usedcar:trade-list", "usedcar:import-list"])
def test_lists_of_an_enterprise_ask_the_same_for_one_and_for_three(client_for, queries_of, reporter, name):
    client = client_for(reporter.staff.first())
    TradeFactory(enterprise=reporter)
    ImportBatchFactory(enterprise=reporter)
    one = count(client, reverse(name), queries_of)
    TradeFactory.create_batch(2, enterprise=reporter)
    ImportBatchFactory.create_batch(2, enterprise=reporter)
    assert count(client, reverse(name), queries_of) == one


@pytest.mark.parametrize("name", ["usedcar:trade-list", "catalog:model-list", "catalog:brand-list", "home"])
def test_lists_of_an_authority_ask_the_same_for_one_and_for_three(client_for, queries_of, reporter, name):
    client = client_for(UserFactory(county=True))
    TradeFactory(enterprise=reporter)
    VehicleModelFactory()
    FilingFactory(submitted=True)
    one = count(client, reverse(name), queries_of)
    TradeFactory.create_batch(2, enterprise=reporter)
    VehicleModelFactory.create_batch(2)
    FilingFactory.create_batch(2, submitted=True)
    assert count(client, reverse(name), queries_of) == one
