"""The work of an authority over 5,000 filings of one province: lists, filters, search, the page of one."""

import hashlib
import itertools
import time
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import connection, reset_queries
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Division
from autoflow.demo import names
from benchmarks.measure import report, report_page, times_of
from benchmarks.pages import get, signed_in
from filing.enums import AWAITING, FilingStatus
from filing.models import Enterprise, Filing, StoredImage
from filing.sections import IMAGES
from filing.workdays import decision_due

FILINGS, FIRST, SECONDS = 5_000, 300_000, 1.5
COUNTY, COUNTY_EVERY = "330106", 15
STATES = [FilingStatus.CONFIRMED] * 11 + [FilingStatus.SUBMITTED] * 6 + [FilingStatus.CHANGED] * 2
STATES += [FilingStatus.RETURNED]
LISTS = {
    "zhejiang": [
        "",
        "?tab=overdue",
        "?tab=done",
        "?tab=below",
        "?tab=all",
        "?tab=all&status=RETURNED&type=A3",
        "?tab=all&division=330100",
        "?age=3&holder=none",
        "?tab=all&q=9133",
        "?tab=all&q=宏祥",
    ],
    "xihu": ["", "?tab=all", "?q=瑞达"],
    "ministry": ["?tab=all", "?tab=below"],
}


def bench_filings():
    """Every list and search of the work on filings, and the page of one, with their statements."""
    start = time.perf_counter()
    made = load(FILINGS)
    if made:
        report("filings written", made, time.perf_counter() - start)
    settings.DEBUG = False  # no log of statements
    reset_queries()
    for username, queries in LISTS.items():
        client = signed_in(username)
        for query in queries:
            path = f"/reviews/filings/{query}"
            measure(f"filings {query or 'queue'} as {username}", client, path)
    waiting = Filing.objects.awaiting().filter(uscc__startswith="91330106XX3").latest("id")
    client = signed_in("xihu")
    measure("filing page as xihu", client, f"/reviews/filings/{waiting.pk}/")
    measure("home as zhejiang", signed_in("zhejiang"), "/")


def measure(bench, client, path):
    with CaptureQueriesContext(connection) as statements:
        get(client, path)
    count = len(statements)
    times = times_of(partial(get, client, path), SECONDS)
    report_page(f"{bench} · {count} statements", times)


def load(count):
    """So many enterprises all over 浙江, most in force, a third waiting; nothing when they are there."""
    if Enterprise.objects.filter(uscc__contains=f"XX{FIRST}").exists():
        return 0
    sample = Filing.objects.filter(enterprise__staff__username="dealer", is_in_force=True).get()
    places = Division.objects.select_related("parent").filter(code__startswith="33", level="COUNTY")
    places = list(places.exclude(code__startswith="3302").exclude(is_placeholder=True))
    county = next(place for place in places if place.code == COUNTY)
    turn = itertools.cycle(places)
    chosen = [county if number % COUNTY_EVERY == 0 else next(turn) for number in range(count)]
    enterprises = [enterprise_of(number, place) for number, place in enumerate(chosen)]
    Enterprise.objects.bulk_create(enterprises, batch_size=1000)
    pictures = iter(StoredImage.objects.bulk_create(map(picture_of, range(count * len(IMAGES)))))
    own = [{f"{name}_id": next(pictures).pk for name in IMAGES} for _ in range(count)]
    rows = (
        row for number, one in enumerate(enterprises) for row in versions_of(number, one, sample, own[number])
    )
    Filing.objects.bulk_create(rows, batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE filing_filing, filing_enterprise")
    return count


def enterprise_of(number, place):
    return Enterprise(
        uscc=names.uscc_of(place.code, FIRST + number),
        name=f"{names.firm_name(place, 'A3', number)}{number // 256 or ''}",
        types=["A3"],
        jurisdiction_code="330000",
        division_code=place.code,
        status=STATES[number % len(STATES)],
    )


def picture_of(number):
    """A picture only the database knows of: pages name it, nobody looks at it."""
    sha256 = hashlib.sha256(f"benchmark {number}".encode()).hexdigest()
    return StoredImage(sha256=sha256, size=200_000, width=1120, height=800)


def versions_of(number, enterprise, sample, own):
    if enterprise.status == FilingStatus.CHANGED:
        yield version(number, enterprise, sample, own, 1, FilingStatus.CONFIRMED)
        yield version(number, enterprise, sample, own, 2, FilingStatus.CHANGED)
    else:
        yield version(number, enterprise, sample, own, 1, enterprise.status)


def version(number, enterprise, sample, own, count, status):
    """The dealer's filing in another name, handed in up to three weeks ago when it waits."""
    columns = {field.attname for field in Filing._meta.concrete_fields} - {"id", "enterprise_id"}
    filing = Filing(**{name: getattr(sample, name) for name in columns} | own)
    is_waiting = status in AWAITING
    filing.enterprise, filing.version, filing.status = enterprise, count, status
    filing.enterprise_name, filing.uscc = enterprise.name, enterprise.uscc
    filing.division_code, filing.jurisdiction_code = enterprise.division_code, "330000"
    filing.contact_mobile = names.mobile(number)
    filing.contact_email = f"filing{number}@example.com"
    filing.index_contact()
    filing.is_in_force = status == FilingStatus.CONFIRMED
    days = number % 21 if is_waiting else 40 + number % 700
    filing.submitted_at = timezone.now() - timedelta(days=days, minutes=number % 600)
    filing.due_at = decision_due(filing.submitted_at)
    in_county = enterprise.division_code == COUNTY
    filing.confirm_level = "COUNTY" if in_county else "PROVINCE"
    filing.confirm_body = "西湖区商务局" if in_county else "浙江省商务厅"
    if is_waiting:
        filing.decided_at = filing.decided_by = None
    if status == FilingStatus.RETURNED:
        filing.return_reason, filing.return_fields = "营业执照影像不清晰，请重新上传。", ["seal_image"]
    return filing
