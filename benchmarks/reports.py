"""A dealer's month of 200 and 500 lines; the nation by province and brand over 3 million lines."""

import statistics
import time
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

from django.db import connection, reset_queries
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from benchmarks.measure import ms, report, seconds_of
from benchmarks.pages import get, signed_in
from catalog.models import Displacement, VehicleModel
from catalog.names import name_key
from filing.models import BrandLine, Filing
from newcar.lines import CELLS, key_text
from reporting.models import Report, WindowRule
from reporting.periods import Period
from reporting.services import start_report

NOTE = "集中交付某单位订购车辆，数量较大"
SIZES, TIMES = (200, 500), 5
FIGURES = dict(zip(CELLS, (5, 10, 8, 6, 1, 1, 0, 7, "120.00", 1, 2, ""), strict=True))
LINES, MONTH = 3_000_000, "2019-01-01"
NATION = """
    SELECT left(jurisdiction_code, 2) AS province, brand_id, sum(sales_qty), sum(sales_amount)
    FROM {table} WHERE period = %s GROUP BY 1, 2 ORDER BY 1, 2
"""
MAKE_LINES = """
    CREATE UNLOGGED TABLE IF NOT EXISTS bench_line AS
    SELECT %(month)s::date AS period,
        left(place.code, 2) || '0000' AS jurisdiction_code, place.code AS division_code,
        model.brand_id, model.producer_id, model.report_category, model.energy_type,
        (number * 7919 %% 40)::bigint AS sales_qty,
        (number * 7919 %% 40 * 12.34)::numeric(16, 2) AS sales_amount
    FROM generate_series(1, %(lines)s::bigint) AS number
    JOIN (SELECT code, row_number() OVER (ORDER BY code) AS rank
          FROM accounts_division WHERE level = 'COUNTY') AS place
        ON place.rank = number %% (SELECT count(*) FROM accounts_division WHERE level = 'COUNTY') + 1
    JOIN (SELECT brand_id, producer_id, report_category, energy_type, row_number() OVER (ORDER BY id) AS rank
          FROM catalog_vehiclemodel WHERE status = 'APPROVED') AS model
        ON model.rank
            = number * 31 %% (SELECT count(*) FROM catalog_vehiclemodel WHERE status = 'APPROVED') + 1
"""
SUM_UP = """
    INSERT INTO newcar_monthlysummary (period, jurisdiction_code, division_code, brand_id, producer_id,
        report_category, energy_type, line_count, sales_qty, retail_qty, wholesale_qty, closing_stock_qty,
        sales_amount)
    SELECT period, jurisdiction_code, division_code, brand_id, producer_id, report_category, energy_type,
        count(*), sum(sales_qty), sum(sales_qty), 0, 0, sum(sales_amount)
    FROM bench_line GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


def bench_reports():
    """Opening, saving and submitting a month; then the nation's sum from the summaries and from the lines."""
    reset_queries()
    for lines in SIZES:
        bench_month(lines)
    bench_nation()


def bench_month(count):
    """The page of a month with so many lines, through every layer but the network."""
    client, one = signed_in("dealer"), month_of("dealer", count)
    path = one.url("edit")
    lines = lines_of(count)
    send(client, path, lines, "save")
    measure(f"month of {count} lines opened", count, partial(get, client, path))
    for action in ("save", "submit"):
        measure(f"month of {count} lines {action}", count, partial(send, client, path, lines, action))
    Report.objects.filter(pk=one.pk).update(deleted_at=timezone.now(), deleted_by=one.created_by)


def measure(bench, count, work):
    """The median of a few calls, by the clock and by the processor, with the statements of one."""
    with CaptureQueriesContext(connection) as statements:
        work()
        asked = len(statements)
    times, used = [], []
    for _ in range(TIMES):
        begun = time.process_time()
        times.append(seconds_of(work))
        used.append(time.process_time() - begun)
    seconds, cpu = statistics.median(times), statistics.median(used)
    report(bench, count, seconds, statements=asked, cpu_ms=ms(cpu), per_s_a_core=round(1 / cpu, 1))


