"""Many persons at the same moment, each over a connection of his own: one winner, one trace of it."""

import threading

import pytest
from django.db import connection
from django.http import Http404

from accounts.enums import Outcome
from accounts.models import AuditRecord
from autoflow.common.errors import BusinessError
from filing.models import Enterprise, Filing
from tests.factories import FilingFactory, UserFactory
from tests.filing import life
from tests.filing.pushes import Pushes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pushes(monkeypatch):
    return Pushes(monkeypatch)


def at_once(*steps):
    """Run all steps together; how many were done, and the sentences the others were refused with."""
    outcomes, start = [], threading.Barrier(len(steps))

    def run(take):
        try:
            start.wait()
            take()
            outcomes.append("")
        except BusinessError as refusal:
            outcomes.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[take]) for take in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == len(steps)
    return outcomes.count(""), {text for text in outcomes if text}


def traces(filing, action=None):
    """Lines of the trail that say DONE, and lines of the history."""
    records = AuditRecord.objects.filter(outcome=Outcome.DONE).exclude(action__startswith="push.")
    return records.filter(action=action).count() if action else records.count(), filing.events.count()


def test_twenty_pairs_of_confirm_and_return_have_one_winner(pushes):
    filing, officers = FilingFactory(submitted=True), UserFactory.create_batch(2, county=True)
    enterprise = filing.enterprise
    pairs = [
        lambda step=step, by=by: step(enterprise, by)
        for step, by in zip((life.confirm, life.give_back), officers, strict=True)
    ]
    done, refusals = at_once(*pairs * 20)

    filing.refresh_from_db()
    assert done == 1
    assert all("可能已由他人处理" in text for text in refusals)
    assert traces(filing) == (1, 1)
    assert pushes.count() == (filing.status == "CONFIRMED")
    assert Enterprise.objects.get().status == filing.status


def test_ten_submissions_have_one_winner(pushes):
    filing = FilingFactory(complete=True)
    by = filing.enterprise.staff.get()
    done, refusals = at_once(*[lambda: life.submit(filing.enterprise, by)] * 10)

    assert done == 1
    assert all("不能再修改" in text or "已被他人更新" in text for text in refusals)
    assert traces(filing, "filing.submit") == (1, 1)
    assert (Filing.objects.get().status, pushes.count()) == ("SUBMITTED", 0)


def test_taking_back_and_opening_exclude_each_other():
    filing = FilingFactory(submitted=True)
    enterprise, county = filing.enterprise, UserFactory(county=True)
    manager = enterprise.staff.get()

    def open_it():
        try:
            life.open_case(enterprise, county)
        except Http404:
            raise BusinessError("withdrawn") from None

    def withdraw():
        life.STEPS["withdraw"](enterprise, manager)

    done, _ = at_once(*[open_it, withdraw] * 5)
    filing.refresh_from_db()
    if filing.status == "DRAFT":
        assert (done, filing.opened_at) == (1, None)
    else:
        assert (filing.status, done, filing.opened_by) == ("SUBMITTED", 5, county)
    assert filing.events.count() == 1


def test_confirming_and_suspending_exclude_each_other(pushes):
    change = FilingFactory(changed=True)
    enterprise = Enterprise.objects.get(pk=change.enterprise_id)
    county, province = UserFactory(county=True), UserFactory(province=True)
    done, _ = at_once(
        *[
            lambda: life.confirm(enterprise, county),
            lambda: life.STEPS["suspend"](enterprise, province),
        ]
        * 5
    )
    enterprise.refresh_from_db()
    in_force = enterprise.filings.get(is_in_force=True)
    assert (done, pushes.count()) == (1, 1)
    assert (enterprise.status, in_force.version) in {("CONFIRMED", 2), ("SUSPENDED", 1)}


def test_ten_suspensions_and_ten_cancellations_have_one_winner_each(pushes):
    enterprise = life.world("CONFIRMED")
    filing, province = enterprise.filings.get(), UserFactory(province=True)
    assert at_once(*[lambda: life.STEPS["suspend"](enterprise, province)] * 10)[0] == 1
    assert traces(filing) == (1, 1)
    enterprise.refresh_from_db()
    assert at_once(*[lambda: life.STEPS["cancel"](enterprise, province)] * 10)[0] == 1
    assert traces(filing) == (2, 2)
    assert pushes.count() == 2


def test_ten_wishes_to_be_struck_off_are_one():
    enterprise = life.world("CONFIRMED")
    by, county = enterprise.staff.get(), UserFactory(county=True)
    assert at_once(*[lambda: life.ask(enterprise, by)] * 10)[0] == 1
    assert (
        at_once(*[lambda: life.agree(enterprise, county), lambda: life.refuse(enterprise, county)] * 5)[0]
        == 1
    )
    assert enterprise.cancellations.get().outcome in {"AGREED", "REFUSED"}
