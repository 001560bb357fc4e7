"""What an enterprise asks and the authority of its area decides: corrections of trades whose month is locked,
and the third short sale of a person in a year (T-062).
"""

from collections.abc import Mapping
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
from filing.permissions import enterprise_of
from reporting import clock
from usedcar.deadlines import is_locked
from usedcar.enums import CorrectionStatus
from usedcar.models import Correction, Release
from usedcar.steps import audited, ensure_reported, findings_of, keys_of, lock_trade, without_numbers

OPEN_FOR = timedelta(days=15)
SHORTEST_REASON = 5
SHORT_SALES = "T-062"


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


def ask_release(
    *, values: Mapping[str, object], reason: str, trade_id: int | None = None, by: User
) -> Release:
    """Ask the authority to look into a third short sale; only where the rule itself stops the trade."""
    with audited("usedcar.release-ask", by=by):
        enterprise = enterprise_of(by)
        require(by, Permission.TRADE_REPORT, enterprise)
        if SHORT_SALES not in {one.rule for one in findings_of(values, enterprise, trade_id)}:
            raise BusinessError("该交易没有触发自然人频繁出售的限制，可以直接上报，无需申请核实。")
        if len(reason) < SHORTEST_REASON:
            raise BusinessError(f"申请原因至少{SHORTEST_REASON}个字，请写明为何不属于频繁出售。")
        keys = keys_of(values)
        try:
            with transaction.atomic():
                release = Release.objects.create(
                    enterprise=enterprise,
                    vin=values["vin"],
                    traded_on=values["traded_on"],
                    seller_id_key=keys["seller_id_key"],
                    seller_id_mask=keys["seller_id_mask"],
                    reason=without_numbers(reason)[:200],
                    asked_by=by,
                )
        except IntegrityError as error:
            raise ConflictError("该卖方出售该车的核实申请正在办理，请勿重复申请。") from error
        record("usedcar.release-ask", release, by=by)
    return release


def decide_correction(*, correction_id: int, is_granted: bool, answer: str, by: User) -> Correction:
    """Open the trade for one change within 15 days, or refuse with the reason."""
    with audited("usedcar.correction-decide", by=by):
        correction = decide(Correction, correction_id, is_granted=is_granted, answer=answer, by=by)
        record("usedcar.correction-decide", correction, by=by, status=correction.status)
        text = f"{OPEN_FOR.days} 天内可修改或删除一次。" if is_granted else correction.answer
        title = f"{correction.vin} 的更正申请{correction.get_status_display()}"
        url = reverse("usedcar:trade-detail", args=[correction.trade_number])
        notify([correction.asked_by], title=title, text=text, url=url)
    return correction


def decide_release(*, release_id: int, is_granted: bool, answer: str, by: User) -> Release:
    """Let the enterprise report this sale once within 15 days, or refuse with the reason."""
    with audited("usedcar.release-decide", by=by):
        release = decide(Release, release_id, is_granted=is_granted, answer=answer, by=by)
        record("usedcar.release-decide", release, by=by, status=release.status)
        text = f"{OPEN_FOR.days} 天内可填报或导入这笔交易一次。" if is_granted else release.answer
        title = f"{release.vin} 的频繁出售核实：{release.get_status_display()}"
        notify([release.asked_by], title=title, text=text, url=reverse("usedcar:release-list"))
    return release


def decide(model, pk: int, *, is_granted: bool, answer: str, by: User):
    """Answer a request of the area, once; granted, it is open for 15 days."""
    waiting = model.objects.visible_to(by).select_for_update(of=("self",))
    asked = get_object_or_404(waiting.select_related("enterprise"), pk=pk)
    require(by, Permission.REPORT_UNLOCK, asked)
    if asked.status != CorrectionStatus.ASKED:
        raise ConflictError("该申请已由他人办理，请刷新后查看。")
    if not is_granted and len(answer) < SHORTEST_REASON:
        raise BusinessError(f"不同意须写明原因，至少{SHORTEST_REASON}个字。")
    at = clock.now()
    asked.status = CorrectionStatus.GRANTED if is_granted else CorrectionStatus.REFUSED
    asked.until = at + OPEN_FOR if is_granted else None
    asked.answer = without_numbers(answer)[:200]
    asked.decided_at, asked.decided_by = at, by
    asked.save(update_fields=["status", "until", "answer", "decided_at", "decided_by"])
    return asked
