"""A whole import taken back: what goes, what stays and why, once, and nothing of it lost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRecord
from autoflow.common.errors import ConflictError
from reporting import clock
from tests.factories import EnterpriseFactory, UserFactory
from tests.usedcar.imports import checked, imported, made_rows, write
from usedcar import jobs, services
from usedcar.deadlines import locks_at
from usedcar.enums import ImportStatus, TradeAction, TradeStatus
from usedcar.models import Correction, ImportBatch, PastTrade, Trade, TradeEvent
from usedcar.tasks import sweep_imports
from usedcar.undo import removable

pytestmark = pytest.mark.django_db


@pytest.fixture
def market():
    return EnterpriseFactory(confirmed=True, market=True)


@pytest.fixture
def clerk(client_for, market):
    return client_for(market.staff.first())


def undo(batch, reason="导错了文件"):
    services.undo_import(batch_id=batch.pk, reason=reason, by=batch.uploaded_by)
    jobs.undo_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def test_undone_import_leaves_its_content_and_reason_and_frees_its_invoices(tmp_path, market):
    rows = made_rows(market, 3)
    batch = checked(market, tmp_path, rows)
    write(batch)
    known = {trade.pk: (trade.vin, trade.buyer_id_number) for trade in Trade.objects.all()}
    undo(batch)
    assert (batch.status, batch.undone_count, batch.undo_kept) == (ImportStatus.UNDONE, 3, {})
    assert not Trade.objects.exists()
    past = PastTrade.objects.select_related("event")
    assert {one.event.trade_number: (one.vin, one.buyer_id_number) for one in past} == known
    events = TradeEvent.objects.values_list("action", "reason", "by", "version").order_by().distinct()
    assert list(events) == [(TradeAction.UNDO, "导错了文件", batch.uploaded_by_id, 1)]
    assert set(past.values_list("batch_id", "batch_row_no")) == {(batch.pk, row) for row in (3, 4, 5)}
    trail = AuditRecord.objects.filter(action="usedcar.import-undone").get()
    assert (trail.object_id, trail.detail) == (str(batch.pk), {"undone": 3})
    assert write(checked(market, tmp_path, rows)) == 3


def test_touched_and_locked_trades_stay_and_are_counted_by_reason(tmp_path, market, clerk):
    batch = imported(market, tmp_path, 6, traded_on=timezone.localdate(), invoice_date=timezone.localdate())
    changed, voided, asked, locked, *_ = Trade.objects.order_by("pk")
    Trade.objects.filter(pk=changed.pk).update(version=2)
    Trade.objects.filter(pk=voided.pk).update(
        status=TradeStatus.VOIDED, version=2, red_invoice_number="1" * 20, voided_on=timezone.localdate()
    )
    Correction.objects.create(
        trade_number=asked.pk,
        enterprise=market,
        vin=asked.vin,
        traded_on=asked.traded_on,
        reason="车价有误",
        asked_by=batch.uploaded_by,
    )
    long_ago = timezone.localdate() - timedelta(days=200)
    Trade.objects.filter(pk=locked.pk).update(traded_on=long_ago, first_registered_on=long_ago)
    url = reverse("usedcar:import-detail", args=[batch.pk])
    told = "1 笔已红冲、1 笔有更正申请、1 笔已修改、1 笔所属月份已锁定"
    before = clerk.get(url).content.decode()
    assert "可以撤销 2 笔" in before
    assert told in before
    undo(batch)
    assert set(Trade.objects.all()) == {changed, voided, asked, locked}
    assert (batch.undone_count, sum(batch.undo_kept.values())) == (2, 4)
    after = clerk.get(url).content.decode()
    assert "已撤销 2 笔交易" in after
    assert told in after


@pytest.mark.parametrize("seconds", [-1, 0])
def test_trades_are_taken_back_until_the_moment_their_month_locks(tmp_path, market, seconds):
    today = timezone.localdate()
    batch = imported(market, tmp_path, 1, traded_on=today, invoice_date=today)
    with clock.stopped_at(locks_at(today) + timedelta(seconds=seconds)):
        assert removable(batch) == ((1, {}) if seconds else (0, {"locked": 1}))


def test_undo_accepted_before_the_lock_is_finished_after_it(tmp_path, market):
    today = timezone.localdate()
    batch = imported(market, tmp_path, 2, traded_on=today, invoice_date=today)
    with clock.stopped_at(locks_at(today) - timedelta(seconds=1)):
        services.undo_import(batch_id=batch.pk, reason="重复", by=batch.uploaded_by)
    with clock.stopped_at(locks_at(today) + timedelta(minutes=5)):
        jobs.undo_batch(batch_id=batch.pk)
    assert not Trade.objects.exists()


def test_import_with_nothing_left_to_take_back_is_refused(tmp_path, market, clerk):
    batch = imported(market, tmp_path, 1)
    Trade.objects.update(version=2)
    with pytest.raises(ConflictError, match="没有可撤销的"):
        services.undo_import(batch_id=batch.pk, reason="重复", by=batch.uploaded_by)
    answer = clerk.post(reverse("usedcar:import-undo", args=[batch.pk]), {"reason": "重复"})
    assert answer.status_code == 409
    assert "没有可撤销的" in answer.content.decode()
    assert Trade.objects.count() == 1


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("客户 13800000001 退车", "客户 *** 退车"),
        ("整批填错，客户１３８０００００００１已退车。", "整批填错，客户***已退车。"),
    ],
)
def test_undo_asks_for_a_reason_and_is_done_by_the_page_once(
    tmp_path, market, clerk, django_capture_on_commit_callbacks, reason, kept
):
    batch = imported(market, tmp_path)
    url = reverse("usedcar:import-undo", args=[batch.pk])
    assert clerk.post(url, {"reason": ""}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            assert clerk.post(url, {"reason": reason}).status_code == 302
    batch.refresh_from_db()
    assert (batch.status, batch.undone_count) == (ImportStatus.UNDONE, 3)
    assert batch.undo_reason == kept
    assert AuditRecord.objects.filter(action="usedcar.import-undo").count() == 1


def test_undo_that_died_is_done_once_by_the_sweeper(tmp_path, market, monkeypatch):
    batch = imported(market, tmp_path)
    services.undo_import(batch_id=batch.pk, reason="重复", by=batch.uploaded_by)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "record", lambda *args, **kwargs: (_ for _ in ()).throw(OSError))
        with pytest.raises(OSError):  # noqa: PT011 -- any fault of the machine
            jobs.undo_batch(batch_id=batch.pk)
    assert (Trade.objects.count(), TradeEvent.objects.count()) == (3, 0)
    ImportBatch.objects.update(lease_until=timezone.now())
    for _ in range(2):
        sweep_imports()
    assert (Trade.objects.count(), TradeEvent.objects.count(), PastTrade.objects.count()) == (0, 3, 3)


def test_undo_that_never_ends_leaves_the_trades_reported(tmp_path, market, clerk):
    batch = imported(market, tmp_path)
    services.undo_import(batch_id=batch.pk, reason="重复", by=batch.uploaded_by)
    ImportBatch.objects.filter(pk=batch.pk).update(tries=jobs.MAX_TRIES)
    sweep_imports()
    batch.refresh_from_db()
    assert (batch.status, batch.undone_by, Trade.objects.count()) == (ImportStatus.DONE, None, 3)
    assert jobs.NOT_UNDONE in clerk.get(reverse("usedcar:import-detail", args=[batch.pk])).content.decode()


def test_undo_costs_the_same_statements_for_any_number_of_rows(tmp_path, market):
    counts = []
    for number in (2, 20):
        batch = imported(market, tmp_path, number)
        services.undo_import(batch_id=batch.pk, reason="重复", by=batch.uploaded_by)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            jobs.undo_batch(batch_id=batch.pk)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_history_of_an_imported_trade_begins_with_its_import(tmp_path, market, client_for, clerk):
    batch = imported(market, tmp_path, 1)
    url = reverse("usedcar:trade-history", args=[Trade.objects.get().pk])
    county = client_for(UserFactory(county=True))
    auditor = client_for(UserFactory(auditor=True))
    for client in (clerk, county, auditor):
        page = client.get(url)
        assert page.status_code == 200
        assert "批量导入" in page.content.decode()
    assert f"来自“交易.xlsx”第 3 行（导入编号 {batch.pk}）" in clerk.get(url).content.decode()
    assert "交易.xlsx" not in county.get(url).content.decode()
    stranger = EnterpriseFactory(confirmed=True, used=True).staff.first()
    assert client_for(stranger).get(url).status_code == 404
    undo(batch)
    page = clerk.get(url).content.decode()
    assert page.index("撤销导入") < page.index("来自“交易.xlsx”第 3 行")
    assert "导错了文件" in page
