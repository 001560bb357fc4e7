"""Exports in the background: exactly what was filtered, once, to whoever asked for it and still sees it."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRecord, Notice
from tests.factories import TradeFactory, UserFactory
from tests.usedcar.trades import MARKER
from usedcar import export_jobs
from usedcar.enums import ExportStatus
from usedcar.models import Trade, TradeExport

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr("usedcar.views.lists.MOST_AT_ONCE", 1)
    monkeypatch.setattr("usedcar.export_jobs.CHUNK", 2)


@pytest.fixture
def many(trade):
    """Five trades of the enterprise, three on one day."""
    day = trade.traded_on
    others = [TradeFactory(enterprise=trade.enterprise, traded_on=day - timedelta(n // 2)) for n in range(4)]
    return [trade, *others]


def ask(client, query=""):
    return client.post(f"{reverse('usedcar:trade-export')}?{query}")


def run():
    export = TradeExport.objects.latest("id")
    export_jobs.run_export(export_id=export.pk)
    export.refresh_from_db()
    return export


def fetch(client, export):
    return client.post(reverse("usedcar:export-file", args=[export.pk]))


def rows_of(answer):
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    return [[cell.value for cell in row] for row in sheet]


def test_a_large_export_is_made_by_the_worker_and_fetched_later(clerk, manager, many):
    TradeFactory()
    answer = ask(clerk, "status=REPORTED")
    export = TradeExport.objects.get()
    assert answer.url == reverse("usedcar:export-detail", args=[export.pk])
    assert "正在排队" in clerk.get(answer.url).content.decode()
    assert fetch(clerk, export).status_code == 404
    TradeFactory(enterprise=many[0].enterprise, reported_at=timezone.now() + timedelta(seconds=5))
    export = run()
    assert (export.status, export.total_count, export.written_count) == (ExportStatus.DONE, 5, 5)
    note, _, *rows = rows_of(fetch(clerk, export))
    assert f"导出人：{manager.username}" in note[0]
    assert "条件：状态：有效" in note[0]
    expected = Trade.objects.filter(pk__in=[one.pk for one in many]).order_by("-traded_on", "-id")
    assert [row[0] for row in rows] == [one.vin for one in expected]
    assert MARKER not in str(rows)
    assert Notice.objects.filter(recipient=manager, url=answer.url).count() == 1
    audit = AuditRecord.objects.filter(user_id=manager.pk, action__startswith="usedcar").order_by("id")
    assert list(audit.values_list("action", flat=True))[-3:] == [
        "usedcar.export-ask",
        "usedcar.trade-export",
        "usedcar.export-download",
    ]


def test_one_export_at_a_time(clerk, many):
    assert ask(clerk).status_code == 302
    assert ask(clerk).status_code == 409
    run()
    assert ask(clerk).status_code == 302


def test_nobody_else_fetches_an_export(clerk, client_for, many):
    colleague = UserFactory(operator=True)
    many[0].enterprise.staff.add(colleague)
    ask(clerk)
    export = run()
    for client in (client_for(colleague), client_for(UserFactory(county=True))):
        assert fetch(client, export).status_code == 404
        assert client.get(reverse("usedcar:export-detail", args=[export.pk])).status_code == 404
        assert client.get(reverse("usedcar:export-progress", args=[export.pk])).status_code == 404


def test_who_sees_something_else_now_gets_neither_work_nor_file(client_for, many):
    officer = UserFactory(county=True)
    client = client_for(officer)
    ask(client)
    export = run()
    assert "欧**" in str(rows_of(fetch(client, export)))
    ask(client)
    officer.division_id = "330203"
    officer.save()
    assert fetch(client, export).status_code == 404
    assert run().failure == export_jobs.MOVED


def test_a_killed_worker_leaves_one_whole_export(clerk, many, monkeypatch):
    ask(clerk)
    monkeypatch.setattr("usedcar.export_jobs.finish", lambda export: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        run()
    left = TradeExport.objects.get()
    assert (left.status, default_storage.exists(left.stored_as)) == (ExportStatus.RUNNING, True)
    monkeypatch.undo()
    assert export_jobs.sweep() == [left.pk]
    done = run()
    assert (done.status, done.written_count, done.tries) == (ExportStatus.DONE, 5, 2)
    assert not default_storage.exists(left.stored_as)
    assert export_jobs.sweep() == []


def test_a_second_copy_stops_and_a_leased_export_is_left_alone(clerk, many, monkeypatch):
    ask(clerk)
    export = TradeExport.objects.get()
    first = export_jobs.claim(export.pk)
    assert export_jobs.claim(export.pk) is None
    assert export_jobs.sweep() == []
    TradeExport.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert run().status == ExportStatus.DONE
    with pytest.raises(export_jobs.LeaseLost):
        export_jobs.hold(first, written_count=0)


def test_it_gives_up_after_three_tries_and_refuses_too_many(clerk, many, monkeypatch):
    ask(clerk)
    TradeExport.objects.update(tries=3)
    assert (run().status, TradeExport.objects.get().failure) == (ExportStatus.FAILED, export_jobs.GIVEN_UP)
    monkeypatch.setattr("usedcar.export_jobs.MOST_ROWS", 4)
    ask(clerk)
    assert run().failure == export_jobs.TOO_MANY


def test_the_file_runs_out_and_the_page_stays(clerk, many):
    ask(clerk)
    export = run()
    TradeExport.objects.update(expires_at=timezone.now())
    assert fetch(clerk, export).status_code == 404
    export_jobs.sweep()
    assert not default_storage.exists(export.stored_as)
    page = clerk.get(reverse("usedcar:export-detail", args=[export.pk])).content.decode()
    assert "已过保留期限" in page
    assert "已过期" in clerk.get(reverse("usedcar:export-list")).content.decode()


def test_a_part_of_one_row_and_of_five_asks_as_much(clerk, many, monkeypatch):
    monkeypatch.setattr("usedcar.export_jobs.CHUNK", 100)
    counts = []
    monkeypatch.setattr("usedcar.views.lists.MOST_AT_ONCE", 0)
    for query in (f"q={many[0].vin}", ""):
        ask(clerk, query)
        with CaptureQueriesContext(connection) as asked:
            counts.append((run().written_count, len(asked)))
    (few, asked_few), (all_of_them, asked_all) = counts
    assert (few, all_of_them) == (1, 5)
    assert asked_few == asked_all
