"""What every service of a trade does around its own step, and every finding on one trade."""

import re
from collections.abc import Mapping
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.audit import record
from accounts.enums import Outcome, Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.checks import Finding, Severity, finding, invalid
from autoflow.common.crypto import blind_index
from autoflow.common.errors import BusinessError, ConflictError
from autoflow.common.identifiers import mask_id
from filing.enums import FilingStatus
from filing.models import Enterprise
from reporting import clock
from usedcar.checks import check_trade
from usedcar.columns import PREFIXES
from usedcar.deadlines import authority_of
from usedcar.enums import ReleaseStatus, TradeAction, TradeStatus
from usedcar.history import history_findings
from usedcar.import_checks import UNCONFIRMED_MARKET
from usedcar.models import FormColumns, PastTrade, Release, Trade, TradeColumns, TradeEvent
from usedcar.querysets import TradeQuerySet
from usedcar.staging import party_key

LONG_NUMBER = re.compile(r"[0-9A-Za-z]*\d[0-9A-Za-z]{6,}")
STALE = "该交易已在另一页面或由他人修改，您的输入已保留在本页。请核对最新内容后重新修改。"
KEYS = frozenset(f"{prefix}_id_{end}" for prefix in PREFIXES for end in ("key", "mask"))
ENTERED = tuple(
    field.name for field in (*TradeColumns._meta.fields, *FormColumns._meta.fields) if field.name not in KEYS
)
CARRIED = ("jurisdiction_code", "division_code", "batch_id", "batch_row_no", "reported_by_id", "reported_at")


@contextmanager
def audited(action: str, *, by: User, trade_id: int | None = None):
    """One transaction; when the rules refuse it, the attempt itself stays in the trail."""
    try:
        with transaction.atomic():
            yield
    except (BusinessError, PermissionDenied) as error:
        trade = Trade(pk=trade_id) if trade_id else None
        record(action, trade, by=by, outcome=Outcome.REFUSED, **refusal(error))
        raise


def refusal(error: Exception) -> dict[str, object]:
    """Why it was refused, by rule and field; messages may hold what was typed."""
    return {"rules": sorted({f"{one.rule}:{one.field}" for one in getattr(error, "findings", ())})}


def lock_trade(trade_id: int, by: User) -> Trade:
    """A trade the person may see and change, its enterprise first and in share."""
    found = get_object_or_404(Trade.objects.visible_to(by), pk=trade_id)
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=found.enterprise_id)
    trade = get_object_or_404(Trade.objects.visible_to(by).select_for_update(of=("self",)), pk=trade_id)
    trade.enterprise = enterprise
    require(by, Permission.TRADE_REPORT, enterprise)
    return trade


def ensure_reported(trade: Trade) -> None:
    if trade.status == TradeStatus.VOIDED:
        raise ConflictError("该交易已红冲，不能再修改、删除或红冲。")


def stand_in_line(vin: str, seller_key: bytes) -> None:
    """Trades of one vehicle, and sales of one person, are checked one after the other."""
    keys = sorted(
        int.from_bytes(blind_index("line", part)[:8], signed=True) for part in (vin, seller_key.hex())
    )
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def findings_of(
    values: Mapping[str, object], enterprise: Enterprise, besides: int | None = None
) -> list[Finding]:
    """Every rule on one trade: those of the row alone, then what the nation reported already."""
    found = list(check_trade(values, timezone.localdate(), enterprise.uscc))
    found += check_market(values["market_uscc"])
    found += check_invoice_known(values, enterprise, besides)
    if values["vin"] and values["traded_on"]:
        found += [explained(each, enterprise) for each in history_findings(values, enterprise.pk, besides)]
    return found


def check_market(uscc: str) -> list[Finding]:
    confirmed = Enterprise.objects.filter(uscc=uscc, status=FilingStatus.CONFIRMED, types__contains=["B1"])
    if not uscc or confirmed.exists():
        return []
    return [invalid("market_uscc", UNCONFIRMED_MARKET, Severity.WARN)]


def check_invoice_known(values, enterprise: Enterprise, besides: int | None) -> list[Finding]:
    """T-051: the day and whether it was this enterprise, never a name."""
    same = Trade.objects.filter(invoice_number=values["invoice_number"], invoice_code=values["invoice_code"])
    known = same.exclude(pk=besides).values_list("enterprise_id", "reported_at").first()
    if known is None or not values["invoice_number"]:
        return []
    owner, moment = known
    who = "本企业" if owner == enterprise.pk else "其他企业"
    return [finding("T-051", "invoice_number", date=f"{timezone.localtime(moment):%Y-%m-%d}由{who}")]


def explained(found: Finding, enterprise: Enterprise) -> Finding:
    """T-062 names the body that can look into it."""
    if found.severity != Severity.ERROR_ESCALATE:
        return found
    message = f"{found.message}请联系{authority_of(enterprise)}，联系方式见“使用帮助”。"
    return Finding(found.rule, found.field, message, found.severity)


def use_releases(enterprise_id: int, trades: TradeQuerySet) -> None:
    """What the authority released is used up by the trades just reported under it."""
    same = trades.filter(vin=OuterRef("vin"), seller_id_key=OuterRef("seller_id_key"))
    released = Release.objects.open_for(enterprise_id, clock.now())
    released.filter(Exists(same)).update(status=ReleaseStatus.USED)


def ensure_sound(found: list[Finding], values: Mapping[str, object], confirmed: frozenset[str]) -> None:
    """Errors stop; what is doubtful passes once it was ticked as checked, T-032 with a reason besides."""
    if any(one.stops for one in found):
        raise BusinessError("有错误，请按提示修改。", findings=found)
    open_questions = [one for one in found if one.asks and not is_answered(one, values, confirmed)]
    if open_questions:
        raise BusinessError("请核对以下提示，确认无误后勾选再提交。", findings=found)


def is_answered(found: Finding, values: Mapping[str, object], confirmed: frozenset[str]) -> bool:
    if found.severity == Severity.WARN_CONFIRM:
        return bool(values["vin_reason"])
    return mark_of(found) in confirmed


def mark_of(found: Finding) -> str:
    """A finding as the tick of the form names it."""
    return f"{found.rule}:{found.field}"


def keys_of(values: Mapping[str, object]) -> dict[str, object]:
    """The fingerprints and masks of the numbers of persons."""
    keys = {
        f"{prefix}_id_key": party_key(values[f"{prefix}_id_type"], values[f"{prefix}_id_number"])
        for prefix in PREFIXES
    }
    return keys | {f"{prefix}_id_mask": mask_id(values[f"{prefix}_id_number"]) for prefix in PREFIXES}


def note_step(trade: Trade, action: TradeAction, *, by: User, reason: str = "", fields=()) -> TradeEvent:
    return TradeEvent.objects.create(
        trade_number=trade.pk,
        enterprise_id=trade.enterprise_id,
        action=action,
        version=trade.version,
        fields=list(fields),
        reason=without_numbers(reason)[:200],
        by=by,
    )


def without_numbers(reason: str) -> str:
    """A reason as people wrote it, long numbers apart: they may be those of a person."""
    return LONG_NUMBER.sub("***", reason)


def keep_before(trade: Trade, event: TradeEvent) -> None:
    """The trade as it stands now, kept under the step that is about to change it."""
    names = (*ENTERED, *KEYS, *CARRIED)
    PastTrade.objects.create(event=event, **{name: getattr(trade, name) for name in names})
