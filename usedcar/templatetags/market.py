"""The matrix of a market report as its readers see it."""

from django import template
from django.urls import reverse

from usedcar.matrix import AMOUNT, DIMENSIONS, KINDS, PARTS, QTY, TOTAL, amount, number, total

register = template.Library()


@register.filter
def market_matrix(content):
    """Every row, those without figures marked as empty, and the totals; each quantity with the name of its
    cell.
    """
    cells = content.get("cells") or {}
    rows = [
        {
            "label": kind.label,
            "is_empty": not any(cells.get(code, {}).values()),
            "amount": amount(cells, code),
            "figures": [(number(cells, code, column), f"{code}.{column}") for column in (QTY, *PARTS)],
        }
        for code, kind in KINDS.items()
    ]
    totals = [(total(cells, column), f"{TOTAL}.{column}") for column in (QTY, *PARTS)]
    return {"dimensions": DIMENSIONS, "rows": rows, "amount": total(cells, AMOUNT), "totals": totals}


@register.simple_tag
def trades_of_cell(report, cell):
    """The address of the trades of a month that a cell of the matrix counts."""
    query = {"month": str(report.month), "market": report.enterprise_id, "cell": cell}
    return reverse("usedcar:trade-list", query=query)
