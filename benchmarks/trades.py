"""Lists, searches, counts, filters and exports over millions of trades: `BENCH_TRADES=2000000,20000000`."""

import json
import os
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from autoflow.common.pages import COUNT_CAP, PAGE_SIZE, beyond
from benchmarks.measure import report, report_page, seconds_of, times_of
from benchmarks.pages import get, signed_in
from benchmarks.trades_fill import fill
from filing.models import Enterprise
from usedcar import export_jobs
from usedcar.filters import TradeFilter
from usedcar.models import Trade, TradeExport
from usedcar.querysets import scope_of

SIZES = [int(size) for size in os.environ.get("BENCH_TRADES", "2000000").split(",")]
ROUNDS, WARM, SECONDS, FAR = 30, 2, 20, 1_000 * PAGE_SIZE
KEYS = ("traded_on", "id")
EXPORTED = 100_000
READERS = ("market", "xihu", "hangzhou", "zhejiang", "ministry")


def bench_trades():
    """Every question of the list at each size, and how its time grows; plans go to a file beside the data."""
    medians = {}
    for size in SIZES:
        fill(size)
        let_market_be_large()
        for name, median in {**databases(size), **pages(size)}.items():
            medians.setdefault(name, []).append(median)
        export(size)
    if len(SIZES) > 1:
        for name, (first, *_, last) in medians.items():
            growth = {"bench": f"growth: {name}", "times": round(last / first, 2)}
            print(json.dumps(growth, ensure_ascii=False), flush=True)


def let_market_be_large():
    """The market of the demonstration works for the largest of the enterprises."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT enterprise_id FROM usedcar_trade TABLESAMPLE SYSTEM (0.1)"
            " GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        )
        (largest,) = cursor.fetchone()
    User.objects.get(username="market").enterprises.set(Enterprise.objects.filter(pk=largest))


def databases(size):
    """Milliseconds in the database, plan included: median and p95 of thirty, and the plan."""
    found = {}
    path = Path(os.environ["VAR_DIR"]) / f"plans-{size}.txt"
    with path.open("w") as plans:
        for name, query in questions().items():
            found[name] = measure(name, query, size)
            plan = query.explain(analyze=True, buffers=True)
            plans.write(f"== {name}: {found[name]} ms\n{plan}\n\n")
    return found


def measure(name, query, size):
    times, end = [], time.monotonic() + SECONDS
    for number in range(WARM + ROUNDS):
        if len(times) > 1 and time.monotonic() > end:
            break
        plan = json.loads(query.explain(analyze=True, timing=False, format="json"))[0]
        if number >= WARM:
            times.append(plan["Planning Time"] + plan["Execution Time"])
    median, slow = statistics.median(times), statistics.quantiles(times, n=20)[18]
    line = {"bench": f"db: {name}", "rows": size, "median_ms": round(median, 2), "p95_ms": round(slow, 2)}
    print(json.dumps(line, ensure_ascii=False), flush=True)
    return round(median, 3)


def questions():
    users = {name: User.objects.get(username=name) for name in READERS}
    found = {}
    for name, user in users.items():
        visible = Trade.objects.visible_to(user)
        found[f"list, first page, {name}"] = page_of(visible)
        found[f"list, page 1,000, {name}"] = page_of(visible, after=far_key(visible))
        found[f"count to {COUNT_CAP}, {name}"] = visible.order_by().values("pk")[: COUNT_CAP + 1]
    for name in ("market", "ministry"):
        for title, query in searches(users[name]).items():
            found[f"{title}, {name}"] = query
    return found


def page_of(trades, after=None):
    if after:
        trades = trades.filter(beyond(KEYS, after, "lt"))
    return trades.with_list_columns().order_by("-traded_on", "-id")[: PAGE_SIZE + 1]


def far_key(trades):
    ordered = trades.order_by("-traded_on", "-id").values_list(*KEYS)
    return ordered[min(FAR, max(ordered[: FAR + 1].count() - PAGE_SIZE, 0))]


def searches(user):
    """Each kind of search for a trade that is there, and each filter."""
    visible = Trade.objects.visible_to(user)
    trade = visible.order_by("-traded_on", "-id")[5_000]
    number = bytes(trade.seller_id_key or trade.buyer_id_key)
    texts = {
        "VIN": f"q={trade.vin}",
        "last six": f"q={trade.vin[-6:]}",
        "last eight": f"q={trade.vin[-8:]}",
        "plate": f"q={trade.plate_no}",
        "invoice": f"q={trade.invoice_number}",
        "month": f"month={trade.traded_on:%Y-%m}",
        "month and kind": f"month={trade.traded_on:%Y-%m}&type=BROKER",
        "kind nobody has": f"type=AUCTION{'' if user.is_enterprise else f'&month={trade.traded_on:%Y-%m}'}",
        "voided": "status=VOIDED",
        "by form": f"source=FORM&month={trade.traded_on:%Y-%m}",
    }
    if user.is_enterprise:
        texts["name"] = f"q={trade.buyer_name}"
    chosen = {
        name: page_of(TradeFilter(QueryDict(text), by_name=user.is_enterprise).apply(visible))
        for name, text in texts.items()
    }
    return {**chosen, "number of a document": page_of(visible.of_persons([number]))}


def pages(size):
    """The whole page, through every layer but the network."""
    found = {}
    for name in READERS:
        times = times_of(partial(get, signed_in(name), "/usedcar/trades/"))
        report_page(f"page of trades as {name}", times)
        found[f"page, {name}"] = statistics.median(times) * 1000
    return found


def export(size):
    """The trades of the latest months of the nation, about a hundred thousand, made by the worker's code."""
    user = User.objects.get(username="ministry")
    TradeExport.objects.filter(by=user).delete()
    months = Trade.objects.order_by("-traded_on").values_list("traded_on", flat=True)
    since = months[EXPORTED]
    job = TradeExport(by=user, scope=scope_of(user), words="全部", asked_at=timezone.now(), status="RUNNING")
    job.save()
    trades = Trade.objects.visible_to(user).filter(traded_on__gt=since)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "export.xlsx")
        seconds = seconds_of(lambda: export_jobs.write_rows(job, trades, path))
    report(f"export at {size}", job.written_count, seconds)
    job.delete()
