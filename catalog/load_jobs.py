"""What the worker does with a workbook of the catalogue: look at it, write it, try again."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile

from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.audit import record
from autoflow.common.leases import MAX_TRIES, LeaseLost, claim, hold, release, unheld
from autoflow.common.workbooks import WorkbookRefused
from catalog.enums import LOAD_UNFINISHED, LoadStatus
from catalog.load_files import delete_files, store_problems
from catalog.load_writing import write_plan
from catalog.loading import Plan, Verdict
from catalog.models import CatalogueLoad
from catalog.workbook import CatalogueRow, read_catalogue

STEP = 500
KEEP_FILES = timedelta(hours=24)
KEEP_UNCONFIRMED = timedelta(days=7)
MOST_SWEPT = 100
GIVEN_UP = "系统多次处理未能完成，已停止，目录没有改动。请检查文件后重新上传；仍有问题请联系技术支持。"
FILE_GONE = "上传的文件已不存在，请重新上传。"
logger = logging.getLogger(__name__)


def run_load(*, load_id: int) -> None:
    """Look at an uploaded workbook, or write one that was confirmed; again after a fault."""
    load = claim(CatalogueLoad.objects.filter(status__in=LOAD_UNFINISHED), load_id)
    if load is None:
        return
    with _at_work(load):
        if load.tries > MAX_TRIES:
            fail(load, GIVEN_UP)
            return
        plan = plan_of(load)
        store_problems(load, plan.found(*problems_of(load)))
        if load.status == LoadStatus.UPLOADED:
            keep_preview(load, plan)
        else:
            write(load, plan)


@contextmanager
def _at_work(load):
    """What a refused file, a lost lease and a fault mean for the load."""
    try:
        yield
    except (WorkbookRefused, FileNotFoundError) as error:
        with suppress(LeaseLost):  # cancelled meanwhile
            fail(load, getattr(error, "message", FILE_GONE))
    except LeaseLost:
        logger.info("catalogue load lease lost", extra={"load": load.pk})
    except BaseException:
        with suppress(DatabaseError, LeaseLost):
            release(load)
        raise


def plan_of(load: CatalogueLoad) -> Plan:
    """What the workbook would change in the catalogue as it is now; outside of any transaction, since the
    database ends one that is idle for a minute.
    """
    with NamedTemporaryFile(suffix=".xlsx") as copy:
        with default_storage.open(load.stored_as) as stored:
            copyfileobj(stored, copy)
        copy.flush()
        rows = list(read_catalogue(Path(copy.name)))
    hold(load, total_count=len(rows), read_count=0)
    plan = Plan(_counted(load, rows))
    hold(load, read_count=len(rows))
    return plan


def _counted(load: CatalogueLoad, rows: Iterable[CatalogueRow]) -> Iterator[CatalogueRow]:
    """The rows, telling every now and then how far the work is."""
    for count, row in enumerate(rows, start=1):
        yield row
        if not count % STEP:
            hold(load, read_count=count)


def problems_of(load: CatalogueLoad) -> tuple[Verdict, ...]:
    """What a person should look at: before the load is confirmed, and after it was written what was not."""
    if load.status == LoadStatus.UPLOADED:
        return Verdict.ERROR, Verdict.DOUBTFUL, Verdict.CHANGED
    return (Verdict.ERROR,) if load.with_doubtful else (Verdict.ERROR, Verdict.DOUBTFUL)


@transaction.atomic
def keep_preview(load: CatalogueLoad, plan: Plan) -> None:
    """The load waits for a person, who sees what it would do."""
    result = {"told": plan.told(*problems_of(load)), "new": plan.told(Verdict.NEW)}
    hold(load, status=LoadStatus.CHECKED, counts=plan.counts, result=result, lease_until=None, tries=0)
    record("catalog.load-check", load, by=load.uploaded_by, **plan.counts)


@transaction.atomic
def write(load: CatalogueLoad, plan: Plan) -> None:
    """The entries and the DONE mark commit together, or not at all; twice changes nothing."""
    hold(load)
    counts = plan.counts | {"WRITTEN": write_plan(plan, with_doubtful=load.with_doubtful)}
    left = problems_of(load)
    done = {"status": LoadStatus.DONE, "finished_at": timezone.now(), "lease_until": None}
    hold(load, counts=counts, result={"told": plan.told(*left)}, **done)
    record("catalog.load", load, by=load.applied_by, doubtful=load.with_doubtful, **counts)


@transaction.atomic
def fail(load: CatalogueLoad, reason: str) -> None:
    """End a load that cannot be read or written, with the reason its page shows."""
    reason = reason[: CatalogueLoad._meta.get_field("failure").max_length]
    hold(load, status=LoadStatus.FAILED, failure=reason, finished_at=timezone.now(), lease_until=None)
    record("catalog.load-fail", load, by=load.uploaded_by)


def sweep() -> list[int]:
    """Tidy up, and name the loads whose work must be rung for again."""
    now = timezone.now()
    cancel_unconfirmed(now - KEEP_UNCONFIRMED)
    ended = CatalogueLoad.objects.filter(finished_at__lt=now - KEEP_FILES).exclude(stored_as="")
    for load in ended[:MOST_SWEPT]:
        delete_files(load)
    return list(unheld(CatalogueLoad.objects.filter(status__in=LOAD_UNFINISHED)).values_list("pk", flat=True))


def cancel_unconfirmed(before: datetime) -> None:
    """A workbook nobody comes back to confirm is given up, so that its files go too."""
    for load in CatalogueLoad.objects.filter(status=LoadStatus.CHECKED, uploaded_at__lt=before)[:MOST_SWEPT]:
        with transaction.atomic(), suppress(LeaseLost):
            hold(load, status=LoadStatus.CANCELLED, finished_at=timezone.now(), lease_until=None)
            record("catalog.load-expire", load)
