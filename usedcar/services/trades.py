"""What a person does with one trade: report, change, delete, void, and look at a number."""

from collections.abc import Mapping
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import record
from accounts.enums import Outcome, Permission
from accounts.models import AuditRecord, User
from accounts.permissions import require
from autoflow.common.checks import invalid
from autoflow.common.errors import BusinessError, ConflictError, TooManyRequests
from autoflow.common.identifiers import is_invoice_code, is_invoice_number
from filing.models import Enterprise
from filing.permissions import enterprise_of
from reporting import clock
from usedcar.deadlines import locks_at, reason_locked
from usedcar.enums import CorrectionStatus, TradeAction, TradeStatus
from usedcar.models import Correction, Trade
from usedcar.steps import (
    STALE,
    audited,
    check_invoice_known,
    ensure_reported,
    ensure_sound,
    findings_of,
    keep_before,
    keys_of,
    lock_trade,
    note_step,
    stand_in_line,
    use_releases,
    without_numbers,
)

REVEALS_A_DAY = 100
REVEAL = "usedcar.trade-reveal"
NO_MORE_REVEALS = f"今天查看证件号码已达{REVEALS_A_DAY}次，请明天再查看。"


def save_trade(*, values: Mapping[str, object], confirmed: frozenset[str] = frozenset(), by: User) -> Trade:
    """Report one trade; an invoice goes in once in the nation, by constraint."""
    with audited("usedcar.trade-report", by=by):
        enterprise = enterprise_of(by)
        require(by, Permission.TRADE_REPORT, enterprise)
        enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)
        require(by, Permission.TRADE_REPORT, enterprise)
        keys = keys_of(values)
        stand_in_line(values["vin"], keys["seller_id_key"])
        ensure_sound(findings_of(values, enterprise), values, confirmed)
        trade = Trade(
            **values,
            **keys,
            enterprise=enterprise,
            jurisdiction_code=enterprise.jurisdiction_code,
            division_code=enterprise.division_code,
            reported_by=by,
            reported_at=timezone.now(),
        )
        store(trade, values)
        use_releases(enterprise.pk, Trade.objects.filter(pk=trade.pk))
        note_step(trade, TradeAction.REPORT, by=by)
        record("usedcar.trade-report", trade, by=by)
    return trade


def change_trade(
    *,
    trade_id: int,
    version: int,
    values: Mapping[str, object],
    reason: str,
    confirmed: frozenset[str] = frozenset(),
    by: User,
) -> Trade:
    """Change a trade until its month is locked; the earlier content is kept."""
    with audited("usedcar.trade-change", by=by, trade_id=trade_id):
        trade = lock_trade(trade_id, by)
        ensure_changeable(trade)
        if trade.version != version:
            raise ConflictError(STALE)
        changed = [name for name, value in values.items() if getattr(trade, name) != value]
        if not changed:
            raise BusinessError("没有修改任何内容。")
        keys = keys_of(values)
        stand_in_line(values["vin"], keys["seller_id_key"])
        ensure_sound(findings_of(values, trade.enterprise, trade.pk), values, confirmed)
        trade.version += 1
        event = note_step(trade, TradeAction.CHANGE, by=by, reason=reason, fields=changed)
        keep_before(trade, event)
        ensure_month_open(trade, values["traded_on"])
        use_correction(trade)
        for name, value in {**values, **keys}.items():
            setattr(trade, name, value)
        store(trade, values, update_fields=[*changed, *keys, "version"])
        use_releases(trade.enterprise_id, Trade.objects.filter(pk=trade.pk))
        record("usedcar.trade-change", trade, by=by, fields=changed, version=trade.version)
    return trade


def delete_trade(*, trade_id: int, reason: str, by: User) -> None:
    """Take a trade out of everything that counts, until its month is locked; its content is kept."""
    with audited("usedcar.trade-delete", by=by, trade_id=trade_id):
        trade = lock_trade(trade_id, by)
        ensure_changeable(trade)
        keep_before(trade, note_step(trade, TradeAction.DELETE, by=by, reason=reason))
        use_correction(trade)
        record("usedcar.trade-delete", trade, by=by, version=trade.version)
        trade.delete()


