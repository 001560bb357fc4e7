"""Reporting follows the state of the filing; what was reported stays readable."""

import pytest
from django.urls import reverse

from accounts.enums import Permission
from accounts.permissions import decide
from filing.models import Enterprise, ProvinceSetting
from filing.services import open_service
from tests.factories import ImportBatchFactory, TradeFactory, UserFactory
from tests.filing import life
from usedcar.models import ImportBatch, Trade
from usedcar.permissions import concerns

pytestmark = pytest.mark.django_db
OPEN = {"CONFIRMED", "CONFIRMED, draft of a change"}
SWITCHED = {"CHANGED", "RETURNED, confirmed before"}


def dealer(state):
    enterprise = life.world(state)
    Enterprise.objects.filter(pk=enterprise.pk).update(types=["B2"])
    enterprise.refresh_from_db()
    return enterprise


@pytest.mark.parametrize("is_on", [False, True])
@pytest.mark.parametrize("state", life.STATES)
def test_every_way_to_report_is_open_or_closed_by_the_state(client_for, state, is_on):
    enterprise = dealer(state)
    batch = ImportBatchFactory(enterprise=enterprise, checked=True)
    ProvinceSetting.objects.create(
        jurisdiction_id="330000", reports_while_changed=is_on, set_by=UserFactory(province=True)
    )
    may_report = state in OPEN or (is_on and state in SWITCHED)
    by = enterprise.staff.get()
    assert decide(by, Permission.TRADE_REPORT).allowed is may_report
    client = client_for(by)
    assert client.get(reverse("usedcar:import-list")).status_code == (200 if may_report else 422)
    answer = client.post(reverse("usedcar:import-commit", args=[batch.pk]))
    assert (answer.status_code == 302) is may_report
    batch.refresh_from_db()
    assert (batch.status == "WRITING") is may_report
    assert (ImportBatch.objects.count(), Trade.objects.count()) == (1, 0)


def test_trades_stay_readable_when_the_enterprise_is_filed_anew(client_for):
    enterprise = dealer("CANCELLED")
    trade, by = TradeFactory(enterprise=enterprise), enterprise.staff.get()
    by.uscc = enterprise.uscc
    by.save(update_fields=["uscc"])
    open_service(by=by)
    assert concerns(by)
    assert not decide(by, Permission.TRADE_REPORT)
    client = client_for(by)
    assert client.get(reverse("usedcar:trade-list")).context["page"].rows == [trade]


def test_trades_of_a_former_place_stay_with_its_authority(client_for):
    """What was reported before a move belongs to the authority it was reported to."""
    enterprise = dealer("CONFIRMED, draft of a change")
    trade = TradeFactory(enterprise=enterprise)
    life.move_first(enterprise)
    life.submit(enterprise, enterprise.staff.get())
    life.confirm(enterprise, UserFactory(ningbo=True))
    url = reverse("usedcar:trade-detail", args=[trade.pk])
    assert client_for(UserFactory(province=True)).get(url).status_code == 200
    assert client_for(UserFactory(ningbo=True)).get(url).status_code == 404
