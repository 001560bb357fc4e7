"""Corrections of trades whose month is locked: the enterprise asks, the authority of its area decides."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.notices import notify
from accounts.permissions import require
from autoflow.common.errors import BusinessError, ConflictError
from reporting import clock
from usedcar.deadlines import is_locked
from usedcar.enums import CorrectionStatus
from usedcar.models import Correction
from usedcar.steps import audited, ensure_reported, lock_trade, without_numbers

OPEN_FOR = timedelta(days=15)
SHORTEST_REASON = 5


def ask_correction(*, trade_id: int, reason: str, by: User) -> Correction:
    """Ask to change or delete a trade of a locked month; one request waits at a time."""
    with audited("usedcar.correction-ask", by=by, trade_id=trade_id):
        trade = lock_trade(trade_id, by)
        ensure_reported(trade)
        if not is_locked(trade, clock.now()):
            raise BusinessError("所属月份还没有锁定，可以直接修改或删除，无需申请。")
        if len(reason) < SHORTEST_REASON:
            raise BusinessError(f"申请原因至少{SHORTEST_REASON}个字，请写明要更正什么。")
        try:
            with transaction.atomic():
                correction = Correction.objects.create(
                    trade_number=trade.pk,
                    enterprise=trade.enterprise,
                    vin=trade.vin,
                    traded_on=trade.traded_on,
                    reason=without_numbers(reason)[:200],
                    asked_by=by,
                )
        except IntegrityError as error:
            raise ConflictError("该交易的更正申请正在办理，请勿重复申请。") from error
        record("usedcar.correction-ask", correction, by=by, trade=trade.pk)
    return correction


def decide_correction(*, correction_id: int, is_granted: bool, answer: str, by: User) -> Correction:
    """Open the trade for one change within 15 days, or refuse with the reason."""
    with audited("usedcar.correction-decide", by=by):
        waiting = Correction.objects.visible_to(by).select_for_update(of=("self",))
        correction = get_object_or_404(waiting.select_related("enterprise"), pk=correction_id)
        require(by, Permission.REPORT_UNLOCK, correction)
        if correction.status != CorrectionStatus.ASKED:
            raise ConflictError("该申请已由他人办理，请刷新后查看。")
        if not is_granted and len(answer) < SHORTEST_REASON:
            raise BusinessError(f"不同意须写明原因，至少{SHORTEST_REASON}个字。")
        at = clock.now()
        correction.status = CorrectionStatus.GRANTED if is_granted else CorrectionStatus.REFUSED
        correction.until = at + OPEN_FOR if is_granted else None
        correction.answer = without_numbers(answer)[:200]
        correction.decided_at, correction.decided_by = at, by
        correction.save(update_fields=["status", "until", "answer", "decided_at", "decided_by"])
        record("usedcar.correction-decide", correction, by=by, status=correction.status)
        text = f"{OPEN_FOR.days} 天内可修改或删除一次。" if is_granted else correction.answer
        title = f"{correction.vin} 的更正申请{correction.get_status_display()}"
        url = reverse("usedcar:trade-detail", args=[correction.trade_number])
        notify([correction.asked_by], title=title, text=text, url=url)
    return correction
