"""The import of a workbook, from upload to committed trades."""

import io
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from autoflow.celery import app
from autoflow.common.workbooks import read_rows
from benchmarks.measure import report, seconds_of
from filing.permissions import enterprise_of
from usedcar.enums import ImportStatus
from usedcar.models import ImportBatch
from usedcar.services import commit_import, upload_import
from usedcar.staging import stage
from usedcar.synthetic import Reporter, trade_rows
from usedcar.template_workbook import cells_of, template_columns

ROWS = 5_000


def bench_import():
    """Parsing and one COPY of the same rows are the floor that no way of importing gets below."""
    app.conf.task_always_eager = True
    market = User.objects.get(username="market")
    rows = new_rows(enterprise_of(market))
    data = workbook(rows)
    batches = []
    seconds = seconds_of(lambda: batches.append(imported(data, market)))
    batches[0].refresh_from_db()
    if (batches[0].status, batches[0].written_count) != (ImportStatus.DONE, ROWS):
        raise RuntimeError(f"导入没有完成：{batches[0].get_status_display()}，{batches[0].written_count} 行")
    floor = seconds_of(lambda: parse(data)) + seconds_of(lambda: copy(rows, batches[0]))
    report("import", ROWS, seconds, baseline=floor)


def imported(data, user):
    upload = SimpleUploadedFile("bench.xlsx", data)
    batch = upload_import(upload=upload, by=user)
    return commit_import(batch_id=batch.pk, has_read_warnings=True, by=user)


def new_rows(enterprise):
    """Trades of the last month under invoices that no earlier run used."""
    reporter = Reporter(enterprise.uscc, enterprise.name, enterprise.division_code)
    days = [timezone.localdate() - timedelta(days=number) for number in range(28)]
    return list(trade_rows(ROWS, int(time.time()), days=days, reporter=reporter))


def workbook(rows):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(1, 0, [column["header_zh"] for column in template_columns()])
        for number, row in enumerate(rows, start=2):
            for index, value in enumerate(cells_of(row)):
                write_cell(sheet, number, index, value)
    return buffer.getvalue()


def write_cell(sheet, row, index, value):
    if isinstance(value, str):
        sheet.write_string(row, index, value)
    else:
        sheet.write(row, index, value)


def parse(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bench.xlsx")
        path.write_bytes(data)
        for _ in read_rows(path):
            pass


def copy(rows, batch: ImportBatch):
    with transaction.atomic():
        stage(batch, [(number, False, row) for number, row in enumerate(rows)])
        transaction.set_rollback(True)
