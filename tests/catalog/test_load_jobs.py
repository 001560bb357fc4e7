"""The worker's part of a bulk load: looked at, written once, whole or not at all."""

import os
import subprocess
import sys
from datetime import timedelta
from random import Random
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from accounts.models import AuditRecord
from autoflow.common.errors import BusinessError, ConflictError
from autoflow.common.leases import MAX_TRIES, LeaseLost, claim, hold
from autoflow.common.workbooks import read_rows
from catalog import load_jobs, loading, tasks
from catalog.enums import CatalogStatus, LoadStatus
from catalog.load_files import has_problems
from catalog.models import Brand, BrandProducer, CatalogueLoad, Displacement, Producer, VehicleModel
from catalog.services import apply_load, cancel_load, upload_load
from tests.catalog.test_loading import ROW, totals, workbook
from tests.factories import BrandFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return UserFactory(admin=True)


def uploaded(folder, admin, rows=(ROW,)):
    """A load whose bell has not rung yet."""
    content = workbook(folder / "catalogue.xlsx", rows).read_bytes()
    return upload_load(upload=SimpleUploadedFile("catalogue.xlsx", content), by=admin)


def work(load):
    load_jobs.run_load(load_id=load.pk)
    load.refresh_from_db()
    return load


def confirmed(load, admin, *, with_doubtful=False):
    work(load)
    return apply_load(load_id=load.pk, with_doubtful=with_doubtful, by=admin)


