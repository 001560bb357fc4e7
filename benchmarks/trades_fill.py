"""Millions of made-up trades, written set-wise: a few thousand of the demonstration under other numbers."""

from datetime import timedelta
from itertools import count as counted

from django.db import connection, transaction
from django.utils import timezone

from accounts.divisions import jurisdiction_of
from accounts.models import Division
from autoflow.common.codes import code_rows
from autoflow.demo import names
from benchmarks.measure import report, seconds_of
from filing.enums import FilingStatus
from filing.models import Enterprise
from usedcar.enums import ImportStatus
from usedcar.models import ImportBatch, Trade

TABLE = Trade._meta.db_table
ENTERPRISES, FIRST, POOL = 3_000, 400_000, 4_000
DAYS, PERSONS, RESOLD = 1_095, 6_000_000, 100_000
SESSION = """
    SET statement_timeout = 0; SET lock_timeout = 0; SET synchronous_commit = off;
    SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'
"""
MAKERS = "(ARRAY['LSV', 'LFV', 'LGX', 'LRW', 'LSG', 'LHG'])[1 + vehicle % 6]"
VIN = (
    f"{MAKERS} || 'TEST00' || substr('FGHJKLMNPR', 1 + (vehicle % 10)::int, 1)"
    " || substr('0123456789ABCDEFGHJK', 1 + (vehicle / 1000000)::int, 1)"
    " || lpad((vehicle * 7919 % 1000000)::text, 6, '0')"
)
KEY = "sha256(convert_to('person ' || {} % 6000000, 'UTF8'))"
OWN = {
    "id": "number",
    "enterprise_id": "e.id",
    "jurisdiction_code": "e.jurisdiction_code",
    "division_code": "e.division_code",
    "batch_id": "CASE WHEN number % 10 > 0 THEN e.batch_id END",
    "batch_row_no": "CASE WHEN number % 10 > 0 THEN number % 100000 + 3 END",
    "reported_at": "dealt_on + interval '9 hours' + ((number % 10) || ' days')::interval",
    "traded_on": "dealt_on",
    "invoice_date": "dealt_on",
    "first_registered_on": "dealt_on - 900 - a % 2000",
    "vin": VIN,
    "plate_no": "e.plate_start || lpad((b % 100000)::text, 5, '0')",
    "plate_type": "'02'",
    "invoice_kind": "CASE WHEN number % 5 < 2 THEN 'PAPER' ELSE 'DIGITAL' END",
    "invoice_code": "CASE WHEN number % 5 < 2 THEN '000260000017' ELSE '' END",
    "invoice_number": "CASE WHEN number % 5 < 2 THEN lpad(number::text, 8, '0')"
    " ELSE '2600' || lpad(number::text, 16, '0') END",
    "seller_id_key": f"CASE WHEN p.seller_id_key = '' THEN '' ELSE {KEY.format('a')} END",
    "buyer_id_key": f"CASE WHEN p.buyer_id_key = '' THEN '' ELSE {KEY.format('b')} END",
    "status": "CASE WHEN number % 200 = 0 THEN 'VOIDED' ELSE 'REPORTED' END",
    "red_invoice_number": "CASE WHEN number % 200 = 0 THEN '2700' || lpad(number::text, 16, '0') ELSE '' END",
    "voided_on": "CASE WHEN number % 200 = 0 THEN dealt_on END",
}
COLUMNS = [field.column for field in Trade._meta.concrete_fields]
INSERT = f"""
    INSERT INTO {TABLE} ({", ".join(COLUMNS)})
    SELECT {", ".join(OWN.get(name, f"p.{name}") for name in COLUMNS).replace("%", "%%")}
    FROM (
        SELECT number, hashint8(number) & 2147483647 AS a, hashint8(number + 1000000007) & 2147483647 AS b,
            CASE WHEN number %% 5 = 0 AND number > {RESOLD} THEN number - {RESOLD} ELSE number END AS vehicle,
            %(start)s::date + (number * {DAYS} / %(count)s)::int
                - (hashint8(number + 5) & 7) AS dealt_on
        FROM generate_series(%(first)s::bigint, %(last)s) AS number
    ) AS made
    JOIN bench_pool AS p ON p.place = made.a %% {POOL}
    JOIN bench_enterprise AS e
        ON e.place = floor({ENTERPRISES} * power(made.b / 2147483648.0, 2))::int
    ORDER BY number
"""  # noqa: S608 -- names of our own


