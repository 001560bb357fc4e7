"""The monthly summary follows every submission: set-based, in the same transaction."""

from collections import defaultdict
from decimal import Decimal

from django.db import connection

from newcar.lines import money, number

GROUPS = """
    INSERT INTO newcar_monthlysummary (
        period, jurisdiction_code, division_code, brand_id, producer_id, report_category, energy_type,
        line_count, sales_qty, retail_qty, wholesale_qty, closing_stock_qty, sales_amount
    )
    SELECT %(period)s, %(jurisdiction)s, %(division)s, brand, producer, category, energy, 0, 0, 0, 0, 0, 0
    FROM unnest(%(brands)s::bigint[], %(producers)s::bigint[], %(categories)s::text[], %(energies)s::text[])
        AS changed (brand, producer, category, energy)
    ORDER BY brand, producer, category, energy
    ON CONFLICT DO NOTHING
"""
CHANGES = """
    UPDATE newcar_monthlysummary AS kept SET
        line_count = kept.line_count + changed.lines,
        sales_qty = kept.sales_qty + changed.sales,
        retail_qty = kept.retail_qty + changed.retail,
        wholesale_qty = kept.wholesale_qty + changed.wholesale,
        closing_stock_qty = kept.closing_stock_qty + changed.closing,
        sales_amount = kept.sales_amount + changed.amount
    FROM unnest(
        %(brands)s::bigint[], %(producers)s::bigint[], %(categories)s::text[], %(energies)s::text[],
        %(counts)s::bigint[], %(sales)s::bigint[], %(retail)s::bigint[], %(wholesale)s::bigint[],
        %(closing)s::bigint[], %(amounts)s::numeric[]
    ) AS changed (
        brand, producer, category, energy, lines, sales, retail, wholesale, closing, amount
    )
    WHERE kept.period = %(period)s AND kept.jurisdiction_code = %(jurisdiction)s
      AND kept.division_code = %(division)s AND kept.brand_id = changed.brand
      AND kept.producer_id = changed.producer AND kept.report_category = changed.category
      AND kept.energy_type = changed.energy
"""
RECOUNT = """
    LOCK TABLE newcar_monthlysummary IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM newcar_monthlysummary WHERE period = %(period)s;
    INSERT INTO newcar_monthlysummary (
        period, jurisdiction_code, division_code, brand_id, producer_id, report_category, energy_type,
        line_count, sales_qty, retail_qty, wholesale_qty, closing_stock_qty, sales_amount
    )
    SELECT report.period, report.jurisdiction_code, report.division_code,
        line.brand_id, line.producer_id, line.report_category, line.energy_type,
        count(*), sum(coalesce(line.sales_qty, 0)),
        sum(coalesce(line.retail_person_qty, 0) + coalesce(line.retail_org_qty, 0)),
        sum(coalesce(line.wholesale_qty, 0)), sum(coalesce(line.closing_stock_qty, 0)),
        sum(coalesce(nullif(line.sales_amount, '')::numeric, 0))
    FROM reporting_report AS report
    JOIN reporting_reportversion AS version
        ON version.report_id = report.id AND version.number = report.version
    CROSS JOIN jsonb_to_recordset(version.content -> 'lines') AS line (
        brand_id bigint, producer_id bigint, report_category text, energy_type text, sales_qty bigint,
        retail_person_qty bigint, retail_org_qty bigint, wholesale_qty bigint, closing_stock_qty bigint,
        sales_amount text
    )
    WHERE report.form = %(form)s AND report.period = %(period)s
      AND report.status = 'SUBMITTED' AND report.deleted_at IS NULL
    GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
EMPTY = (0, 0, 0, 0, 0, Decimal(0))


def count_month(report, before: dict | None, after: dict | None, *, place) -> None:
    """Take away what counted and add what counts now, each at its place (jurisdiction, division)."""
    old_place, new_place = place
    changes = defaultdict(lambda: defaultdict(lambda: list(EMPTY)))
    for content, where, sign in ((before, old_place, -1), (after, new_place, 1)):
        for group, figures in _groups(content):
            total = changes[where][group]
            changes[where][group] = [a + sign * b for a, b in zip(total, figures, strict=True)]
    with connection.cursor() as cursor:
        for where, groups in sorted(changes.items()):
            rows = [(*group, *figures) for group, figures in sorted(groups.items()) if any(figures)]
            if rows:
                parameters = _parameters(report.period, where, rows)
                cursor.execute(GROUPS, parameters)
                cursor.execute(CHANGES, parameters)


def recount_month(form, period) -> None:
    """Count a month anew from the last submissions; who submits meanwhile waits and is counted after."""
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT, {"form": form.key, "period": period.start})


def _parameters(period, where, rows):
    columns = [list(column) for column in zip(*rows, strict=True)]
    names = [
        "brands",
        "producers",
        "categories",
        "energies",
        "counts",
        "sales",
        "retail",
        "wholesale",
        "closing",
        "amounts",
    ]
    return {
        "period": period,
        "jurisdiction": where[0],
        "division": where[1],
        **dict(zip(names, columns, strict=True)),
    }


def _groups(content):
    """The lines of a month by brand, producer, category and energy, summed."""
    groups = defaultdict(lambda: list(EMPTY))
    for line in (content or {}).get("lines") or []:
        group = (line["brand_id"], line["producer_id"], line["report_category"], line["energy_type"])
        groups[group] = [a + b for a, b in zip(groups[group], figures_of(line), strict=True)]
    return groups.items()


def figures_of(line):
    retail = number(line, "retail_person_qty") + number(line, "retail_org_qty")
    return (
        1,
        number(line, "sales_qty"),
        retail,
        number(line, "wholesale_qty"),
        number(line, "closing_stock_qty"),
        money(line.get("sales_amount")),
    )
