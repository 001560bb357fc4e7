"""An import survives killed workers, a missing queue and values at the edge; nothing is doubled."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from autoflow.common.health import HEARTBEAT_KEY
from autoflow.common.tasks import beat_heart
from filing.enums import FilingStatus
from filing.models import Enterprise
from tests.factories import EnterpriseFactory, ImportBatchFactory, TradeFactory
from usedcar import jobs, services
from usedcar.enums import ImportAction, ImportStatus
from usedcar.models import ImportBatch, Trade
from usedcar.synthetic import Reporter, trade_rows
from usedcar.tasks import check_import, sweep_imports
from usedcar.template_workbook import ErrorWorkbook, cells_of, template_columns

pytestmark = pytest.mark.django_db
NAMES = [column["identifier"] for column in template_columns()]


@pytest.fixture
def market():
    return EnterpriseFactory(confirmed=True, market=True)


def workbook_of(tmp_path, enterprise, count=3, **changes):
    """A filled template; `changes` are set in every row."""
    reporter = Reporter(enterprise.uscc, enterprise.name, enterprise.division_code, "B1")
    path = tmp_path / "upload.xlsx"
    book = ErrorWorkbook(str(path), NAMES)
    for row in trade_rows(count, 9, days=[timezone.localdate()], reporter=reporter):
        book.add(cells_of({**row, **changes}), [])
    book.close()
    return SimpleUploadedFile("交易.xlsx", path.read_bytes())


@pytest.fixture
def uploaded(tmp_path, market):
    """A batch whose bell has not rung yet."""
    return services.upload_import(upload=workbook_of(tmp_path, market), by=market.staff.first())


def confirmed_to_write(batch):
    jobs.check_batch(batch_id=batch.pk)
    return services.commit_import(batch_id=batch.pk, has_read_warnings=True, by=batch.uploaded_by)


def lease_ends(batch):
    ImportBatch.objects.filter(pk=batch.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_check_begins_anew_after_a_killed_worker(uploaded, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "finish_check", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            jobs.check_batch(batch_id=uploaded.pk)
    assert uploaded.staged.count() == 3
    lease_ends(uploaded)
    sweep_imports()
    uploaded.refresh_from_db()
    assert (uploaded.status, uploaded.staged.count(), uploaded.good_count) == (ImportStatus.CHECKED, 3, 3)


def test_worker_that_lost_its_lease_writes_nothing(uploaded):
    slow = jobs.claim(uploaded.pk, ImportAction.CHECK)
    lease_ends(uploaded)
    jobs.check_batch(batch_id=uploaded.pk)
    with pytest.raises(jobs.LeaseLost):
        jobs.hold(slow, checked_count=99)
    uploaded.refresh_from_db()
    assert uploaded.checked_count == 3


def test_write_that_died_before_its_end_is_done_once_by_the_sweeper(uploaded, monkeypatch):
    batch = confirmed_to_write(uploaded)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "forget", lambda *args: (_ for _ in ()).throw(OSError))
        with pytest.raises(OSError):  # noqa: PT011 -- any fault of the machine
            jobs.write_batch(batch_id=batch.pk)
    assert Trade.objects.count() == 0
    lease_ends(batch)
    sweep_imports()
    sweep_imports()
    batch.refresh_from_db()
    assert (batch.status, batch.written_count, Trade.objects.count()) == (ImportStatus.DONE, 3, 3)
    assert batch.staged.count() == 0


def test_batch_is_given_up_after_three_tries(uploaded):
    for _ in range(jobs.MAX_TRIES):
        assert jobs.claim(uploaded.pk, ImportAction.CHECK)
        lease_ends(uploaded)
    sweep_imports()
    uploaded.refresh_from_db()
    assert (uploaded.status, uploaded.failure) == (ImportStatus.FAILED, jobs.GIVEN_UP)


def test_staged_rows_that_went_missing_stop_the_import(uploaded):
    batch = confirmed_to_write(uploaded)
    batch.staged.first().delete()
    jobs.write_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.failure) == (ImportStatus.FAILED, jobs.STAGED_LOST)
    assert Trade.objects.count() == 0


def test_invoice_reported_since_the_check_is_left_as_it_is_and_the_others_go_in(uploaded):
    batch = confirmed_to_write(uploaded)
    staged = batch.staged.order_by("row_no")[1]
    invoice = {"invoice_code": staged.invoice_code, "invoice_number": staged.invoice_number}
    first = TradeFactory(**invoice)
    jobs.write_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.written_count, batch.known_count) == (ImportStatus.DONE, 2, 1)
    assert Trade.objects.get(**invoice) == first
    assert batch.trades.count() == 2
    assert not batch.staged.exists()


def test_number_of_rows_is_known_while_they_are_checked(uploaded, monkeypatch):
    totals, compared = [], jobs.WorkbookChecks.compared

    def watched(self, checked):
        totals.append(ImportBatch.objects.get().total_count)
        return compared(self, checked)

    monkeypatch.setattr(jobs.WorkbookChecks, "compared", watched)
    monkeypatch.setattr(jobs, "SLICE_ROWS", 2)
    monkeypatch.setattr("autoflow.common.sheet_slices.BLOCK_BYTES", 10)
    jobs.check_batch(batch_id=uploaded.pk)
    uploaded.refresh_from_db()
    assert (set(totals), uploaded.total_count, uploaded.checked_count) == ({3}, 3, 3)


def test_progress_tells_rows_speed_time_left_and_the_place_in_the_queue(client_for, market):
    cache.delete(HEARTBEAT_KEY)
    started = timezone.now() - timedelta(seconds=1_000)
    facts = {"status": ImportStatus.CHECKING, "checked_count": 20_000, "total_count": 100_000}
    running = ImportBatchFactory(enterprise=market, started_at=started, **facts)
    waiting = ImportBatchFactory(enterprise=market)
    client = client_for(market.staff.first())

    def progress(batch):
        return client.get(reverse("usedcar:import-progress", args=[batch.pk])).content.decode()

    assert re.search(r"已校验 20,000 / 100,000 行，每秒约 (19|20) 行，还需约 6\d 分钟", progress(running))
    assert '<progress aria-label="处理进度" value="20000" max="100000">' in progress(running)
    assert "前面还有 1 个文件" in progress(waiting)
    assert "后台处理暂时没有运行" in progress(waiting)
    beat_heart()
    assert "后台处理暂时没有运行" not in progress(waiting)


def test_enterprise_that_is_not_confirmed_any_more_gets_no_trade(uploaded, market):
    batch = confirmed_to_write(uploaded)
    Enterprise.objects.filter(pk=market.pk).update(status=FilingStatus.CHANGED)
    jobs.write_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.status == ImportStatus.FAILED
    assert "备案确认通过后才能填报" in batch.failure
    assert (Trade.objects.count(), batch.staged.count()) == (0, 0)


def test_upload_without_queue_is_kept_and_found_by_the_sweeper(
    client_for, tmp_path, market, monkeypatch, django_capture_on_commit_callbacks
):
    def away(*args, **kwargs):
        raise OperationalError

    client = client_for(market.staff.first())
    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(check_import, "delay", away)
        answer = client.post(
            reverse("usedcar:import-list"), {"file": workbook_of(tmp_path, market)}, follow=True
        )
    assert "已上传，正在排队" in answer.content.decode()
    sweep_imports()
    assert ImportBatch.objects.get().status == ImportStatus.CHECKED


def test_page_answers_while_redis_is_away(client_for, monkeypatch):
    def away(key):
        raise RedisError

    batch = ImportBatchFactory()
    beat_heart()
    monkeypatch.setattr(cache, "get", away, raising=False)
    answer = client_for(batch.uploaded_by).get(reverse("usedcar:import-detail", args=[batch.pk]))
    assert "后台处理暂时没有运行" in answer.content.decode()


@pytest.mark.parametrize(
    ("column", "value", "is_good"),
    [
        ("registration_cert_no", "1" * 13, False),
        ("original_price", Decimal("99999999999.00"), False),
        ("buyer_address", "路" * 201, False),
        ("seller_uscc", "9" * 19, False),
        ("remark", "a\\b", True),
        ("transferee_office", "\\N", True),
    ],
)
def test_values_at_the_edge_are_stored_as_typed_or_named(tmp_path, market, column, value, is_good):
    upload = workbook_of(tmp_path, market, count=1, **{column: value})
    batch = services.upload_import(upload=upload, by=market.staff.first())
    batch = confirmed_to_write(batch) if is_good else batch
    jobs.write_batch(batch_id=batch.pk) if is_good else jobs.check_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    if is_good:
        assert getattr(Trade.objects.get(), column) == value
    else:
        assert (batch.status, batch.bad_count) == (ImportStatus.CHECKED, 1)


def test_value_that_slipped_into_a_list_of_persons_is_not_kept(tmp_path, market):
    path = tmp_path / "shifted.xlsx"
    book = ErrorWorkbook(str(path), NAMES)
    book.add(["", "", "", "110101190001010014", "张三"], [])
    book.close()
    upload = SimpleUploadedFile("错位.xlsx", path.read_bytes())
    batch = services.upload_import(upload=upload, by=market.staff.first())
    jobs.check_batch(batch_id=batch.pk)
    messages = " ".join(batch.faults.values_list("message", flat=True))
    assert "“卖方国籍”的值不在可选项中" in messages
    assert "110101" not in messages
    assert "张三" not in messages


def test_files_are_deleted_a_day_after_the_end():
    name = default_storage.save("imports/test.xlsx", ContentFile(b"x"))
    ended = timezone.now() - jobs.KEEP_FILES - timedelta(minutes=1)
    batch = ImportBatchFactory(status=ImportStatus.FAILED, stored_as=name, finished_at=ended)
    jobs.sweep()
    batch.refresh_from_db()
    assert batch.stored_as == ""
    assert not default_storage.exists(name)


def test_checked_rows_nobody_came_back_for_are_deleted(uploaded):
    jobs.check_batch(batch_id=uploaded.pk)
    ImportBatch.objects.update(uploaded_at=timezone.now() - jobs.KEEP_UNCONFIRMED - timedelta(minutes=1))
    jobs.sweep()
    uploaded.refresh_from_db()
    assert (uploaded.status, uploaded.staged.count()) == (ImportStatus.CANCELLED, 0)


@pytest.mark.parametrize("page", ["import-detail", "import-progress", "import-errors"])
def test_import_of_another_enterprise_does_not_exist(client_for, uploaded, page):
    stranger = EnterpriseFactory(confirmed=True, used=True).staff.first()
    assert client_for(stranger).get(reverse(f"usedcar:{page}", args=[uploaded.pk])).status_code == 404
