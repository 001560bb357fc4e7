"""Until when a trade may be changed: its month locks like the monthly report of the same month."""

from datetime import date, datetime

from autoflow.common.checks import rules
from filing.models import Filing
from reporting.periods import Period
from reporting.registry import ReportForm
from usedcar.models import Correction


def locks_at(traded_on: date) -> datetime:
    """The first moment at which a trade of this day can no longer be changed."""
    return ReportForm().default_window(Period.of_day(traded_on)).locks_at


def is_locked(trade, at: datetime) -> bool:
    return at >= locks_at(trade.traded_on)


def authority_of(enterprise) -> str:
    """The body that confirmed the enterprise, which it turns to when it cannot go on itself."""
    in_force = Filing.objects.filter(enterprise=enterprise, is_in_force=True)
    return in_force.values_list("confirm_body", flat=True).first() or "当地商务主管部门"


def reason_locked(trade, at: datetime) -> str:
    """T-063, with whom to turn to."""
    if not is_locked(trade, at) or Correction.objects.open_for(trade.pk, at).exists():
        return ""
    return f"{rules()['T-063'].message}由{authority_of(trade.enterprise)}办理，联系方式见“使用帮助”。"
