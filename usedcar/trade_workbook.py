"""The workbook of trades: what the list shows and more, numbers of persons masked."""

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache

from django.utils import timezone

from accounts.models import User
from autoflow.common.codes import name_of
from autoflow.common.tables import write_table
from usedcar.models import Trade
from usedcar.presentation import party_name
from usedcar.querysets import TradeQuerySet

SHEET = "二手车交易"
CHUNK = 500
HEADERS = (
    "车辆识别代号",
    "车牌照号",
    "车辆类型",
    "厂牌型号",
    "卖方",
    "卖方证件号码（掩码）或统一社会信用代码",
    "买方",
    "买方证件号码（掩码）或统一社会信用代码",
    "发票代码",
    "发票号码",
    "开票日期",
    "交易日期",
    "车价合计（元）",
    "交易类型",
    "过户类型",
    "转入地区",
    "状态",
    "填报企业",
    "上报时间",
)


def trade_workbook(trades: TradeQuerySet, ids: Sequence[int], *, user: User, filters: str, at: datetime):
    """A workbook, read from its start, with the trades of these ids in their order."""
    note = note_of(user=user, filters=filters, at=at)
    file = io.BytesIO()
    write_table(file, sheet=SHEET, headers=HEADERS, rows=rows_of(trades, ids, user), note=note)
    file.seek(0)
    return file


def note_of(*, user: User, filters: str, at: datetime) -> str:
    """The first row of a workbook: who exported what and when."""
    local = timezone.localtime(at)
    return f"导出人：{user.username}（{user.organisation}）；时间：{local:%Y-%m-%d %H:%M}；条件：{filters}"


def rows_of(trades: TradeQuerySet, ids: Sequence[int], user: User) -> Iterator[tuple]:
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        found = {row.id: row for row in trades.as_exported().filter(pk__in=part)}
        yield from (row_of(found[key], is_masked=user.is_authority) for key in part if key in found)


@cache
def labels_of(name: str) -> dict[str, str]:
    """The words for the codes of a column; Django would gather them anew for every cell."""
    return dict(Trade._meta.get_field(name).flatchoices)


def row_of(trade, *, is_masked: bool) -> tuple:
    """The cells of a row of `as_exported`."""
    return (
        trade.vin,
        trade.plate_no,
        labels_of("vehicle_type").get(trade.vehicle_type, trade.vehicle_type),
        trade.maker_model,
        party_name(trade, "seller", is_masked=is_masked),
        trade.seller_uscc or trade.seller_id_mask,
        party_name(trade, "buyer", is_masked=is_masked),
        trade.buyer_uscc or trade.buyer_id_mask,
        trade.invoice_code,
        trade.invoice_number,
        trade.invoice_date,
        trade.traded_on,
        trade.price,
        labels_of("trade_type").get(trade.trade_type, trade.trade_type),
        labels_of("transfer_type").get(trade.transfer_type, trade.transfer_type),
        name_of("divisions", trade.transfer_to_division),
        labels_of("status").get(trade.status, trade.status),
        trade.enterprise__name,
        trade.reported_at,
    )
