"""Taking back a whole import: what goes, what stays and why, by one statement each."""

from datetime import date, datetime

from django.db import connection
from django.utils import timezone

from accounts.models import User
from reporting import clock
from reporting.periods import Period
from usedcar.deadlines import locks_at
from usedcar.enums import TradeAction, TradeStatus
from usedcar.models import Correction, ImportBatch, PastTrade, Trade, TradeEvent
from usedcar.staging import LONG_STATEMENT

KEPT = {
    "voided": "已红冲",
    "corrected": "有更正申请",
    "changed": "已修改",
    "locked": "所属月份已锁定",
}
WHY = f"""
    CASE WHEN status <> '{TradeStatus.REPORTED}' THEN 'voided'
        WHEN id IN (SELECT trade_number FROM {Correction._meta.db_table} WHERE enterprise_id = %(enterprise)s)
            THEN 'corrected'
        WHEN version > 1 THEN 'changed'
        WHEN traded_on < %(first_open_day)s THEN 'locked'
    END"""  # noqa: S608
COUNT = f"SELECT {WHY}, count(*) FROM {Trade._meta.db_table} WHERE batch_id = %(batch)s GROUP BY 1"  # noqa: S608
COLUMNS = ", ".join(field.column for field in PastTrade._meta.fields if not field.primary_key)
REMOVE = f"""
    WITH gone AS (
        DELETE FROM {Trade._meta.db_table} WHERE batch_id = %(batch)s AND {WHY} IS NULL
        RETURNING id, version, {COLUMNS}
    ), numbered AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('{TradeEvent._meta.db_table}', 'id')) AS event_id, gone.*
        FROM gone
    ), event AS (
        INSERT INTO {TradeEvent._meta.db_table}
            (id, trade_number, enterprise_id, action, version, fields, reason, at, by_id)
        SELECT event_id, id, %(enterprise)s, '{TradeAction.UNDO}', version, '[]', %(reason)s, %(at)s, %(by)s
        FROM numbered
    )
    INSERT INTO {PastTrade._meta.db_table} (event_id, {COLUMNS}) SELECT event_id, {COLUMNS} FROM numbered"""  # noqa: S608


def removable(batch: ImportBatch) -> tuple[int, dict[str, int]]:
    """How many trades of an import can be taken back now, and how many stay, by reason."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, parameters(batch))
        counts = dict(cursor.fetchall())
    free = counts.pop(None, 0)
    return free, {why: counts[why] for why in KEPT if why in counts}


def remove(batch: ImportBatch, *, by: User, reason: str) -> int:
    """Take the trades out that are neither locked nor touched; their content and the reason are kept, one
    event a trade. The caller holds the lock of the enterprise.
    """
    with connection.cursor() as cursor:
        cursor.execute(LONG_STATEMENT)
        told = {"reason": reason, "at": timezone.now(), "by": by.pk}
        cursor.execute(REMOVE, parameters(batch) | told)
        return cursor.rowcount


def parameters(batch: ImportBatch) -> dict[str, object]:
    return {
        "batch": batch.pk,
        "enterprise": batch.enterprise_id,
        "first_open_day": first_open_day(batch.undone_at or clock.now()),
    }


def first_open_day(at: datetime) -> date:
    """Trades before this day are locked: months lock one after the other."""
    month = Period.of_day(timezone.localdate(at))
    while at < locks_at(month.previous.start):
        month = month.previous
    return month.start


def kept_text(kept: dict[str, int]) -> str:
    """What stayed and why: “3 笔已修改、1 笔所属月份已锁定”."""
    return "、".join(f"{kept[why]:,} 笔{text}" for why, text in KEPT.items() if kept.get(why))
