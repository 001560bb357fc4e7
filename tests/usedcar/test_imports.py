"""An import from the template to the trades, what is refused on the way, and nothing written twice."""

import io
import logging
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRecord
from filing.enums import FilingStatus
from filing.models import Enterprise
from tests.factories import FilingFactory, UserFactory
from usedcar import jobs
from usedcar.enums import ImportStatus
from usedcar.models import ImportBatch, ImportFault, Trade
from usedcar.synthetic import Reporter, trade_rows
from usedcar.template_workbook import cells_of

pytestmark = pytest.mark.django_db
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def reporter_of(**traits):
    filing = FilingFactory(confirmed=True, **traits)
    Enterprise.objects.filter(pk=filing.enterprise_id).update(types=["B2"])
    return Enterprise.objects.get(pk=filing.enterprise_id)


@pytest.fixture
def reporter():
    return reporter_of()


@pytest.fixture
def clerk(client_for, reporter):
    return client_for(reporter.staff.first())


def rows_for(enterprise, count, seed=1, kind="B2"):
    day = timezone.localdate() - timedelta(days=5)
    made = Reporter(enterprise.uscc, enterprise.name, enterprise.division_code, kind)
    return list(trade_rows(count, seed, days=[day], reporter=made))


def workbook(client, rows):
    template = client.get(reverse("usedcar:import-template"))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(template.streaming_content)))
    for number, row in enumerate(rows, start=3):
        for column, value in enumerate(cells_of(row), start=1):
            if value not in (None, ""):
                book.worksheets[0].cell(number, column, value)
    buffer = io.BytesIO()
    book.save(buffer)
    return SimpleUploadedFile("交易.xlsx", buffer.getvalue(), content_type=XLSX)


