"""How large a demonstration is and when it was begun; kept in the audit trail, so a killed run can go on."""

from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from accounts.audit import record
from accounts.models import AuditRecord

BEGUN, MONTH_DONE, DONE = "demo.begin", "demo.month", "demo.done"
LOCK = 20_170_701
WITHOUT_HASTE = """
    SET LOCAL statement_timeout = 0;
    SET LOCAL lock_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = 0
"""
SEASONS = (90, 60, 105, 100, 95, 90, 85, 95, 110, 105, 115, 130)


@dataclass(frozen=True)
class Plan:
    """What `load_demo` was asked for; everything dated follows from `today`."""

    enterprises: int = 60
    months: int = 24
    trades: int = 2_000
    seed: int = 1
    today: date = field(default_factory=timezone.localdate)

    def periods(self):
        """The first days of the months with trades, the present one last."""
        number = self.today.year * 12 + self.today.month - 1
        months = range(number - self.months + 1, number + 1)
        return [date(month // 12, month % 12 + 1, 1) for month in months]

    def days_of(self, period):
        """The days of a month that are not in the future."""
        following = (period + timedelta(days=31)).replace(day=1)
        last = min(following - timedelta(days=1), self.today)
        return [period + timedelta(days=number) for number in range((last - period).days + 1)]

    def trades_by_period(self):
        """How many trades fall into each month: spring festival is quiet, the end of the year busy."""
        weights = {period: SEASONS[period.month - 1] * len(self.days_of(period)) for period in self.periods()}
        return shared(self.trades, weights)


def shared(total, weights):
    """A whole number divided by weight without losing one; what is left over goes where it is missed most."""
    whole = sum(weights.values())
    shares = {key: total * weight // whole for key, weight in weights.items()}
    rest = total - sum(shares.values())
    missed = sorted(weights, key=lambda key: total * weights[key] % whole, reverse=True)
    for key in missed[:rest]:
        shares[key] += 1
    return shares


def stand_in_line():
    """Until this transaction ends no other run writes, however long that takes."""
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_HASTE)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def begin(plan):
    record(BEGUN, summary="载入演示数据", **asdict(plan) | {"today": plan.today.isoformat()})


def plan_begun():
    """The plan of the demonstration in this database, None while there is none."""
    begun = AuditRecord.objects.filter(action=BEGUN).order_by("id").first()
    if begun is None:
        return None
    return Plan(**begun.detail | {"today": date.fromisoformat(begun.detail["today"])})


def periods_done():
    done = AuditRecord.objects.filter(action=MONTH_DONE).values_list("detail__period", flat=True)
    return set(map(date.fromisoformat, done))


def is_done():
    return AuditRecord.objects.filter(action=DONE).exists()
