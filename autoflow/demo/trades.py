"""The trades of the demonstration, written with COPY; a month of them is there whole or not at all."""

from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import accumulate, islice

import polars as pl
from django.db import connection, transaction
from django.utils import timezone

from accounts.audit import record
from autoflow.demo.plan import MONTH_DONE, periods_done, shared, stand_in_line
from filing.enums import FilingStatus
from filing.models import Enterprise
from usedcar.import_columns import frame_of
from usedcar.models import Trade
from usedcar.staging import COLUMNS, CSV_OPTIONS, lines_of, seal
from usedcar.synthetic import Reporter, trade_rows

REPORTING = frozenset({"B1", "B2", "B4"})
SIZES = {"B1": 12, "B2": 2, "B4": 3}
SHOWN = {"market": (15, 500), "usedcar": (8, 160)}  # a share in percent, and the most a month
OWN = ("enterprise_id", "jurisdiction_code", "division_code", "reported_by_id")
NAMES = (*COLUMNS, *OWN, "reported_at")
ROWS_AT_ONCE = 2_000
WORTH_TELLING = 100_000


class LineStream:
    """What COPY reads from: parts made while the database writes those before."""

    def __init__(self, parts):
        self.parts = parts

    def read(self, size):
        return next(self.parts, b"")


def load_trades(plan, say):
    """Write the months that are not there yet; a killed run goes on where it stopped."""
    counts = plan.trades_by_period()
    starts = dict(zip(counts, accumulate(counts.values(), initial=0), strict=False))
    writer = TradeWriter(plan)
    for period, count in counts.items():
        writer.write_month(period, count, starts[period])
        if plan.trades >= WORTH_TELLING:
            say(f"  {period:%Y年%m月}：{count:,} 条交易")


class TradeWriter:
    """What one run writes with: who reports, and a writer for each column."""

    def __init__(self, plan):
        self.plan, self.now = plan, timezone.now()
        confirmed = Enterprise.objects.filter(status=FilingStatus.CONFIRMED).prefetch_related("staff")
        self.reporting = {
            one.staff.all()[0].username: one
            for one in confirmed.order_by("id")
            if not REPORTING.isdisjoint(one.types)
        }

    @transaction.atomic
    def write_month(self, period, count, first):
        stand_in_line()
        if period in periods_done():
            return
        with connection.cursor() as cursor:
            lines = LineStream(self.lines_of_month(self.plan.days_of(period), count, first))
            into = f"COPY {Trade._meta.db_table} ({', '.join(NAMES)}) FROM STDIN {CSV_OPTIONS}"
            cursor.copy_expert(into, lines)
        record(MONTH_DONE, summary=f"演示交易 {count} 条", period=period.isoformat(), count=count)

    def lines_of_month(self, days, count, first):
        """Rows of all who report, some thousand lines at a time."""
        rows = self.rows_of_month(days, count, first)
        while part := list(islice(rows, ROWS_AT_ONCE)):
            moments = [
                min(reported_at(row["traded_on"], int(row["price"]) // 100), self.now).isoformat()
                for _, row in part
            ]
            sealed = seal(frame_of([row for _, row in part]))
            own = {name: pl.Series([owner[name] for owner, _ in part]) for name in OWN}
            lines = sealed.with_columns(**own, reported_at=pl.Series(moments))
            yield lines_of(lines, NAMES).getvalue()

    def rows_of_month(self, days, count, first):
        """Each row with the columns of whoever reports it."""
        for username, share in self.shares(count).items():
            if share:
                one = self.reporting[username]
                owner = owner_of(one)
                for row in trade_rows(
                    share, self.plan.seed, days=days, reporter=reporter_of(one), first=first
                ):
                    yield owner, row
            first += share

    def shares(self, total):
        """The two demo accounts get enough to look at, one at least, the others the rest by their kind."""
        shares = {
            name: min(max(total * percent // 100, 1), most, total // len(SHOWN))
            for name, (percent, most) in SHOWN.items()
        }
        others = {
            name: SIZES[kind_of(one)] for name, one in self.reporting.items() if name not in SHOWN
        } or dict.fromkeys(SHOWN, 1)
        for name, count in shared(total - sum(shares.values()), others).items():
            shares[name] = shares.get(name, 0) + count
        return shares


def owner_of(enterprise):
    """The columns that are the same in every row of an enterprise."""
    return {
        "enterprise_id": enterprise.pk,
        "jurisdiction_code": enterprise.jurisdiction_code,
        "division_code": enterprise.division_code,
        "reported_by_id": enterprise.staff.all()[0].pk,
    }


def reporter_of(enterprise):
    return Reporter(enterprise.uscc, enterprise.name, enterprise.division_code, kind_of(enterprise))


def kind_of(enterprise):
    """The first of its types that reports trades."""
    return min(REPORTING.intersection(enterprise.types))


def reported_at(traded_on, number):
    """On the evening of one of the ten days after the trade."""
    return evening(traded_on + timedelta(days=number % 10), number % 60)


@cache
def evening(day: date, minute):
    return timezone.make_aware(datetime.combine(day, time(17, minute)))