def month_of(username, count):
    """A month nobody else uses, open now, with as many models to report as it has lines."""
    clerk = User.objects.get(username=username)
    filing = Filing.objects.get(enterprise__staff=clerk, is_in_force=True)
    offer = BrandLine.objects.filter(filing=filing).order_by("pk").first()
    for number in range(VehicleModel.objects.filter(name__startswith="批量").count(), count):
        make_model(offer, number)
    period = Period.of_day(timezone.localdate()).previous
    now = timezone.now()
    Report.objects.alive().filter(
        enterprise=filing.enterprise, form="newcar_monthly", period=period.start
    ).update(deleted_at=now, deleted_by=clerk)
    limits = {"opens_at": now - timedelta(1), "due_at": now + timedelta(1), "locks_at": now + timedelta(2)}
    WindowRule.objects.create(
        form="newcar_monthly", period=period.start, **limits, reason="benchmark", set_by=filing.decided_by
    )
    return start_report(form="newcar_monthly", period=period, by=clerk)


def make_model(offer, number):
    """One more approved model of this brand line, with one displacement."""
    name = f"批量{number}型"
    pair = {"brand_id": offer.brand_id, "producer_id": offer.producer_id}
    kinds = {"report_category": "SEDAN", "energy_type": "ICE", "status": "APPROVED"}
    model = VehicleModel.objects.create(name=name, name_key=name_key(name), **pair, **kinds)
    Displacement.objects.create(model=model, value="1.5", status="APPROVED")


def lines_of(count):
    """Good lines of that many models, as the page posts them."""
    models = VehicleModel.objects.filter(name__startswith="批量").order_by("pk")[:count]
    offer = BrandLine.objects.filter(
        filing__is_in_force=True, filing__enterprise__staff__username="dealer"
    ).order_by("pk")[0]
    names = {"supplier_name": offer.supplier_name, "displacement": "1.5"}
    posted = {"lines-TOTAL_FORMS": count}
    for number, model in enumerate(models):
        ids = {"brand_id": model.brand_id, "producer_id": model.producer_id, "model_id": model.pk}
        posted[f"lines-{number}-key"] = key_text(names | ids)
        posted |= {f"lines-{number}-{name}": FIGURES[name] for name in CELLS}
    return posted


def send(client, path, lines, action):
    """Post the page as its last revision; what is refused stops the measurement."""
    revision = Report.objects.alive().get(pk=path.split("/")[-3]).revision
    header = {"preparer_name": "演示", "preparer_phone": "0571-87654321", "anomaly_note": NOTE}
    page = {**header, **lines, "revision": revision, "action": action}
    answer = client.post(path, urlencode(page), content_type="application/x-www-form-urlencoded")
    if answer.status_code != 302:
        raise RuntimeError(f"{action}: {answer.status_code}")


def bench_nation():
    """One month of 3 million lines by province and brand: from the summaries, and from the lines."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("DROP TABLE IF EXISTS bench_line")
        cursor.execute(MAKE_LINES, {"month": MONTH, "lines": LINES})
        cursor.execute("DELETE FROM newcar_monthlysummary WHERE period = %s", [MONTH])
        cursor.execute(SUM_UP)
        groups = cursor.rowcount
        cursor.execute("ANALYZE newcar_monthlysummary, bench_line")
        found, times = {}, {}
        for table in ("newcar_monthlysummary", "bench_line"):
            work = partial(_sum, cursor, table)
            times[table] = statistics.median(seconds_of(work) for _ in range(TIMES))
            found[table] = _sum(cursor, table)
        if found["bench_line"] != found["newcar_monthlysummary"]:
            raise RuntimeError("汇总与明细不一致")
        cursor.execute("DROP TABLE bench_line")
        cursor.execute("DELETE FROM newcar_monthlysummary WHERE period = %s", [MONTH])
    report(
        f"nation by province and brand · {groups} summary rows",
        LINES,
        times["newcar_monthlysummary"],
        baseline=times["bench_line"],
    )


def _sum(cursor, table):
    cursor.execute(NATION.format(table=table), [MONTH])
    return cursor.fetchall()
