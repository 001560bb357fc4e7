"""A trade of a locked month is corrected once, after the authority of the area agreed."""

import pytest
from django.urls import reverse

from filing.models import Filing
from tests.factories import TradeFactory, UserFactory
from tests.usedcar.trades import after_lock
from usedcar.enums import CorrectionStatus
from usedcar.models import Correction, Trade

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client_for):
    return client_for(UserFactory(county=True))


def ask(client, trade, reason="车价录入有误，请准予更正"):
    return client.post(reverse("usedcar:trade-correct", args=[trade.pk]), {"reason": reason})


def decided(client, **data):
    correction = Correction.objects.latest("id")
    return client.post(reverse("reviews:correction-decide", args=[correction.pk]), data)


def delete(client, trade):
    return client.post(reverse("usedcar:trade-delete", args=[trade.pk]), {"reason": "重复录入"})


def test_a_granted_correction_opens_the_trade_once(clerk, officer, trade):
    with after_lock(trade):
        assert delete(clerk, trade).status_code == 409
        assert ask(clerk, trade).status_code == 302
        assert ask(clerk, trade).status_code == 409
        assert trade.vin in officer.get(reverse("reviews:correction-list")).content.decode()
        assert decided(officer, decision="grant").status_code == 302
        assert decided(officer, decision="grant").status_code == 409
        assert delete(clerk, trade).status_code == 302
    assert Correction.objects.get().status == CorrectionStatus.USED


def test_a_refusal_needs_a_reason_and_leaves_the_trade_locked(clerk, officer, trade):
    with after_lock(trade):
        ask(clerk, trade)
        assert decided(officer, decision="refuse", answer="").status_code == 422
        assert decided(officer, decision="refuse", answer="与发票一致不必更正").status_code == 302
        page = clerk.get(reverse("usedcar:trade-detail", args=[trade.pk])).content.decode()
        assert "与发票一致不必更正" in page
        assert delete(clerk, trade).status_code == 409
    assert Trade.objects.exists()


def test_no_request_while_the_month_is_open_or_without_a_reason(clerk, trade):
    assert ask(clerk, trade).status_code == 422
    with after_lock(trade):
        assert ask(clerk, trade, reason="错").status_code == 422
    assert not Correction.objects.exists()


def test_the_list_asks_the_same_for_one_and_for_three(clerk, officer, market, queries_of, trade):
    trades = [trade, *TradeFactory.create_batch(2, enterprise=market)]
    counts = []
    with after_lock(trade):
        for part in (trades[:1], trades[1:]):
            for one in part:
                ask(clerk, one)
            officer.get(reverse("reviews:correction-list"))
            with queries_of() as queries:
                page = officer.get(reverse("reviews:correction-list")).content.decode()
            counts.append(len(queries))
    assert counts[0] == counts[1]
    assert all(one.vin in page for one in trades)


def test_a_county_that_does_not_confirm_does_not_decide(clerk, officer, market, trade):
    with after_lock(trade):
        ask(clerk, trade)
    Filing.objects.filter(enterprise=market).update(confirm_level="CITY")
    assert "由上级主管部门办理" in officer.get(reverse("reviews:correction-list")).content.decode()
    assert decided(officer, decision="grant").status_code == 422
    assert Correction.objects.get().status == CorrectionStatus.ASKED


def test_other_areas_and_other_levels_do_not_decide(clerk, client_for, trade):
    with after_lock(trade):
        ask(clerk, trade)
    jiangsu = client_for(UserFactory(jiangsu=True))
    assert trade.vin not in jiangsu.get(reverse("reviews:correction-list")).content.decode()
    assert decided(jiangsu, decision="grant").status_code == 404
    assert decided(clerk, decision="grant").status_code == 403
    assert Correction.objects.get().status == CorrectionStatus.ASKED
