"""How tests import trades: rows of a reporter, a filled workbook, the check and the writing."""

from datetime import timedelta

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from usedcar import jobs, services
from usedcar.enums import ImportStatus
from usedcar.synthetic import Reporter, trade_rows
from usedcar.template_workbook import ErrorWorkbook, cells_of, template_columns

NAMES = [column["identifier"] for column in template_columns()]


def made_rows(market, count, **changes):
    reporter = Reporter(market.uscc, market.name, market.division_code)
    days = [timezone.localdate() - timedelta(days=number) for number in range(20)]
    return [{**row, **changes} for row in trade_rows(count, 9, days=days, reporter=reporter)]


def filled(path, rows, names=NAMES):
    """A workbook with these rows of cells."""
    book = ErrorWorkbook(str(path), names)
    for cells in rows:
        book.add(cells, [])
    book.close()
    return path


def upload(market, path):
    """Have a workbook checked."""
    file = SimpleUploadedFile("交易.xlsx", path.read_bytes())
    batch = services.upload_import(upload=file, by=market.staff.first())
    jobs.check_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def write(batch):
    """Have the right rows of a checked import written; how many were."""
    services.commit_import(batch_id=batch.pk, has_read_warnings=True, by=batch.uploaded_by)
    jobs.write_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch.written_count


def edited(path, change):
    """The workbook after somebody worked on its sheet in another program."""
    book = openpyxl.load_workbook(path)
    change(book.worksheets[0])
    book.save(path)
    return path


def checked(market, folder, rows):
    """An import of these normalised rows that waits for the user's word."""
    batch = upload(market, filled(folder / "rows.xlsx", [cells_of(row) for row in rows]))
    assert batch.status == ImportStatus.CHECKED, batch.failure
    return batch


def imported(market, folder, count=3, **changes):
    """An import that is done."""
    batch = checked(market, folder, made_rows(market, count, **changes))
    assert write(batch) == count
    return batch
