"""Upload, check, commit and write, as the pages and the worker do it one after the other."""

import time

from django.core.files.uploadedfile import UploadedFile

from benchmarks.import_file import reporter
from usedcar import jobs
from usedcar.services import commit_import, upload_import


def run(path, rows):
    by = reporter()
    start = time.perf_counter()
    with path.open("rb") as source:
        upload = UploadedFile(source, path.name, size=path.stat().st_size)
        batch = upload_import(upload=upload, by=by)
    jobs.check_batch(batch_id=batch.pk)
    checked = time.perf_counter()
    commit_import(batch_id=batch.pk, has_read_warnings=True, by=by)
    jobs.write_batch(batch_id=batch.pk)
    end = time.perf_counter()
    batch.refresh_from_db()
    return end - start, batch.written_count, {"check_seconds": round(checked - start, 3)}
