"""The database refuses to change a locked report, whoever asks: each table, each step, to the second."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Jurisdiction
from autoflow.common.errors import ConflictError
from reporting import clock
from reporting.deadlines import standing_of
from reporting.enums import LateStatus
from reporting.models import LatePermission, Report, WindowRule
from reporting.registry import ANNUAL_SUFFIX, report_forms
from reporting.services import delete_report, return_report, save_report
from tests.factories import EnterpriseFactory, UserFactory, VehicleModelFactory
from tests.reviews.months import line, month, shanghai

pytestmark = pytest.mark.django_db
LAST_SECOND, LOCKED = "2026-11-15 23:59:59", "2026-11-16 00:00:00"
SECOND = timedelta(seconds=1)
CHANGES = {
    "figures": "UPDATE reporting_report SET qty = qty + 1 WHERE id = %s",
    "submission": "UPDATE reporting_report SET status = 'DRAFT' WHERE id = %s",
    "deletion": "UPDATE reporting_report SET deleted_at = now(), deleted_by_id = created_by_id WHERE id = %s",
    "line changed": "UPDATE newcar_monthlyline SET sales_qty = 9 WHERE report_id = %s",
    "line added": (
        "INSERT INTO newcar_monthlyline (report_id, number, supplier_name, brand_id, producer_id, model_id,"
        " displacement, line_note) SELECT report_id, number + 1, '', brand_id, producer_id, model_id,"
        " displacement, '' FROM newcar_monthlyline WHERE report_id = %s"
    ),
    "line removed": "DELETE FROM newcar_monthlyline WHERE report_id = %s",
    "version": "UPDATE reporting_reportversion SET content = '{}' WHERE report_id = %s",
    "reason": (
        "INSERT INTO reporting_reportfinding (report_id, rule, field, severity, message, reason_code,"
        " reason_text) VALUES (%s, 'N-017', 'lines', 'warn', '', '', '')"
    ),
}


def execute(statement, report, at):
    """One statement of somebody who asks none of the services."""
    with transaction.atomic(), connection.cursor() as cursor:
        clock.tell_database(shanghai(at) if isinstance(at, str) else at)
        cursor.execute(statement, [report.pk])
        return cursor.rowcount


@pytest.fixture
def report():
    """October 2026, submitted, with one line."""
    return month(EnterpriseFactory(confirmed=True), lines=[line(VehicleModelFactory())])


@pytest.fixture
def officer():
    return UserFactory(nation=True)


def refused(statement, report, at=LOCKED):
    with pytest.raises(IntegrityError, match="2026年10月报表已锁定，不能填报、修改或删除"):
        execute(statement, report, at)
    return True


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_passes_in_the_last_second_and_none_afterwards(report, change):
    assert refused(CHANGES[change], report)
    assert execute(CHANGES[change], report, LAST_SECOND) == 1


def test_without_a_word_of_the_service_the_clock_of_the_database_decides(report):
    WindowRule.objects.create(**rule_of(report, locks_at="2020-01-02"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('autoflow.at', '', true)")
        with pytest.raises(IntegrityError, match="已锁定"):
            cursor.execute(CHANGES["figures"], [report.pk])


def test_neither_a_new_report_nor_a_line_gets_into_a_locked_month(report):
    again = (
        "INSERT INTO reporting_report (enterprise_id, form, period, status, nil_return, revision, version,"
        " has_unsubmitted_changes, preparer_name, preparer_phone, note, jurisdiction_code, division_code,"
        " usual_locks_at, line_count, qty, amount, warning_count, created_at, created_by_id, saved_at,"
        " is_late, return_reason, delete_reason) SELECT enterprise_id, form, date '2026-10-01', 'DRAFT',"
        " false, 0, 0, false, '', '', '', jurisdiction_code, division_code, usual_locks_at, 0, 0, 0, 0,"
        " now(), created_by_id, now(), false, '', '' FROM reporting_report WHERE id = %s"
    )
    execute(CHANGES["deletion"], report, LAST_SECOND)
    assert refused(again, report)
    assert execute(again, report, LAST_SECOND) == 1
    other = month(EnterpriseFactory(confirmed=True), period="2026-11-01")
    moved = (
        "UPDATE newcar_monthlyline SET number = 7, report_id ="
        " (SELECT min(id) FROM reporting_report) WHERE report_id = %s"
    )
    assert refused(moved, other)


def test_the_lock_itself_is_never_moved(report):
    later = "UPDATE reporting_report SET usual_locks_at = usual_locks_at + interval '1 day' WHERE id = %s"
    assert refused(later, report, LAST_SECOND)


def rule_of(report, *, locks_at, jurisdiction=None):
    locks_at = shanghai(locks_at)
    limits = {"opens_at": locks_at - 9 * SECOND, "due_at": locks_at, "locks_at": locks_at}
    whose = {"jurisdiction": jurisdiction, "set_by": UserFactory(nation=True)}
    return {"form": report.form, "period": report.period, "reason": "系统升级顺延", **limits, **whose}


def test_windows_count_the_province_before_the_ministry_the_later_before_the_earlier(report):
    own = Jurisdiction.objects.get(pk=report.enterprise.jurisdiction_code)
    other = Jurisdiction.objects.exclude(pk=own.pk).first()
    for day, whose in (("25", own), ("20", own), ("28", None), ("30", other)):
        WindowRule.objects.create(**rule_of(report, locks_at=f"2026-11-{day}", jurisdiction=whose))
        standing = standing_of(report.form_class, report.month, report.enterprise, shanghai(LOCKED))
        locks_at = standing.window.locks_at
        assert execute(CHANGES["figures"], report, locks_at - SECOND) == 1
        assert refused(CHANGES["figures"], report, locks_at)
    assert locks_at == shanghai("2026-11-20")


def test_a_permission_opens_one_report_until_its_last_second(report, officer):
    until = shanghai("2026-12-01")
    place = {"jurisdiction_code": report.jurisdiction_code, "division_code": report.division_code}
    given = {"status": LateStatus.GRANTED, "decided_by": officer, "decided_at": shanghai(LOCKED)}
    LatePermission.objects.create(
        enterprise=report.enterprise, form=report.form, period=report.period, until=until, **given, **place
    )
    assert execute(CHANGES["line changed"], report, until - SECOND) == 1
    assert refused(CHANGES["line changed"], report, until)
    assert refused(CHANGES["line changed"], month(EnterpriseFactory(confirmed=True)))


def test_giving_back_is_no_change_of_the_content(report):
    with clock.stopped_at(shanghai(LOCKED)):
        report = return_report(
            report_id=report.pk, version=1, reason="零售数量与发票不符", by=UserFactory(nation=True)
        )
    assert report.status == "RETURNED"
    assert LatePermission.objects.get().enterprise == report.enterprise


@pytest.mark.parametrize("step", ["save", "delete"])
def test_a_window_shortened_meanwhile_is_a_conflict_and_no_fault(report, step, monkeypatch):
    """The service has looked, then the ministry closes the window before the rows are written."""
    told = clock.tell_database

    def close_then_tell(at):
        WindowRule.objects.create(**rule_of(report, locks_at="2026-11-02"))
        told(at)

    monkeypatch.setattr(clock, "tell_database", close_then_tell)
    by = report.enterprise.staff.first()
    kept = {"revision": report.revision, "values": {}, "content": {"lines": []}, "reasons": {}}
    service, given = {
        "save": (save_report, kept),
        "delete": (delete_report, {"reason": "数字填错需重报"}),
    }[step]
    with clock.stopped_at(shanghai("2026-11-03 09:00")), pytest.raises(ConflictError, match="已锁定"):
        service(report_id=report.pk, **given, by=by)
    assert not Report.objects.get(pk=report.pk).deleted_at


def test_the_database_knows_every_form_that_closes_for_good_by_its_key():
    for form in report_forms():
        assert form.can_be_unlocked != form.key.endswith(ANNUAL_SUFFIX), form.key


@pytest.mark.parametrize("form", ["newcar_annual", "market_annual"])
def test_no_row_moves_the_deadline_of_an_annual_report(report, officer, form):
    report.form = form
    with pytest.raises(IntegrityError, match="windowrule_not_annual"), transaction.atomic():
        WindowRule.objects.create(**rule_of(report, locks_at="2027-04-30"))
    place = {"jurisdiction_code": report.jurisdiction_code, "division_code": report.division_code}
    with pytest.raises(IntegrityError, match="latepermission_not_annual"), transaction.atomic():
        LatePermission.objects.create(enterprise=report.enterprise, form=form, period=report.period, **place)
