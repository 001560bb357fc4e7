"""The monthly summary of markets follows every submission: set-based, in the same transaction."""

from collections import defaultdict
from decimal import Decimal

from django.db import connection

from reporting.figures import decimal_of
from usedcar.matrix import COLUMNS, KINDS, TOTAL

HEADER = ("nev_qty", "nev_amount", "resident_merchant_count")
ADD = """
    INSERT INTO usedcar_marketsummary AS kept
        (period, jurisdiction_code, division_code, row_code, "column", value)
    SELECT %(period)s, %(jurisdiction)s, %(division)s, changed.row_code, changed.name, 0
    FROM unnest(%(rows)s::text[], %(columns)s::text[]) AS changed (row_code, name)
    ORDER BY 4, 5
    ON CONFLICT DO NOTHING
"""
CHANGE = """
    UPDATE usedcar_marketsummary AS kept SET value = kept.value + changed.value
    FROM unnest(%(rows)s::text[], %(columns)s::text[], %(values)s::numeric[])
        AS changed (row_code, name, value)
    WHERE kept.period = %(period)s AND kept.jurisdiction_code = %(jurisdiction)s
      AND kept.division_code = %(division)s AND kept.row_code = changed.row_code
      AND kept."column" = changed.name
"""
RECOUNT = """
    LOCK TABLE usedcar_marketsummary IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM usedcar_marketsummary WHERE period = %(period)s;
    INSERT INTO usedcar_marketsummary
        (period, jurisdiction_code, division_code, row_code, "column", value)
    SELECT report.period, report.jurisdiction_code, report.division_code, cell.row_code, cell.name,
        sum(nullif(cell.value, '')::numeric)
    FROM reporting_report AS report
    JOIN reporting_reportversion AS version
        ON version.report_id = report.id AND version.number = report.version
    CROSS JOIN LATERAL (
        SELECT line.key, figure.key, figure.value
        FROM jsonb_each(version.content -> 'cells') AS line, jsonb_each_text(line.value) AS figure
        UNION ALL
        SELECT %(total)s, header.key, header.value
        FROM jsonb_each_text(version.content) AS header
        WHERE header.key = ANY(%(header)s)
    ) AS cell (row_code, name, value)
    WHERE report.form = %(form)s AND report.period = %(period)s
      AND report.status = 'SUBMITTED' AND report.deleted_at IS NULL
    GROUP BY 1, 2, 3, 4, 5
    HAVING sum(nullif(cell.value, '')::numeric) <> 0
"""


def recount_month(form, period) -> None:
    """Count a month anew from the last submissions; who submits meanwhile waits and is counted after."""
    parameters = {"form": form.key, "period": period.start, "total": TOTAL, "header": [*HEADER]}
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT, parameters)


def count_month(report, before: dict | None, after: dict | None, *, place) -> None:
    """Take away what counted and add what counts now, each at its place (jurisdiction, division)."""
    changes = defaultdict(lambda: defaultdict(Decimal))
    for content, where, sign in ((before, place[0], -1), (after, place[1], 1)):
        for cell, value in figures_of(content).items():
            changes[where][cell] += sign * value
    with connection.cursor() as cursor:
        for where, cells in sorted(changes.items()):
            changed = sorted((cell, value) for cell, value in cells.items() if value)
            if changed:
                parameters = {
                    "period": report.period,
                    "jurisdiction": where[0],
                    "division": where[1],
                    "rows": [row for (row, _), _ in changed],
                    "columns": [column for (_, column), _ in changed],
                    "values": [value for _, value in changed],
                }
                cursor.execute(ADD, parameters)
                cursor.execute(CHANGE, parameters)


def figures_of(content) -> dict[tuple[str, str], Decimal]:
    """What one submission adds to each cell of the summary; nil adds nothing."""
    content = content or {}
    cells = content.get("cells") or {}
    figures = {
        (row, column): decimal_of(cells.get(row, {}).get(column)) for row in KINDS for column in COLUMNS
    }
    figures |= {(TOTAL, name): decimal_of(content.get(name)) for name in HEADER}
    return {cell: value for cell, value in figures.items() if value}
