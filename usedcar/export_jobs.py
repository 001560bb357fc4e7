"""Exports the worker makes: claim one, write it row by row, keep the file, pick up what was left lying."""

import logging
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.audit import record
from accounts.notices import notify
from autoflow.common.leases import LEASE, MAX_TRIES, LeaseLost, hold, release, unheld
from autoflow.common.pages import beyond
from autoflow.common.tables import open_table
from usedcar.enums import EXPORT_UNFINISHED, ExportStatus
from usedcar.filters import TradeFilter
from usedcar.models import Trade, TradeExport
from usedcar.querysets import TradeQuerySet, scope_of
from usedcar.staging import LONG_STATEMENT
from usedcar.trade_workbook import HEADERS, SHEET, note_of, row_of

KEEP = timedelta(days=7)
MOST_ROWS = 1_000_000
CHUNK = 2_000
KEYS = ("traded_on", "id")
TOO_MANY = f"一次最多导出 {MOST_ROWS:,} 条，请按月份等条件缩小范围后再导出。"
GIVEN_UP = "系统多次处理未能完成，已停止。请稍后重新导出；仍有问题请联系技术支持。"
MOVED = "账号的权限或管辖范围已变化，请重新导出。"
logger = logging.getLogger(__name__)


class ExportRefused(Exception):
    """The export cannot be made; says why in Chinese."""


@transaction.atomic
def claim(export_id: int) -> TradeExport | None:
    """Take an export nobody works on; a file that an earlier try left is deleted."""
    now = timezone.now()
    waiting = unheld(TradeExport.objects.filter(pk=export_id, status__in=EXPORT_UNFINISHED))
    export = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("by").first()
    if export is None:
        return None
    if export.tries >= MAX_TRIES:
        fail(export, GIVEN_UP)
        return None
    if export.stored_as:
        default_storage.delete(export.stored_as)
    export.status, export.stored_as, export.written_count = ExportStatus.RUNNING, "", 0
    export.lease_token, export.tries, export.lease_until = (
        export.lease_token + 1,
        export.tries + 1,
        now + LEASE,
    )
    export.save()
    return export


@transaction.atomic
def fail(export: TradeExport, reason: str) -> None:
    hold(export, status=ExportStatus.FAILED, failure=reason, finished_at=timezone.now(), lease_until=None)
    record("usedcar.export-fail", export, by=export.by)


def run_export(*, export_id: int) -> None:
    """Make the workbook of an export; after a fault the sweeper tries again."""
    export = claim(export_id)
    if export is None:
        return
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "export.xlsx")
            write(export, path)
            keep(export, path)
    except ExportRefused as refusal:
        fail(export, str(refusal))
    except LeaseLost:
        logger.info("export lease lost", extra={"export": export.pk})
    except BaseException:
        with suppress(DatabaseError, LeaseLost):
            release(export)
        raise


def trades_of(export: TradeExport) -> TradeQuerySet:
    """What the person sees and filtered, as far as it was reported when he asked."""
    if not export.by.is_active or scope_of(export.by) != export.scope:
        raise ExportRefused(MOVED)
    chosen = TradeFilter(QueryDict(export.address), by_name=export.by.is_enterprise, user=export.by)
    return chosen.apply(Trade.objects.visible_to(export.by)).filter(reported_at__lte=export.asked_at)


def write(export: TradeExport, path: Path) -> None:
    """What was asked for, as far as it fits."""
    trades = trades_of(export)
    with patience():
        total = trades.order_by().values("pk")[: MOST_ROWS + 1].count()
    if total > MOST_ROWS:
        raise ExportRefused(TOO_MANY)
    hold(export, total_count=total)
    write_rows(export, trades, path)


def write_rows(export: TradeExport, trades: TradeQuerySet, path: Path) -> None:
    """The rows in the order of the list, some thousand at a time, so that memory does not grow with them."""
    note = note_of(user=export.by, filters=export.words, at=export.asked_at)
    with open_table(path, sheet=SHEET, headers=HEADERS, note=note) as table:
        for part in chunks(trades):
            for trade in part:
                table.append(row_of(trade, is_masked=export.by.is_authority))
            hold(export, written_count=table.count)


def chunks(trades: TradeQuerySet) -> Iterator[list]:
    """The trades from the latest deal on, each part found by the key of the last row before it."""
    ordered = trades.as_exported().order_by(*(f"-{key}" for key in KEYS))
    following = ordered
    while True:
        with patience():
            part = list(following[:CHUNK])
        if not part:
            return
        yield part
        following = ordered.filter(beyond(KEYS, [getattr(part[-1], key) for key in KEYS], "lt"))


@contextmanager
def patience():
    """A statement of a rare filter may walk far; nobody waits for this page."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LONG_STATEMENT)
        yield


def keep(export: TradeExport, path: Path) -> None:
    """Store the file under a name nobody can guess, which the row knows first: no file is left unknown."""
    hold(export, stored_as=f"exports/{uuid.uuid4().hex}.xlsx")
    with path.open("rb") as source:
        default_storage.save(export.stored_as, File(source))
    finish(export)


@transaction.atomic
def finish(export: TradeExport) -> None:
    now = timezone.now()
    hold(export, status=ExportStatus.DONE, finished_at=now, expires_at=now + KEEP, lease_until=None)
    record("usedcar.trade-export", export, by=export.by, summary=export.words, count=export.written_count)
    text = f"共 {export.written_count:,} 条，文件保留 {KEEP.days} 天。"
    url = reverse("usedcar:export-detail", args=[export.pk])
    notify([export.by], title="二手车交易导出完成", text=text, url=url)


def sweep() -> list[int]:
    """Delete files that ran out, and name the exports whose work must be rung for again."""
    now = timezone.now()
    for export in TradeExport.objects.filter(status=ExportStatus.DONE, expires_at__lte=now)[:100]:
        default_storage.delete(export.stored_as)
        TradeExport.objects.filter(pk=export.pk).update(status=ExportStatus.EXPIRED, stored_as="")
    return list(unheld(TradeExport.objects.filter(status__in=EXPORT_UNFINISHED)).values_list("pk", flat=True))
