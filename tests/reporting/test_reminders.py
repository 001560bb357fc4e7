"""Who owes is reminded 5, 2 and 1 days before the deadline, each once; who filed is left alone."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditRecord, Notice
from reporting import clock, reminders
from reporting.models import Obligation, Reminder, Report, WindowRule
from reporting.tasks import remind_who_owes
from tests.factories import UserFactory
from tests.reviews.months import dealer, month, owe, shanghai, stopped

pytestmark = pytest.mark.django_db
FIFTH, SECOND, FIRST = "2026-10-31 08:20", "2026-11-03 08:20", "2026-11-04 08:20"


def run(moment):
    with stopped(moment):
        remind_who_owes()


def titles(enterprise):
    notices = Notice.objects.filter(recipient=enterprise.staff.first()).order_by("pk")
    return [notice.title.removeprefix("2026年10月汽车销售月报") for notice in notices]


def test_each_stage_is_told_once_however_often_the_task_runs():
    owing = dealer()
    owe(owing)
    for moment in ("2026-10-30 20:20", FIFTH, FIFTH, "2026-11-01 20:20", SECOND, SECOND, FIRST, FIRST):
        run(moment)
    assert titles(owing) == ["还有 5 天截止", "还有 2 天截止", "还有 1 天截止"]
    notice = Notice.objects.first()
    assert notice.text == ("请在2026年11月5日 24:00前上报。没有业务的也要上报；逾期上报的将标记为“逾期”。")
    assert notice.url == "/newcar/monthly/"
    assert AuditRecord.objects.filter(action="report.remind").count() == 3


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-10-30 23:59:59", []),
        ("2026-10-31 00:00:00", ["还有 5 天截止"]),
        ("2026-11-02 23:59:59", ["还有 3 天截止"]),
        ("2026-11-05 23:59:59", ["今天截止"]),
        ("2026-11-06 00:00:00", []),
    ],
)
def test_a_day_without_a_worker_is_made_up_for_until_the_deadline(moment, expected):
    owing = dealer()
    owe(owing)
    run(moment)
    assert titles(owing) == expected


def test_only_those_who_owe_are_told():
    filed, returned, drafted, gone = dealer(), dealer(), dealer(), dealer()
    month(filed)
    month(returned, status="RETURNED")
    report = month(drafted)
    Report.objects.filter(pk=report.pk).update(status="DRAFT", submitted_at=None, submitted_by=None)
    owe(gone)
    gone.status = "CANCELLED"
    gone.save()
    run(SECOND)
    assert [len(titles(one)) for one in (filed, returned, drafted, gone)] == [0, 1, 1, 0]


def test_mail_goes_to_who_wants_it(mailoutbox, django_capture_on_commit_callbacks):
    wanting, declining = dealer(), dealer()
    for one, wants in ((wanting, True), (declining, False)):
        owe(one)
        person = one.staff.first()
        person.email, person.wants_mail = f"{one.pk}@example.com", wants
        person.save()
    with django_capture_on_commit_callbacks(execute=True):
        run(FIRST)
    assert [mail.to for mail in mailoutbox] == [[f"{wanting.pk}@example.com"]]
    assert titles(declining) == ["还有 1 天截止"]


def test_the_window_of_the_province_decides_the_days():
    here, there = dealer("330106"), dealer("320102")
    owe(here)
    owe(there)
    WindowRule.objects.create(
        form="newcar_monthly",
        period="2026-10-01",
        jurisdiction_id="330000",
        opens_at=shanghai("2026-10-25"),
        due_at=shanghai("2026-11-08"),
        locks_at=shanghai("2026-11-16"),
        reason="系统升级顺延",
        set_by=UserFactory(province=True),
    )
    run("2026-11-05 09:00")
    assert (titles(here), titles(there)) == (["还有 2 天截止"], ["今天截止"])


def test_annual_reports_are_told_that_nothing_helps_afterwards():
    owing = dealer()
    place = {"jurisdiction_code": owing.jurisdiction_code, "division_code": owing.division_code}
    Obligation.objects.create(enterprise=owing, form="newcar_annual", period="2025-01-01", **place)
    run("2026-03-26 09:00")
    notice = Notice.objects.get()
    assert notice.title == "2025年度汽车销售年报还有 5 天截止"
    assert notice.text == "请在2026年3月31日 24:00前上报。截止后不能填报或修改。"


def test_a_worker_that_dies_loses_nothing_and_doubles_nothing(monkeypatch):
    for _ in range(3):
        owe(dealer())
    monkeypatch.setattr(reminders, "AT_ONCE", 2)
    told = []

    def die_on_the_second(*args, **kwargs):
        told.append(1)
        if len(told) == 2:
            raise KeyboardInterrupt
        return notify(*args, **kwargs)

    notify = reminders.notify
    monkeypatch.setattr(reminders, "notify", die_on_the_second)
    with pytest.raises(KeyboardInterrupt):
        run(SECOND)
    assert (Notice.objects.count(), Reminder.objects.count()) == (2, 2)
    run(SECOND)
    run(SECOND)
    assert (Notice.objects.count(), Reminder.objects.count()) == (3, 3)


def test_what_another_worker_claimed_is_not_told_again():
    owed = owe(dealer())
    Reminder.objects.create(obligation=owed, days=2, sent_at=shanghai(SECOND))
    with stopped(SECOND):
        owed.refresh_from_db()
        window = owed.form_class.default_window(owed.month)
        args = (owed.form_class, owed.month, window, 2, clock.now())
        assert reminders._remind_some([owed.pk], *args) == 0
    assert not Notice.objects.exists()
    with pytest.raises(IntegrityError, match="reminder_once"), transaction.atomic():
        Reminder.objects.create(obligation=owed, days=2, sent_at=shanghai(SECOND))


def test_reminding_costs_the_same_statements_for_one_and_for_three(queries_of):
    counts = []
    for number, moment in ((1, FIFTH), (2, SECOND)):
        for _ in range(number):
            owe(dealer())
        with queries_of() as queries:
            run(moment)
        counts.append(len(queries))
    assert counts[0] == counts[1]
