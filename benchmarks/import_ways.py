"""One way of importing a workbook, in a process of its own: `python -m benchmarks.import_ways WAY FILE ROWS`.

Prints one JSON object: seconds from the file to committed rows, rows written, peak memory.
"""

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "autoflow.settings.dev")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django

django.setup()

import fastexcel  # noqa: E402
import polars as pl  # noqa: E402
import tablib  # noqa: E402
from django.core.files.uploadedfile import UploadedFile  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from import_export import fields, resources  # noqa: E402

from autoflow.common.identifiers import mask_id  # noqa: E402
from autoflow.common.workbooks import check_container  # noqa: E402
from benchmarks.import_file import is_bad, reporter, rows_of  # noqa: E402
from filing.permissions import enterprise_of  # noqa: E402
from usedcar import jobs  # noqa: E402
from usedcar.import_columns import frame_of  # noqa: E402
from usedcar.import_rows import check_row, match_header  # noqa: E402
from usedcar.models import ImportBatch, Trade  # noqa: E402
from usedcar.services import commit_import, upload_import  # noqa: E402
from usedcar.staging import COLUMNS, CSV_OPTIONS, lines_of, party_key, seal, with_keys  # noqa: E402
from usedcar.template_workbook import ErrorWorkbook  # noqa: E402

OWN = ("enterprise_id", "jurisdiction_code", "division_code", "reported_by_id", "reported_at")


def ours(path, rows):
    """Upload, check, commit and write, as the pages and the worker do it one after the other."""
    by = reporter()
    start = time.perf_counter()
    with path.open("rb") as source:
        batch = upload_import(upload=UploadedFile(source, path.name, size=path.stat().st_size), by=by)
    jobs.check_batch(batch_id=batch.pk)
    checked = time.perf_counter()
    commit_import(batch_id=batch.pk, has_read_warnings=True, by=by)
    jobs.write_batch(batch_id=batch.pk)
    end = time.perf_counter()
    batch.refresh_from_db()
    return end - start, batch.written_count, {"check_seconds": round(checked - start, 3)}


def floor(path, rows):
    """Parse to Arrow, then one COPY of rows that are ready into the table as it is; nothing is checked."""
    by = reporter()
    enterprise = enterprise_of(by)
    own = (enterprise.pk, enterprise.jurisdiction_code, enterprise.division_code, by.pk)
    parts = []
    sound = [row for number, row in enumerate(rows_of(rows)) if not is_bad(number)]
    for first in range(0, len(sound), 5_000):
        frame = seal(with_keys(frame_of(sound[first : first + 5_000])))
        columns = dict(zip(OWN, map(pl.lit, (*own, timezone.now().isoformat())), strict=True))
        parts.append(lines_of(frame.with_columns(**columns), (*COLUMNS, *OWN)))
    into = f"COPY {Trade._meta.db_table} ({', '.join((*COLUMNS, *OWN))}) FROM STDIN {CSV_OPTIONS}"
    with tempfile.TemporaryFile() as ready:
        ready.writelines(parts)
        ready.seek(0)
        start = time.perf_counter()
        fastexcel.read_excel(path).load_sheet(0, header_row=1).to_arrow()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.copy_expert(into, ready)
            written = cursor.rowcount
        return time.perf_counter() - start, written, {}


class TradeResource(resources.ModelResource):
    """The import of django-import-export with the same rules, encryption and duplicates."""

    invoice_number = fields.Field(attribute="invoice_number", column_name="*发票号码")
    invoice_code = fields.Field(attribute="invoice_code", column_name="发票代码")

    class Meta:
        model = Trade
        import_id_fields = ("invoice_number", "invoice_code")
        fields = ("invoice_number", "invoice_code")

    def __init__(self, headers):
        super().__init__()
        self.names, _ = match_header(headers)
        self.enterprise, self.by = enterprise_of(reporter()), reporter()
        self.today, self.now, self.bad, self.seen = timezone.localdate(), timezone.now(), [], set()

    def before_import_row(self, row, row_number=0, **options):
        cells = ["" if cell is None else cell for cell in row.values()]
        values, found = check_row(cells, self.names, row_number, self.today, self.enterprise.uscc)
        invoice = values["invoice_code"], values["invoice_number"]
        row["values"] = values
        row["skip"] = any(one.stops for one in found) or invoice in self.seen
        row["发票代码"], row["*发票号码"] = invoice
        self.seen.add(invoice)
        if row["skip"]:
            self.bad.append((cells, [one.message for one in found]))

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return row["skip"] or super().skip_row(instance, original, row, import_validation_errors)

    def import_instance(self, instance, row, **options):
        values = row["values"]
        for name, value in values.items():
            setattr(instance, name, value)
        for party in ("seller", "buyer"):
            number = values[f"{party}_id_number"]
            setattr(instance, f"{party}_id_key", party_key(values[f"{party}_id_type"], number))
            setattr(instance, f"{party}_id_mask", mask_id(number))
        instance.enterprise, instance.reported_by, instance.reported_at = self.enterprise, self.by, self.now
        instance.jurisdiction_code = self.enterprise.jurisdiction_code
        instance.division_code = self.enterprise.division_code


class BulkResource(TradeResource):
    class Meta(TradeResource.Meta):
        use_bulk = True
        force_init_instance = True
        skip_diff = True


def import_export(path, rows, resource_class=TradeResource):
    before = Trade.objects.count()
    start = time.perf_counter()
    check_container(path)
    data = tablib.Dataset().load(path.read_bytes(), format="xlsx", skip_lines=1)
    resource = resource_class(data.headers)
    result = resource.import_data(data, raise_errors=True, use_transactions=True)
    with tempfile.TemporaryDirectory() as folder:
        errors = ErrorWorkbook(str(Path(folder, "errors.xlsx")), resource.names)
        for cells, messages in resource.bad:
            errors.add(cells, messages)
        errors.close()
    seconds = time.perf_counter() - start
    if result.has_errors():
        raise RuntimeError(result.row_errors()[0])
    return seconds, Trade.objects.count() - before, {}


def import_export_bulk(path, rows):
    return import_export(path, rows, BulkResource)


def forget_written(first_new):
    """Leave the table as it was found, so that the next way starts from the same."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(f"DELETE FROM {Trade._meta.db_table} WHERE id > %s", [first_new])  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(f"VACUUM {Trade._meta.db_table}")


def main():
    way, path, rows = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    last = Trade.objects.order_by("-id").values_list("id", flat=True).first() or 0
    try:
        seconds, written, more = globals()[way](path, rows)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    finally:
        ImportBatch.objects.filter(file_name=path.name).exclude(status="CANCELLED").update(
            finished_at=timezone.now()
        )
        forget_written(last)
    print(json.dumps({"seconds": seconds, "written": written, "peak_rss_mb": peak, **more}))


if __name__ == "__main__":
    main()