def upload(client, file, run):
    with run(execute=True):
        answer = client.post(reverse("usedcar:import-list"), {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    return ImportBatch.objects.latest("id")


def commit(client, batch, run, **data):
    with run(execute=True):
        return client.post(reverse("usedcar:import-commit", args=[batch.pk]), {"warnings_read": "on", **data})


def test_right_rows_become_trades_and_bad_ones_come_back(clerk, reporter, django_capture_on_commit_callbacks):
    rows = rows_for(reporter, 10)
    rows[4] = {**rows[4], "vin": "LSV"}
    batch = upload(clerk, workbook(clerk, rows), django_capture_on_commit_callbacks)
    assert (batch.status, batch.good_count, batch.bad_count) == (ImportStatus.CHECKED, 9, 1)
    assert ImportFault.objects.filter(batch=batch, row_no=7, rule="T-030").exists()

    errors = clerk.get(reverse("usedcar:import-errors", args=[batch.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(errors.streaming_content))).worksheets[0]
    assert [row[23].value for row in sheet.iter_rows(min_row=3)] == ["LSV"]

    commit(clerk, batch, django_capture_on_commit_callbacks)
    batch.refresh_from_db()
    assert (batch.status, batch.written_count) == (ImportStatus.DONE, 9)
    assert Trade.objects.filter(enterprise=reporter).count() == 9
    page = clerk.get(reverse("usedcar:trade-list")).content.decode()
    assert rows[0]["vin"] in page
    assert "共 9 条" in page


def test_template_filled_with_its_own_example_imports_cleanly(
    clerk, reporter, django_capture_on_commit_callbacks
):
    template = clerk.get(reverse("usedcar:import-template"))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(template.streaming_content)))
    guide = book["填写说明"]
    for column, cell in enumerate(guide[guide.max_row], start=1):
        book.worksheets[0].cell(3, column).value = cell.value
    buffer = io.BytesIO()
    book.save(buffer)
    file = SimpleUploadedFile("交易.xlsx", buffer.getvalue(), content_type=XLSX)
    batch = upload(clerk, file, django_capture_on_commit_callbacks)
    assert (batch.good_count, batch.warned_count, batch.faults.count()) == (1, 0, 0)
    commit(clerk, batch, django_capture_on_commit_callbacks)
    assert Trade.objects.get().batch_row_no == 3


def test_same_file_again_writes_nothing(clerk, reporter, django_capture_on_commit_callbacks):
    rows = rows_for(reporter, 5)
    for _ in range(2):
        batch = upload(clerk, workbook(clerk, rows), django_capture_on_commit_callbacks)
        commit(clerk, batch, django_capture_on_commit_callbacks)
    batch.refresh_from_db()
    assert (batch.good_count, batch.known_count, batch.ready_count) == (5, 5, 0)
    page = clerk.get(reverse("usedcar:import-detail", args=[batch.pk])).content.decode()
    assert "第3行：该发票本企业已上报，不再导入。" in page
    assert Trade.objects.count() == 5


def test_duplicate_rows_in_a_file_are_named(clerk, reporter, django_capture_on_commit_callbacks):
    rows = rows_for(reporter, 2)
    batch = upload(clerk, workbook(clerk, [*rows, rows[0]]), django_capture_on_commit_callbacks)
    assert batch.bad_count == 1
    assert ImportFault.objects.filter(batch=batch, row_no=5, rule="I-007").exists()


def test_invoice_of_another_enterprise_is_refused(
    clerk, client_for, reporter, django_capture_on_commit_callbacks
):
    other = reporter_of()
    stranger = client_for(other.staff.first())
    rows = rows_for(reporter, 2, kind="B1")
    for client in (stranger, clerk):
        batch = upload(client, workbook(client, rows), django_capture_on_commit_callbacks)
        if client is stranger:
            commit(client, batch, django_capture_on_commit_callbacks)
    assert (batch.good_count, batch.bad_count) == (0, 2)
    assert ImportFault.objects.filter(batch=batch, rule="T-051").count() == 2


def test_tasks_delivered_twice_write_once(clerk, reporter, django_capture_on_commit_callbacks):
    batch = upload(clerk, workbook(clerk, rows_for(reporter, 4)), django_capture_on_commit_callbacks)
    commit(clerk, batch, django_capture_on_commit_callbacks)
    jobs.check_batch(batch_id=batch.pk)
    jobs.write_batch(batch_id=batch.pk)
    assert Trade.objects.count() == 4


def test_batch_in_another_workers_lease_is_left_alone(clerk, reporter, django_capture_on_commit_callbacks):
    batch = upload(clerk, workbook(clerk, rows_for(reporter, 2)), django_capture_on_commit_callbacks)
    held = timezone.now() + timedelta(seconds=30)
    ImportBatch.objects.filter(pk=batch.pk).update(status=ImportStatus.WRITING, lease_until=held)
    jobs.write_batch(batch_id=batch.pk)
    assert Trade.objects.count() == 0
    assert jobs.sweep() == []


def test_cancelled_import_leaves_no_trace_of_its_rows(clerk, reporter, django_capture_on_commit_callbacks):
    batch = upload(clerk, workbook(clerk, rows_for(reporter, 3)), django_capture_on_commit_callbacks)
    clerk.post(reverse("usedcar:import-cancel", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.status == ImportStatus.CANCELLED
    assert (batch.staged.count(), Trade.objects.count()) == (0, 0)


def test_all_or_nothing_writes_nothing_with_a_bad_row(clerk, reporter, django_capture_on_commit_callbacks):
    rows = rows_for(reporter, 3)
    rows[0] = {**rows[0], "vin": "LSV"}
    batch = upload(clerk, workbook(clerk, rows), django_capture_on_commit_callbacks)
    answer = commit(clerk, batch, django_capture_on_commit_callbacks, which="all")
    assert answer.status_code == 422
    assert "没有导入任何行" in answer.content.decode()
    assert Trade.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "content"), [("a.xls", b"x"), ("a.xlsx", b""), ("a.xlsx", None)], ids=["ending", "empty", "none"]
)
def test_upload_without_a_workbook_is_refused(clerk, name, content):
    data = {} if content is None else {"file": SimpleUploadedFile(name, content)}
    assert clerk.post(reverse("usedcar:import-list"), data).status_code == 422
    assert not ImportBatch.objects.exists()


def test_file_that_is_no_workbook_fails_with_the_reason(clerk, django_capture_on_commit_callbacks):
    file = SimpleUploadedFile("假.xlsx", b"not a workbook at all")
    batch = upload(clerk, file, django_capture_on_commit_callbacks)
    assert batch.status == ImportStatus.FAILED
    assert batch.failure in clerk.get(reverse("usedcar:import-detail", args=[batch.pk])).content.decode()


@pytest.mark.parametrize("status", [FilingStatus.SUBMITTED, FilingStatus.CHANGED, FilingStatus.RETURNED])
def test_unconfirmed_enterprise_imports_nothing(clerk, reporter, status):
    file = workbook(clerk, rows_for(reporter, 1))
    Enterprise.objects.filter(pk=reporter.pk).update(status=status)
    answer = clerk.post(reverse("usedcar:import-list"), {"file": file})
    assert answer.status_code == 422
    assert "备案确认通过后才能填报二手车交易信息" in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_numbers_of_persons_stay_out_of_pages_logs_and_trail(
    clerk, client_for, reporter, caplog, django_capture_on_commit_callbacks
):
    caplog.set_level(logging.DEBUG)
    rows = [row for row in rows_for(reporter, 40) if row["buyer_party_kind"] == "PERSON"][:6]
    number = rows[0]["buyer_id_number"]
    rows[0] = {**rows[0], "vin": "LSV"}
    batch = upload(clerk, workbook(clerk, rows), django_capture_on_commit_callbacks)
    commit(clerk, batch, django_capture_on_commit_callbacks)
    trade = Trade.objects.exclude(buyer_id_mask="").first()
    pages = [
        clerk.get(reverse("usedcar:import-detail", args=[batch.pk])),
        clerk.get(reverse("usedcar:trade-detail", args=[trade.pk])),
        client_for(UserFactory(county=True)).get(reverse("usedcar:trade-list")),
    ]
    secrets = {number, trade.buyer_id_number}
    written = [page.content.decode() for page in pages] + [caplog.text]
    written += [str(row) for row in AuditRecord.objects.values_list("summary", "detail")]
    written += list(ImportFault.objects.values_list("message", flat=True))
    assert not [text for text in written for secret in secrets if secret in text]
    assert trade.buyer_id_mask in written[1]
