"""A large import is written part by part: what an earlier try wrote stays, or is taken back as a whole."""

import pytest
from django.urls import reverse

from filing.enums import FilingStatus
from filing.models import Enterprise
from tests.factories import EnterpriseFactory, TradeFactory
from tests.usedcar.imports import checked, made_rows
from usedcar import jobs, services, tasks
from usedcar.enums import ImportStatus, TradeAction
from usedcar.models import ImportBatch, PastTrade, Trade, TradeEvent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def market():
    return EnterpriseFactory(confirmed=True, market=True)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    """Five rows are three parts, of two rows, two and one; the bell rings nowhere."""
    monkeypatch.setattr(jobs, "PART_ROWS", 2)
    monkeypatch.setattr(tasks.write_import, "delay", lambda batch_id: None)


@pytest.fixture
def batch(tmp_path, market):
    waiting = checked(market, tmp_path, made_rows(market, 5))
    return services.commit_import(batch_id=waiting.pk, has_read_warnings=True, by=waiting.uploaded_by)


@pytest.fixture
def begun(batch, monkeypatch):
    """An import whose worker ended after the first part."""
    write_part = jobs.write_part
    first = batch.staged.order_by("row_no").first().row_no

    def stopping(part_of, start):
        if start > first:
            raise OSError
        write_part(part_of, start)

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "write_part", stopping)
        patch.setattr(jobs, "WRITERS", 1)
        with pytest.raises(OSError):  # noqa: PT011 -- any fault of the machine
            jobs.write_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.written_count, Trade.objects.count()) == (ImportStatus.WRITING, 2, 2)
    return batch


def rows_of(batch):
    return list(batch.trades.order_by("batch_row_no").values_list("batch_row_no", flat=True))


def test_import_of_many_parts_is_written_whole(batch):
    expected = list(batch.staged.order_by("row_no").values_list("row_no", flat=True))
    jobs.write_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.written_count, batch.known_count) == (ImportStatus.DONE, 5, 0)
    assert rows_of(batch) == expected
    assert not batch.staged.exists()


def test_invoice_reported_since_the_check_is_left_out_of_its_part_alone(batch):
    staged = batch.staged.order_by("row_no")[1]
    TradeFactory(invoice_code=staged.invoice_code, invoice_number=staged.invoice_number)
    jobs.write_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.written_count, batch.known_count) == (ImportStatus.DONE, 4, 1)
    assert staged.row_no not in rows_of(batch)
    assert not batch.staged.exists()


def test_next_try_goes_on_where_the_last_one_ended(begun, client_for):
    clerk = client_for(begun.uploaded_by)
    page = clerk.get(reverse("usedcar:import-progress", args=[begun.pk])).content.decode()
    assert "已写入 2 / 5 行" in page
    assert 'value="2" max="5"' in page
    written_first = set(begun.trades.values_list("pk", flat=True))
    jobs.write_batch(batch_id=begun.pk)
    begun.refresh_from_db()
    assert (begun.status, begun.written_count, begun.tries) == (ImportStatus.DONE, 5, 2)
    assert len(rows_of(begun)) == len(set(rows_of(begun))) == 5
    assert written_first < set(begun.trades.values_list("pk", flat=True))


def test_trade_changed_between_two_tries_stays_as_it_was_changed(begun):
    begun.trades.filter(pk=begun.trades.first().pk).update(version=2, remark="改过")
    jobs.write_batch(batch_id=begun.pk)
    begun.refresh_from_db()
    assert (begun.status, begun.written_count) == (ImportStatus.DONE, 5)
    assert begun.trades.filter(remark="改过").count() == 1


def test_enterprise_suspended_between_two_tries_has_what_was_written_taken_back(begun, market):
    Enterprise.objects.filter(pk=market.pk).update(status=FilingStatus.CHANGED)
    jobs.write_batch(batch_id=begun.pk)
    begun.refresh_from_db()
    assert (begun.status, begun.written_count, begun.staged.count()) == (ImportStatus.FAILED, 0, 0)
    assert "保留" not in begun.failure
    assert Trade.objects.count() == 0
    assert PastTrade.objects.filter(batch_id=begun.pk).count() == 2
    assert set(TradeEvent.objects.values_list("action", "reason")) == {(TradeAction.UNDO, jobs.NOT_WRITTEN)}


def test_import_given_up_names_what_it_could_not_take_back(begun, client_for):
    changed = begun.trades.first()
    Trade.objects.filter(pk=changed.pk).update(version=2)
    ImportBatch.objects.filter(pk=begun.pk).update(tries=jobs.MAX_TRIES)
    jobs.write_batch(batch_id=begun.pk)
    begun.refresh_from_db()
    assert (begun.status, begun.written_count) == (ImportStatus.FAILED, 1)
    assert begun.failure.endswith("已写入的行都已撤回，只保留 1 笔已修改，请在交易列表中核对。")
    assert list(Trade.objects.all()) == [changed]
    page = client_for(begun.uploaded_by).get(reverse("usedcar:import-detail", args=[begun.pk]))
    assert "查看保留的交易" in page.content.decode()


def test_part_of_a_worker_that_lost_its_lease_is_not_kept(batch):
    slow = jobs.claim(batch.pk, jobs.ImportAction.WRITE)
    ImportBatch.objects.filter(pk=batch.pk).update(lease_token=slow.lease_token + 1)
    first = batch.staged.order_by("row_no").first().row_no
    with pytest.raises(jobs.LeaseLost):
        jobs.write_part(slow, first)
    assert Trade.objects.count() == 0
    assert batch.staged.count() == 5
