"""The bulk load of the national catalogue: upload, apply, put aside; the worker looks and writes."""

import uuid
from collections.abc import Iterable
from contextlib import ExitStack

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.bell import ring
from autoflow.common.errors import BusinessError
from autoflow.common.workbooks import WorkbookRefused, check_head
from catalog import tasks
from catalog.enums import LoadAction
from catalog.load_writing import write_plan
from catalog.loading import Plan
from catalog.models import CatalogueLoad
from catalog.workbook import MOST_BYTES, CatalogueRow


def upload_load(*, upload: UploadedFile, by: User) -> CatalogueLoad:
    """Keep a workbook and have it looked at; nothing of it is in the catalogue yet."""
    require(by, Permission.CATALOG_MANAGE)
    try:
        check_head(upload, upload.size, MOST_BYTES)
    except WorkbookRefused as error:
        raise BusinessError(error.message) from error
    stored_as = default_storage.save(f"catalogue/{uuid.uuid4().hex}.xlsx", upload)
    with ExitStack() as undo, transaction.atomic():
        undo.callback(default_storage.delete, stored_as)
        load = CatalogueLoad.objects.create(file_name=upload.name[-200:], stored_as=stored_as, uploaded_by=by)
        record("catalog.upload", load, by=by, size=upload.size)
        ring(tasks.run_load, load.pk)
        undo.pop_all()
    return load


@transaction.atomic
def apply_load(*, load_id: int, with_doubtful: bool, by: User) -> CatalogueLoad:
    """Have the worker write what the workbook says, worked out anew on the catalogue as it will be then."""
    load = _moved(load_id, LoadAction.APPLY, by)
    load.with_doubtful, load.applied_by, load.total_count = with_doubtful, by, 0
    load.save(update_fields=["status", "with_doubtful", "applied_by", "total_count"])
    record("catalog.load-apply", load, by=by, doubtful=with_doubtful)
    ring(tasks.run_load, load.pk)
    return load


@transaction.atomic
def cancel_load(*, load_id: int, by: User) -> CatalogueLoad:
    """Put a workbook aside; nothing of it was written."""
    load = _moved(load_id, LoadAction.CANCEL, by)
    load.finished_at, load.lease_until = timezone.now(), None
    load.save(update_fields=["status", "finished_at", "lease_until"])
    record("catalog.cancel", load, by=by)
    return load


def _moved(load_id, action, by):
    """The load after the step, locked; refused at once while the worker writes it and holds its row."""
    require(by, Permission.CATALOG_MANAGE)
    visible = CatalogueLoad.objects.visible_to(by)
    get_object_or_404(visible, pk=load_id).move(action)
    load = visible.select_for_update(of=("self",)).get(pk=load_id)
    load.move(action)
    return load


def load_rows(*, rows: Iterable[CatalogueRow], with_doubtful: bool) -> Plan:
    """Write rows at once, for the command and the demonstration; the plan tells what became of each."""
    plan = Plan(rows)
    with transaction.atomic():
        written = write_plan(plan, with_doubtful=with_doubtful)
        record("catalog.load", doubtful=with_doubtful, WRITTEN=written, **plan.counts)
    return plan