def fill(count):
    """The table with so many trades over three years, its indexes built after the rows are there."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {TABLE}")  # noqa: S608
        if cursor.fetchone()[0] == count:
            return
        cursor.execute(SESSION)
        prepare(cursor)
        with transaction.atomic():
            taken = take_off(cursor)
            report("trades written", count, seconds_of(lambda: write(cursor, count)))
            report("indexes built", count, seconds_of(lambda: [cursor.execute(each) for each in taken]))
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{TABLE}', 'id'), %s)", [count])
        cursor.execute(f"VACUUM (ANALYZE) {TABLE}")


def prepare(cursor):
    """Reporting enterprises all over the nation, big ones and small ones, and the trades to copy."""
    cursor.execute("SELECT to_regclass('bench_pool')")
    if cursor.fetchone()[0]:
        return
    counties = Division.objects.select_related("parent").filter(level="COUNTY", is_placeholder=False)
    places = list(counties.order_by("code"))
    starts = {row["code"][:2]: row["plate_prefix"] for row in code_rows("provinces")}
    chosen = [places[number * 7919 % len(places)] for number in range(ENTERPRISES)]
    chosen = [place for place in chosen if starts.get(place.code[:2])]
    made = Enterprise.objects.bulk_create(map(enterprise_of, counted(), chosen), batch_size=1000)
    by = Trade.objects.first().reported_by
    batches = ImportBatch.objects.bulk_create(
        ImportBatch(enterprise=one, uploaded_by=by, status=ImportStatus.DONE) for one in made
    )
    cursor.execute(
        "CREATE TABLE bench_pool AS SELECT row_number() OVER () - 1 AS place, t.*"  # noqa: S608
        f" FROM {TABLE} t LIMIT {POOL}"
    )
    cursor.execute(
        "CREATE TABLE bench_enterprise AS SELECT row_number() OVER (ORDER BY hashint8(id)) - 1 AS place,"
        " id, jurisdiction_code, division_code, 0::bigint AS batch_id, ''::text AS plate_start"
        " FROM filing_enterprise WHERE id = ANY(%s)",
        [[one.pk for one in made]],
    )
    for one, batch in zip(made, batches, strict=True):
        start = starts[one.division_code[:2]] + "ABCDEFGHJK"[int(one.division_code[2:4]) % 10]
        cursor.execute(
            "UPDATE bench_enterprise SET batch_id = %s, plate_start = %s WHERE id = %s",
            [batch.pk, start, one.pk],
        )


def enterprise_of(number, place):
    return Enterprise(
        uscc=names.uscc_of(place.code, FIRST + number),
        name=f"{names.firm_name(place, 'B1', number)}{number}",
        types=["B1"],
        jurisdiction_code=jurisdiction_of(place.code).code,
        division_code=place.code,
        status=FilingStatus.CONFIRMED,
    )


def take_off(cursor):
    """Drop every index, unique and foreign key; the statements that bring them back."""
    cursor.execute(f"TRUNCATE {TABLE}")
    cursor.execute(f"ALTER TABLE {TABLE} SET UNLOGGED")
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f') ORDER BY contype DESC",
        [TABLE],
    )
    back = []
    for name, definition in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {name}")
        back.append(f"ALTER TABLE {TABLE} ADD CONSTRAINT {name} {definition}")
    cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", [TABLE])
    for name, definition in cursor.fetchall():
        cursor.execute(f"DROP INDEX {name}")
        back.append(definition)
    return back


def write(cursor, count, step=1_000_000):
    start = timezone.localdate() - timedelta(days=DAYS)
    for first in range(1, count + 1, step):
        last = min(first + step - 1, count)
        cursor.execute(INSERT, {"start": start, "count": count, "first": first, "last": last})
