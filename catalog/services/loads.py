"""The bulk load of the national catalogue: upload, look, apply."""

import uuid
from collections.abc import Iterable
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.errors import BusinessError
from autoflow.common.workbooks import WorkbookRefused
from catalog.enums import LoadAction
from catalog.loading import Plan, Verdict
from catalog.models import Brand, BrandProducer, CatalogueLoad, Displacement, Producer, VehicleModel
from catalog.steps import allow_names
from catalog.workbook import CatalogueRow, read_catalogue

IN_ORDER = (Producer, Brand, BrandProducer, VehicleModel, Displacement)
BATCH = 1000


def upload_load(*, upload: UploadedFile, by: User) -> CatalogueLoad:
    """Keep a workbook that can be read; nothing of it is in the catalogue yet."""
    require(by, Permission.CATALOG_MANAGE)
    stored_as = default_storage.save(f"catalogue/{uuid.uuid4().hex}.xlsx", upload)
    with ExitStack() as undo, transaction.atomic():
        undo.callback(default_storage.delete, stored_as)
        load = CatalogueLoad(file_name=upload.name[-200:], stored_as=stored_as, uploaded_by=by)
        load.counts = plan_of(load).counts
        load.save()
        record("catalog.upload", load, by=by, size=upload.size)
        undo.pop_all()
    return load


def plan_of(load: CatalogueLoad) -> Plan:
    """What the workbook would change in the catalogue as it is now."""
    with _on_disk(load.stored_as) as path:
        try:
            return Plan(read_catalogue(path))
        except WorkbookRefused as error:
            raise BusinessError(error.message) from error


@contextmanager
def _on_disk(stored_as):
    """A copy the readers of workbooks can seek in, wherever the storage is."""
    with NamedTemporaryFile(suffix=".xlsx") as copy, default_storage.open(stored_as) as stored:
        for chunk in stored.chunks():
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


@transaction.atomic
def apply_load(*, load_id: int, with_doubtful: bool, by: User) -> CatalogueLoad:
    """Write what the workbook says, worked out anew on the catalogue as it is now; twice changes nothing."""
    require(by, Permission.CATALOG_MANAGE)
    load = get_object_or_404(CatalogueLoad.objects.visible_to(by).select_for_update(of=("self",)), pk=load_id)
    load.move(LoadAction.APPLY)
    plan = plan_of(load)
    load.counts = plan.counts | {"WRITTEN": _write(plan, with_doubtful)}
    load.finished_at = timezone.now()
    load.save(update_fields=["status", "counts", "finished_at"])
    record("catalog.load", load, by=by, doubtful=with_doubtful, **load.counts)
    return load


@transaction.atomic
def cancel_load(*, load_id: int, by: User) -> CatalogueLoad:
    """Put a workbook aside; nothing of it was written."""
    require(by, Permission.CATALOG_MANAGE)
    load = get_object_or_404(CatalogueLoad.objects.visible_to(by).select_for_update(of=("self",)), pk=load_id)
    load.move(LoadAction.CANCEL)
    load.finished_at = timezone.now()
    load.save(update_fields=["status", "finished_at"])
    record("catalog.cancel", load, by=by)
    return load


@transaction.atomic
def load_rows(*, rows: Iterable[CatalogueRow], with_doubtful: bool) -> Plan:
    """Write rows at once, for the command and the demonstration; the plan tells what became of each."""
    plan = Plan(rows)
    record("catalog.load", doubtful=with_doubtful, WRITTEN=_write(plan, with_doubtful), **plan.counts)
    return plan


def _write(plan, with_doubtful):
    """New entries in the order they need each other, then changed ones; answers how many."""
    wanted = {Verdict.NEW, Verdict.DOUBTFUL} if with_doubtful else {Verdict.NEW}
    written = 0
    for model in IN_ORDER:
        new = [item.entry for item in plan.items if item.verdict in wanted and isinstance(item.entry, model)]
        model.objects.bulk_create(map(_with_parents_saved, new), batch_size=BATCH)
        if model is VehicleModel:
            allow_names(new)
        changed = [
            item for item in plan.items if item.verdict == Verdict.CHANGED and isinstance(item.entry, model)
        ]
        for item in changed:
            for name, value in item.said.items():
                setattr(item.entry, name, value)
            item.entry.save(update_fields=[*item.said])
        written += len(new) + len(changed)
    return written


def _with_parents_saved(entry):
    """The ids of parents that were new themselves."""
    for name in ("brand", "producer", "model"):
        if hasattr(entry, f"{name}_id"):
            setattr(entry, name, getattr(entry, name))
    return entry