def lease_ends(load):
    CatalogueLoad.objects.filter(pk=load.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_upload_is_looked_at_and_writes_nothing_until_it_is_applied_and_then_once(tmp_path, admin):
    load = uploaded(tmp_path, admin)
    assert (load.status, load.counts) == (LoadStatus.UPLOADED, {})
    work(load)
    assert (load.status, load.counts["NEW"], totals()) == (LoadStatus.CHECKED, 6, [0] * 5)
    assert load.result["new"]["count"] == 6
    apply_load(load_id=load.pk, with_doubtful=False, by=admin)
    assert totals() == [0] * 5
    with pytest.raises(ConflictError):
        apply_load(load_id=load.pk, with_doubtful=False, by=admin)
    work(load)
    work(load)
    assert (load.status, load.counts["WRITTEN"], totals()) == (LoadStatus.DONE, 6, [1, 1, 1, 1, 2])
    assert AuditRecord.objects.filter(action="catalog.load").count() == 1


def test_the_bell_rings_when_the_upload_is_committed(tmp_path, admin, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        load = uploaded(tmp_path, admin)
    load.refresh_from_db()
    assert load.status == LoadStatus.CHECKED


def test_same_file_twice_loads_nothing_twice(tmp_path, admin):
    for _ in range(2):
        load = work(confirmed(uploaded(tmp_path, admin), admin))
    assert (load.counts["WRITTEN"], load.counts["SAME"], totals()) == (0, 6, [1, 1, 1, 1, 2])


def test_two_loads_of_one_file_that_were_both_looked_at_write_once(tmp_path, admin):
    first, second = uploaded(tmp_path, admin), uploaded(tmp_path, admin)
    confirmed(first, admin)
    confirmed(second, admin)
    assert (work(first).counts["WRITTEN"], work(second).counts["WRITTEN"]) == (6, 0)


def test_result_tells_what_was_not_written(tmp_path, admin):
    rows = [ROW, {**ROW, "model": "朗一"}, {**ROW, "model": "途岳1.5T"}]
    load = work(confirmed(uploaded(tmp_path, admin, rows), admin))
    assert [(each["name"], each["verdict"]) for each in load.result["told"]["rows"]] == [
        ("途岳1.5T", "ERROR"),
        ("朗一", "DOUBTFUL"),
    ]


def test_write_judges_by_the_catalogue_as_it_is_then(tmp_path, admin):
    load = confirmed(uploaded(tmp_path, admin), admin)
    BrandFactory(name="大众", status=CatalogStatus.PENDING)
    work(load)
    assert (load.status, load.counts["WRITTEN"]) == (LoadStatus.DONE, 1)  # the producer
    assert load.result["told"]["rows"][0]["message"] == "有企业的申请待审核，请先审核再导入。"


def test_cancelled_load_is_neither_looked_at_nor_applied(tmp_path, admin):
    load = uploaded(tmp_path, admin)
    cancel_load(load_id=load.pk, by=admin)
    assert work(load).status == LoadStatus.CANCELLED
    with pytest.raises(ConflictError):
        apply_load(load_id=load.pk, with_doubtful=False, by=admin)


def test_load_that_is_written_is_not_cancelled(tmp_path, admin):
    load = confirmed(uploaded(tmp_path, admin), admin)
    with pytest.raises(ConflictError):
        cancel_load(load_id=load.pk, by=admin)


def test_a_file_that_is_no_workbook_leaves_nothing_behind(admin):
    with pytest.raises(BusinessError, match=r"不是 \.xlsx 工作簿"):
        upload_load(upload=SimpleUploadedFile("catalogue.xlsx", b"name,brand"), by=admin)
    assert not CatalogueLoad.objects.exists()


def test_workbook_that_cannot_be_read_fails_with_the_reason(tmp_path, admin):
    content = workbook(tmp_path / "wrong.xlsx", [ROW], ["甲", "乙"]).read_bytes()
    load = work(upload_load(upload=SimpleUploadedFile("wrong.xlsx", content), by=admin))
    assert (load.status, load.lease_until) == (LoadStatus.FAILED, None)
    assert load.failure == "第 1 行没有找到列“品牌”“生产商”，请使用下载的模板。"


def test_file_that_is_gone_fails_with_the_reason(tmp_path, admin):
    load = uploaded(tmp_path, admin)
    default_storage.delete(load.stored_as)
    assert work(load).failure == load_jobs.FILE_GONE


def test_fault_in_the_middle_of_writing_leaves_nothing_and_the_sweeper_writes_it_once(
    tmp_path, admin, monkeypatch
):
    load = confirmed(uploaded(tmp_path, admin), admin)
    with monkeypatch.context() as patch:
        patch.setattr(Displacement.objects, "bulk_create", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            work(load)
    assert totals() == [0] * 5
    tasks.sweep_loads()
    tasks.sweep_loads()
    load.refresh_from_db()
    assert (load.status, load.tries, totals()) == (LoadStatus.DONE, 2, [1, 1, 1, 1, 2])


def test_worker_that_lost_its_lease_writes_nothing(tmp_path, admin):
    load = confirmed(uploaded(tmp_path, admin), admin)
    slow = claim(CatalogueLoad.objects.all(), load.pk)
    assert claim(CatalogueLoad.objects.all(), load.pk) is None
    lease_ends(load)
    work(load)
    with pytest.raises(LeaseLost):
        load_jobs.write(slow, load_jobs.Plan([]))
    with pytest.raises(LeaseLost):
        hold(slow, read_count=99)
    load.refresh_from_db()
    assert (load.counts["WRITTEN"], totals()) == (6, [1, 1, 1, 1, 2])


def test_load_is_given_up_after_three_tries(tmp_path, admin):
    load = uploaded(tmp_path, admin)
    for _ in range(MAX_TRIES):
        assert claim(CatalogueLoad.objects.all(), load.pk)
        lease_ends(load)
    tasks.sweep_loads()
    load.refresh_from_db()
    assert (load.status, load.failure) == (LoadStatus.FAILED, load_jobs.GIVEN_UP)


def test_all_rows_to_look_at_are_kept_until_the_files_go_and_the_row_stays(tmp_path, admin, monkeypatch):
    monkeypatch.setattr(loading, "MOST_TOLD", 1)
    rows = [ROW, {**ROW, "model": "朗一"}, {**ROW, "model": "途岳1.5T"}]
    load = work(uploaded(tmp_path, admin, rows))
    assert (load.result["told"]["count"], len(load.result["told"]["rows"])) == (2, 1)
    assert [row[2:4] for row in problems(load)] == [["途岳1.5T", "错误"], ["朗一", "存疑"]]
    apply_load(load_id=load.pk, with_doubtful=True, by=admin)
    assert [row[2:4] for row in problems(work(load))] == [["途岳1.5T", "错误"]]

    kept = [load.stored_as, load.problems_stored_as]
    load_jobs.sweep()
    assert all(map(default_storage.exists, kept))
    CatalogueLoad.objects.update(finished_at=timezone.now() - load_jobs.KEEP_FILES - timedelta(minutes=1))
    load_jobs.sweep()
    load.refresh_from_db()
    assert not any(map(default_storage.exists, kept))
    assert (load.stored_as, load.result["told"]["count"], load.counts["WRITTEN"]) == ("", 1, 9)
    assert not has_problems(load)


def problems(load):
    path = default_storage.path(load.problems_stored_as)
    return [cells for _, cells in read_rows(path, header_rows=1)][1:]


def test_load_without_such_rows_has_no_workbook_of_them(tmp_path, admin):
    assert not has_problems(work(uploaded(tmp_path, admin)))


def test_load_nobody_confirms_is_given_up_after_a_week(tmp_path, admin):
    load, fresh = work(uploaded(tmp_path, admin)), work(uploaded(tmp_path, admin))
    long_ago = timezone.now() - load_jobs.KEEP_UNCONFIRMED - timedelta(minutes=1)
    CatalogueLoad.objects.filter(pk=load.pk).update(uploaded_at=long_ago)
    tasks.sweep_loads()
    load.refresh_from_db()
    fresh.refresh_from_db()
    assert (load.status, fresh.status) == (LoadStatus.CANCELLED, LoadStatus.CHECKED)
    assert load.finished_at
    assert AuditRecord.objects.get(action="catalog.load-expire").object_id == str(load.pk)
    with pytest.raises(ConflictError):
        apply_load(load_id=load.pk, with_doubtful=False, by=admin)


KILLED = """
import django; django.setup()
from catalog import load_jobs
print("ready", flush=True)
load_jobs.run_load(load_id={load})
"""


def worker(load):
    """A process on the database of the tests that is about to work on the load."""
    address = urlsplit(os.environ["DATABASE_URL"])
    named = f"{address.scheme}://{address.netloc}/{connection.settings_dict['NAME']}?{address.query}"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED.format(load=load.pk)],
        stdout=subprocess.PIPE,
        env={**os.environ, "DATABASE_URL": named},
        text=True,
    )
    process.stdout.readline()
    return process


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_kills_at_any_moment_leave_all_or_nothing(tmp_path, admin):
    rows = [{**ROW, "model": f"{chr(0x4E00 + 9 * number)}{number}"} for number in range(1500)]
    random = Random(3)
    load = confirmed(uploaded(tmp_path, admin, rows), admin, with_doubtful=True)
    for _ in range(MAX_TRIES - 1):
        process = worker(load)
        try:
            process.wait(random.uniform(0.3, 1.8))
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
        process.stdout.close()
        lease_ends(load)
        assert VehicleModel.objects.count() in (0, 1500)
    work(load)
    assert (load.status, totals()) == (LoadStatus.DONE, [1, 1, 1, 1500, 3000])
    assert [model.objects.count() for model in (Brand, Producer, BrandProducer)] == [1, 1, 1]
