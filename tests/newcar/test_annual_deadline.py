"""31 March 24:00 closes an annual report for good: every way in passes a second before and none after."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from autoflow.common.errors import BusinessError
from newcar.annual_models import AnnualFigures
from reporting import clock
from reporting.models import LatePermission, Report, WindowRule
from reporting.periods import Period, midnight_after
from reporting.services import (
    ask_late_permission,
    delete_report,
    grant_late_permission,
    return_report,
    save_report,
    set_window,
    start_report,
    submit_report,
)
from reporting.windows import Window
from tests.factories import UserFactory
from tests.newcar.conftest import shanghai
from tests.newcar.test_annual import GOOD

FORM, YEAR = "newcar_annual", Period.year(2025)
OPEN, LAST_SECOND, CLOSED = "2026-02-10 09:00", "2026-03-31 23:59:59", "2026-04-01 00:00:01"
NOTE = "月报由原系统报送，未迁入"
RAW = {
    "report": "UPDATE reporting_report SET qty = 1 WHERE form = 'newcar_annual'",
    "figures": "UPDATE newcar_annualfigures SET employee_count = 41",
    "return": "UPDATE reporting_report SET status = 'RETURNED' WHERE form = 'newcar_annual'",
    "removal": "DELETE FROM newcar_annualfigures",
}


@pytest.fixture
def nation(db):
    return UserFactory(nation=True)


def kept(report, **changes):
    return {"revision": report.revision, "values": {"note": NOTE}, "content": GOOD | changes, "reasons": {}}


@pytest.fixture
def report(clerk, at):
    """Submitted in February."""
    with at(OPEN):
        report = start_report(form=FORM, period=YEAR, by=clerk)
        report = save_report(report_id=report.pk, **kept(report), by=clerk)
        return submit_report(report_id=report.pk, revision=report.revision, by=clerk)


def test_the_enterprise_changes_and_deletes_until_the_last_second(report, clerk, at):
    with at(LAST_SECOND):
        changed = save_report(report_id=report.pk, **kept(report, employee_count=41), by=clerk)
    with at(CLOSED):
        for step in (
            lambda: save_report(report_id=report.pk, **kept(changed), by=clerk),
            lambda: submit_report(report_id=report.pk, revision=changed.revision, by=clerk),
            lambda: delete_report(report_id=report.pk, reason="数字填错需重报", by=clerk),
        ):
            with pytest.raises(BusinessError, match="年报在每年1月1日至3月31日 24:00填报"):
                step()
    assert AnnualFigures.objects.get().employee_count == 41
    with at(LAST_SECOND):
        delete_report(report_id=report.pk, reason="数字填错需重报", by=clerk)
        again = start_report(form=FORM, period=YEAR, by=clerk)
    assert Report.objects.alive().get() == again


def test_the_authority_gives_it_back_until_the_last_second(report, nation, at):
    given = {"report_id": report.pk, "version": 1, "reason": "资产总额与审计报告不符", "by": nation}
    with at(CLOSED), pytest.raises(BusinessError, match="年报在每年1月1日至3月31日 24:00填报"):
        return_report(**given)
    with at(LAST_SECOND):
        assert return_report(**given).status == "RETURNED"
    assert not LatePermission.objects.exists()


@pytest.mark.parametrize("moment", [LAST_SECOND, CLOSED])
def test_nobody_asks_for_or_gives_more_time(filing, clerk, nation, at, moment):
    with at(moment):
        with pytest.raises(BusinessError, match="年报"):
            ask_late_permission(form=FORM, period=YEAR, reason="系统故障未能按时上报", by=clerk)
        with pytest.raises(BusinessError, match="截止后不能填报或修改，不能开锁"):
            grant_late_permission(
                enterprise_id=filing.enterprise_id,
                form=FORM,
                period=YEAR,
                until=midnight_after(2026, 4, 10),
                note="系统故障未能按时上报",
                by=nation,
            )
    assert not LatePermission.objects.exists()


@pytest.mark.parametrize("role", ["nation", "province"])
@pytest.mark.parametrize("moment", [LAST_SECOND, CLOSED])
def test_nobody_moves_the_deadline(client_for, role, at, moment, filing, clerk):
    officer = UserFactory(**{role: True})
    window = Window(shanghai("2026-01-01"), midnight_after(2026, 4, 30), midnight_after(2026, 4, 30))
    with at(moment), pytest.raises(BusinessError, match="统一为1月1日至3月31日24:00"):
        set_window(form=FORM, period=YEAR, window=window, reason="系统升级顺延", by=officer)
    dates = {"opens_on": "2026-01-01", "due_on": "2026-04-30", "locks_on": "2026-04-30"}
    given = {"form": FORM, "period": "2025", **dates, "reason": "系统升级顺延", "action": "save"}
    with at(moment):
        answer = client_for(officer).post(reverse("reviews:window-add"), given)
    assert (answer.status_code, WindowRule.objects.count()) == (422, 0)
    text = answer.content.decode()
    assert "不能调整" in text
    assert 'name="due_on"' not in text
    with at(CLOSED), pytest.raises(BusinessError, match="现在不可填报或修改"):
        start_report(form=FORM, period=YEAR, by=clerk)


@pytest.mark.parametrize("way", RAW)
def test_the_database_keeps_it_too(report, way):
    def execute(moment):
        with transaction.atomic(), connection.cursor() as cursor:
            clock.tell_database(shanghai(moment))
            cursor.execute(RAW[way])
            return cursor.rowcount

    with pytest.raises(IntegrityError, match="年报已截止，不能填报、修改或删除"):
        execute(CLOSED)
    assert execute(LAST_SECOND) == 1