def void_trade(*, trade_id: int, red_code: str, red_number: str, voided_on: date, by: User) -> Trade:
    """Record the red-letter invoice: the trade stays as 已红冲 and keeps its invoice, whatever the month."""
    with audited("usedcar.trade-void", by=by, trade_id=trade_id):
        trade = lock_trade(trade_id, by)
        ensure_reported(trade)
        check_red_invoice(trade, red_code, red_number, voided_on)
        trade.status, trade.version = TradeStatus.VOIDED, trade.version + 1
        trade.red_invoice_code, trade.red_invoice_number = red_code, red_number
        trade.voided_on = voided_on
        names = ["status", "version", "red_invoice_code", "red_invoice_number", "voided_on"]
        try:
            with transaction.atomic():
                trade.save(update_fields=names)
        except IntegrityError as error:
            raise refused("red_invoice_number", "该红字发票已登记，请勿重复。") from error
        note_step(trade, TradeAction.VOID, by=by)
        record("usedcar.trade-void", trade, by=by, version=trade.version)
    return trade


def check_red_invoice(trade: Trade, code: str, number: str, day: date) -> None:
    """A red-letter invoice is an invoice of its own, not before the one it takes back."""
    kind = "PAPER" if code else "DIGITAL"
    if code and not is_invoice_code(code):
        raise refused("red_invoice_code", "红字发票代码应为12位数字；数电票没有代码，请留空。")
    if not is_invoice_number(kind, number):
        digits = "纸质发票号码为8位数字" if code else "数电票号码为20位数字"
        raise refused("red_invoice_number", f"{digits}，当前{len(number)}位，请核对。")
    if Trade.objects.filter(invoice_number=number, invoice_code=code).exists():
        raise refused("red_invoice_number", "该号码是已填报的蓝字发票，请填写红字发票的号码。")
    if not trade.invoice_date <= day <= timezone.localdate():
        raise refused("voided_on", "红字发票开票日期应在原发票开票日期与今天之间。")


def refused(field: str, message: str) -> BusinessError:
    return BusinessError(message, findings=[invalid(field, message)])


def ensure_changeable(trade: Trade) -> None:
    """Not voided, and its month is not locked (T-063)."""
    ensure_reported(trade)
    if reason := reason_locked(trade, clock.now()):
        raise ConflictError(reason)


def ensure_month_open(trade: Trade, traded_on: date) -> None:
    """A trade is not moved into another month that is locked."""
    same = (traded_on.year, traded_on.month) == (trade.traded_on.year, trade.traded_on.month)
    if not same and clock.now() >= locks_at(traded_on):
        raise refused("traded_on", "不能把交易改到已锁定的月份。")


def use_correction(trade: Trade) -> None:
    """A granted correction opens the trade for one change or deletion."""
    granted = Correction.objects.open_for(trade.pk, clock.now())
    granted.update(status=CorrectionStatus.USED)


def store(trade: Trade, values: Mapping[str, object], update_fields=None) -> None:
    """Save, with a second report of the invoice at the same moment told like any other (T-051)."""
    try:
        with transaction.atomic():
            trade.save(update_fields=update_fields)
    except IntegrityError as error:
        known = check_invoice_known(values, trade.enterprise, trade.pk)
        if not known:
            raise
        raise BusinessError("有错误，请按提示修改。", findings=known) from error


def reveal_number(*, trade_id: int, prefix: str, reason: str, by: User) -> str:
    """The number of a party's document, with a reason, a hundred times a day; each time is in the trail."""
    with transaction.atomic():
        trade = lock_to_read(trade_id, by)
        require(by, Permission.NUMBER_REVEAL, trade)
        has_more = reveals_today(by) < REVEALS_A_DAY
        record(
            REVEAL,
            trade,
            by=by,
            outcome=Outcome.DONE if has_more else Outcome.REFUSED,
            summary=without_numbers(reason),
            party=prefix,
        )
    if not has_more:
        raise TooManyRequests(NO_MORE_REVEALS)
    return getattr(trade, f"{prefix}_id_number")


def lock_to_read(trade_id: int, by: User) -> Trade:
    """The trade; reveals of one person are counted one after the other."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    return Trade.objects.visible_to(by).select_related("enterprise").get(pk=trade_id)


def reveals_today(by: User) -> int:
    begin = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = AuditRecord.objects.filter(user_id=by.pk, action=REVEAL, outcome=Outcome.DONE, at__gte=begin)
    return rows.count()


def note_search(*, found: int, by: User) -> None:
    """A search by the number of a document leaves a trace; the number itself leaves none."""
    record("usedcar.trade-search", by=by, found=found)


def note_export(*, count: int, by: User, filters: str) -> None:
    record("usedcar.trade-export", by=by, summary=filters, count=count)
