"""What the submitted months of a dealer add up to in a year: one question, set-based."""

from decimal import Decimal

from django.db import connection

from newcar.checks import PASSENGER
from reporting.annual import Months, months_owed
from reporting.periods import MONTHS

NEV = {"PHEV", "EREV", "BEV", "FCEV"}
GROUPS = """
    SELECT report.period, line ->> 'report_category', line ->> 'energy_type',
        sum((line ->> 'sales_qty')::bigint), sum((line ->> 'sales_amount')::numeric),
        sum((line ->> 'wholesale_qty')::bigint), sum((line ->> 'closing_stock_qty')::bigint)
    FROM reporting_report AS report
    JOIN reporting_reportversion AS version
        ON version.report_id = report.id AND version.number = report.version
    LEFT JOIN LATERAL jsonb_array_elements(version.content -> 'lines') AS line ON true
    WHERE report.enterprise_id = %s AND report.form = 'newcar_monthly' AND report.status = 'SUBMITTED'
      AND report.deleted_at IS NULL AND report.period BETWEEN %s AND %s
    GROUP BY 1, 2, 3
"""


def months_of_year(report) -> tuple[Months, Decimal | None]:
    """The figures the annual report takes over, and the mean of the closing stocks."""
    year = report.month
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, [report.enterprise_id, year.start, year.last_day])
        groups = cursor.fetchall()
    present = {group[0] for group in groups}
    missing = tuple(month for month in months_owed(report) if month.start not in present)
    if not groups:
        return Months(missing=missing), None
    stocks = dict.fromkeys(present, 0)
    for period, *_, closing in groups:
        stocks[period] += int(closing or 0)
    figures = _figures(groups)
    december = year.months[MONTHS - 1].start
    if december in stocks:
        figures["year_end_stock_qty"] = stocks[december]
    return Months(figures, missing), Decimal(sum(stocks.values())) / len(stocks)


def _figures(groups):
    totals = dict.fromkeys(("new_car_qty", "passenger_qty", "commercial_qty", "nev_qty", "wholesale_qty"), 0)
    amount, nev_amount = Decimal(0), Decimal(0)
    for _, category, energy, sold, money, wholesale, _ in groups:
        sold, money = int(sold or 0), money or Decimal(0)
        totals["new_car_qty"] += sold
        totals["passenger_qty" if category in PASSENGER else "commercial_qty"] += sold
        totals["wholesale_qty"] += int(wholesale or 0)
        amount += money
        if energy in NEV:
            totals["nev_qty"] += sold
            nev_amount += money
    return {**totals, "new_car_amount": f"{amount:.2f}", "nev_amount": f"{nev_amount:.2f}"}
