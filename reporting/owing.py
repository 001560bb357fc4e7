"""What is owed is written down when a period opens, and when a filing is confirmed for the first time."""

from django.db import connection, transaction
from django.utils import timezone

from accounts.audit import record
from filing.enums import FilingAction, FilingStatus
from reporting import clock
from reporting.deadlines import effective_from
from reporting.models import Obligation
from reporting.periods import Period, day_begins
from reporting.registry import ReportForm, forms_of, report_forms

OWING = (FilingStatus.CONFIRMED, FilingStatus.CHANGED, FilingStatus.RETURNED)
OWE_ALL = """
    INSERT INTO reporting_obligation (enterprise_id, form, period, jurisdiction_code, division_code)
    SELECT enterprise.id, %(form)s, %(period)s, enterprise.jurisdiction_code, enterprise.division_code
    FROM filing_enterprise AS enterprise
    WHERE enterprise.status = ANY(%(statuses)s)
      AND EXISTS (SELECT FROM jsonb_array_elements_text(enterprise.types) AS type WHERE type = ANY(%(types)s))
      AND EXISTS (
        SELECT FROM filing_filing AS filing
        JOIN filing_filingevent AS event ON event.filing_id = filing.id AND event.action = %(confirm)s
        WHERE filing.enterprise_id = enterprise.id AND event.at < %(ends)s
      )
    ON CONFLICT DO NOTHING
"""


@transaction.atomic
def owe_all(*, form: ReportForm, period: Period) -> int:
    """Everybody whose filing took effect before the period ended owes it; how many rows are new."""
    with connection.cursor() as cursor:
        cursor.execute(
            OWE_ALL,
            {
                "form": form.key,
                "period": period.start,
                "statuses": [*OWING],
                "types": [*form.types],
                "confirm": FilingAction.CONFIRM,
                "ends": day_begins(period.next.start.year, period.next.start.month, 1),
            },
        )
        count = cursor.rowcount
    if count:
        record("report.owe", form=form.key, period=str(period), count=count)
    return count


@transaction.atomic
def owe(*, enterprise) -> int:
    """What one enterprise owes for the periods open now; asked for when its filing takes effect."""
    at, since = clock.now(), effective_from(enterprise)
    if since is None:
        return 0
    rows = [
        obligation_of(enterprise, form, period)
        for form in forms_of(enterprise)
        for period in open_periods(form, at)
        if period >= Period.of_day(since.start, form.period_kind)
    ]
    Obligation.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def obligation_of(enterprise, form: ReportForm, period: Period) -> Obligation:
    """That an enterprise owes a report of a period, to the authority of its place."""
    return Obligation(
        enterprise=enterprise,
        form=form.key,
        period=period.start,
        jurisdiction_code=enterprise.jurisdiction_code,
        division_code=enterprise.division_code,
    )


def open_periods(form: ReportForm, at) -> list[Period]:
    """The periods whose default window is open at a moment."""
    return [
        period
        for period in latest_periods(form, at)
        if form.default_window(period).phase(at) in ("OPEN", "LATE")
    ]


def latest_periods(form: ReportForm, at) -> list[Period]:
    """The period under way and the two before it: whatever can be open is among them."""
    last = Period.of_day(timezone.localdate(at), form.period_kind)
    return [last, last.previous, last.previous.previous]


def owe_what_opened() -> int:
    """What the daily task does: every open period of every form."""
    at = clock.now()
    opened = [(form, period) for form in report_forms() for period in open_periods(form, at)]
    return sum(owe_all(form=form, period=period) for form, period in opened)
