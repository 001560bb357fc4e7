"""The third short sale of a person in a year is reported once, after the authority released it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRecord, Notice
from reporting import clock
from tests.factories import UserFactory, resident_id_of, trade_row
from tests.usedcar.test_round_trip import filled, upload, write
from tests.usedcar.trades import MARKER, person, reporter_of, typed
from usedcar.enums import ReleaseStatus
from usedcar.models import Release, Trade
from usedcar.template_workbook import cells_of

pytestmark = pytest.mark.django_db
REASON = "三辆均为继承所得，并非经营"


@pytest.fixture
def officer(client_for):
    return client_for(UserFactory(county=True))


def sale(market, **changes):
    """A sale by one and the same person of a vehicle held for ninety days."""
    day = timezone.localdate()
    dates = {"traded_on": day, "invoice_date": day, "original_purchased_on": day - timedelta(days=90)}
    seller, buyer = person("seller", MARKER), person("buyer", resident_id_of(5))
    return {**trade_row(market), **seller, **buyer, **dates, **changes}


def posted(market, **changes):
    """The same as a browser posts it, the late purchase ticked as checked."""
    return typed(sale(market, **changes)) | {"warnings_read": "INVALID:original_purchased_on"}


@pytest.fixture
def third(market, clerk):
    """The third sale as a browser posts it; two are reported."""
    for _ in range(2):
        clerk.post(reverse("usedcar:trade-add"), posted(market))
    assert Trade.objects.count() == 2
    return posted(market)


def ask(client, data, reason=REASON):
    return client.post(reverse("usedcar:trade-add"), {**data, "release": "1", "release_reason": reason})


def decide(client, **data):
    return client.post(reverse("reviews:release-decide", args=[Release.objects.latest("id").pk]), data)


def report(client, data):
    return client.post(reverse("usedcar:trade-add"), data)


def test_a_released_sale_is_reported_once(clerk, officer, market, third):
    refused = report(clerk, third)
    assert (refused.status_code, "申请核实" in refused.content.decode()) == (422, True)
    assert ask(clerk, third).status_code == 302
    assert report(clerk, third).status_code == 422
    page = officer.get(reverse("reviews:release-list")).content.decode()
    assert (third["vin"] in page, MARKER in page) == (True, False)
    assert decide(officer, decision="grant").status_code == 302
    assert decide(officer, decision="grant").status_code == 409
    assert Notice.objects.filter(title__contains=third["vin"]).exists()
    assert report(clerk, third).status_code == 302
    assert Release.objects.get().status == ReleaseStatus.USED
    fourth = posted(market)
    assert report(clerk, fourth).status_code == 422
    done = AuditRecord.objects.filter(action__startswith="usedcar.release", outcome="DONE")
    assert set(done.values_list("action", flat=True)) == {"usedcar.release-ask", "usedcar.release-decide"}


def test_a_release_runs_out_and_opens_no_other_vehicle(clerk, officer, market, third):
    ask(clerk, third)
    decide(officer, decision="grant")
    assert report(clerk, posted(market)).status_code == 422
    with clock.stopped_at(timezone.now() + timedelta(days=16)):
        assert report(clerk, third).status_code == 422
    assert Release.objects.get().status == ReleaseStatus.GRANTED


def test_a_refusal_says_why_and_the_sale_stays_out(clerk, officer, third):
    ask(clerk, third)
    assert decide(officer, decision="refuse", answer="无").status_code == 422
    assert decide(officer, decision="refuse", answer="材料不足以说明").status_code == 302
    assert report(clerk, third).status_code == 422
    assert "材料不足以说明" in clerk.get(reverse("usedcar:release-list")).content.decode()


def test_one_request_waits_and_only_for_what_the_rule_stops(clerk, market, third):
    assert ask(clerk, third, reason="无").status_code == 422
    assert ask(clerk, third).status_code == 302
    kept = ask(clerk, third)
    assert (kept.status_code, third["vin"] in kept.content.decode()) == (409, True)
    harmless = posted(market, original_purchased_on=None)
    assert ask(clerk, harmless).status_code == 422
    assert Release.objects.count() == 1


def test_strangers_neither_see_nor_decide(client_for, clerk, third):
    ask(clerk, third)
    far = client_for(UserFactory(county=True, division_id="330203"))
    assert third["vin"] not in far.get(reverse("reviews:release-list")).content.decode()
    assert decide(far, decision="grant").status_code == 404
    other = client_for(reporter_of().staff.first())
    assert third["vin"] not in other.get(reverse("usedcar:release-list")).content.decode()
    assert decide(clerk, decision="grant").status_code == 403
    assert Release.objects.get().status == ReleaseStatus.ASKED


def test_an_import_honours_a_release_and_uses_it_up(tmp_path, clerk, officer, market):
    for _ in range(2):
        clerk.post(reverse("usedcar:trade-add"), posted(market))
    row = sale(market)
    path = filled(tmp_path / "third.xlsx", [cells_of(row)])
    assert upload(market, path).faults.get(severity="error-escalate").rule == "T-062"
    ask(clerk, typed(row))
    decide(officer, decision="grant")
    batch = upload(market, path)
    assert (batch.good_count, batch.bad_count) == (1, 0)
    assert write(batch) == 1
    assert Release.objects.get().status == ReleaseStatus.USED
