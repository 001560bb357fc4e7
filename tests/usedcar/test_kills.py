"""kill -9 at any moment of checking, writing and undoing; two workers on one batch: the right rows, once."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories import EnterpriseFactory
from tests.usedcar.test_jobs import workbook_of
from usedcar import jobs, services, tasks
from usedcar.enums import ImportStatus
from usedcar.models import ImportBatch, ImportFault, PastTrade, StagedTrade, Trade, TradeEvent

pytestmark = [pytest.mark.django_db(transaction=True)]
ROWS, KILLS, UNDO_KILLS = 400, 20, 8
WORKER = Path(__file__).with_name("forking_worker.py")


class Worker:
    """A worker process on the database of the tests."""

    def __init__(self):
        address = urlsplit(os.environ["DATABASE_URL"])
        named = f"{address.scheme}://{address.netloc}/{connection.settings_dict['NAME']}?{address.query}"
        environment = {**os.environ, "DATABASE_URL": named, "PYTHONPATH": str(WORKER.parents[2])}
        self.process = subprocess.Popen(
            [sys.executable, str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )

    def start(self, action, batch):
        self.process.stdin.write(f"{action} {batch.pk}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def ended(self):
        return int(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def workers(monkeypatch):
    """Two workers; nothing is done in this process, for the bell rings nowhere."""
    for task in (tasks.check_import, tasks.write_import, tasks.undo_import):
        monkeypatch.setattr(task, "delay", lambda batch_id: None)
    started = [Worker(), Worker()]
    yield started
    for worker in started:
        worker.stop()


@pytest.fixture
def market():
    return EnterpriseFactory(confirmed=True, market=True)


def uploaded(folder, market):
    return services.upload_import(upload=workbook_of(folder, market, count=ROWS), by=market.staff.first())


def run(worker, action, batch):
    """Do a step to its end, as the sweeper does once the lease of a dead worker is over."""
    ImportBatch.objects.filter(pk=batch.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    start = time.monotonic()
    worker.start(action, batch)
    assert worker.ended() == 0
    return time.monotonic() - start


def run_killed(worker, action, batch, seconds):
    """Start a step and kill its process after some time; whether it was still at work."""
    child = worker.start(action, batch)
    time.sleep(seconds)
    with suppress(ProcessLookupError):  # it was quicker
        os.kill(child, signal.SIGKILL)
    return worker.ended() == signal.SIGKILL


def commit(batch):
    services.commit_import(batch_id=batch.pk, has_read_warnings=True, by=batch.uploaded_by)


def outcome(batch):
    """What an import leaves behind, apart from its own number and moment."""
    batch.refresh_from_db()
    rows = Trade.objects.filter(batch=batch).order_by("batch_row_no")
    values = rows.values_list("batch_row_no", "invoice_number", "vin", "price", "buyer_id_key", "seller_name")
    counts = [getattr(batch, name) for name in (*jobs.COUNTS, "written_count")]
    left = StagedTrade.objects.count(), ImportFault.objects.filter(batch=batch).count()
    return batch.status, counts, left, [tuple(map(bytes_or_same, row)) for row in values]


def bytes_or_same(value):
    return bytes(value) if isinstance(value, memoryview) else value


@pytest.mark.slow
def test_twenty_kills_during_check_and_write_leave_the_same_rows(tmp_path, market, workers):
    worker, random = workers[0], Random(5)
    batch = uploaded(tmp_path, market)
    durations = {"check": run(worker, "check", batch)}
    commit(batch)
    durations["write"] = run(worker, "write", batch)
    expected, killed = outcome(batch), 0
    assert (expected[0], len(expected[3])) == (ImportStatus.DONE, ROWS)
    for number in range(KILLS):
        Trade.objects.all().delete()
        batch, killed_step = uploaded(tmp_path, market), ("check", "write")[number % 2]
        for step in ("check", "write"):
            if step == killed_step:
                killed += run_killed(worker, step, batch, random.random() * durations[step] * 0.7)
            batch.refresh_from_db()
            if batch.is_unfinished:
                run(worker, step, batch)
            if step == "check":
                commit(batch)
        assert outcome(batch) == expected
    assert killed >= KILLS // 4


@pytest.mark.slow
def test_kills_during_undo_take_every_trade_back_once(tmp_path, market, workers):
    worker, random, killed, seconds = workers[0], Random(7), 0, 0
    for number in range(UNDO_KILLS + 1):
        batch = uploaded(tmp_path, market)
        run(worker, "check", batch)
        commit(batch)
        run(worker, "write", batch)
        services.undo_import(batch_id=batch.pk, reason="重复", by=batch.uploaded_by)
        if number:
            killed += run_killed(worker, "undo", batch, random.random() * seconds * 0.7)
        batch.refresh_from_db()
        assert Trade.objects.count() == (ROWS if batch.is_unfinished else 0)
        if batch.is_unfinished:
            seconds = run(worker, "undo", batch)
        batch.refresh_from_db()
        assert (batch.status, batch.undone_count, Trade.objects.count()) == (ImportStatus.UNDONE, ROWS, 0)
        assert PastTrade.objects.filter(batch_id=batch.pk).values("batch_row_no").distinct().count() == ROWS
        assert TradeEvent.objects.count() == PastTrade.objects.count() == ROWS * (number + 1)
    assert killed >= UNDO_KILLS // 4


def test_two_workers_undo_one_import_once(tmp_path, market, workers):
    batch = uploaded(tmp_path, market)
    run(workers[0], "check", batch)
    commit(batch)
    run(workers[0], "write", batch)
    services.undo_import(batch_id=batch.pk, reason="重复", by=batch.uploaded_by)
    for worker in workers:
        worker.start("undo", batch)
    assert [worker.ended() for worker in workers] == [0, 0]
    assert (Trade.objects.count(), PastTrade.objects.count()) == (0, ROWS)


def test_kill_in_the_middle_of_a_check_leaves_the_same_rows(tmp_path, market, workers):
    batch = uploaded(tmp_path, market)
    child = workers[0].start("check", batch)
    while not StagedTrade.objects.exists():
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    assert workers[0].ended() == signal.SIGKILL
    run(workers[0], "check", batch)
    commit(batch)
    run(workers[0], "write", batch)
    status, counts, left, rows = outcome(batch)
    assert (status, left, len(rows)) == (ImportStatus.DONE, (0, 0), ROWS)
    assert dict(zip(jobs.COUNTS, counts, strict=False))["good_count"] == ROWS


def test_two_workers_on_one_batch_write_it_once(tmp_path, market, workers):
    batch = uploaded(tmp_path, market)
    for step in ("check", "write"):
        for worker in workers:
            worker.start(step, batch)
        assert [worker.ended() for worker in workers] == [0, 0]
        if step == "check":
            commit(batch)
    status, _, left, rows = outcome(batch)
    assert (status, left, len(rows)) == (ImportStatus.DONE, (0, 0), ROWS)


def test_same_invoices_in_two_files_written_at_the_same_time_are_trades_once(tmp_path, market, workers):
    batches = [uploaded(tmp_path, market) for _ in workers]
    for step in ("check", "write"):
        for worker, batch in zip(workers, batches, strict=True):
            worker.start(step, batch)
        assert [worker.ended() for worker in workers] == [0, 0]
        if step == "check":
            for batch in batches:
                commit(batch)
    for batch in batches:
        batch.refresh_from_db()
    assert sorted(batch.written_count for batch in batches) == [0, ROWS]
    assert sorted(batch.known_count for batch in batches) == [0, ROWS]
    assert Trade.objects.count() == ROWS
