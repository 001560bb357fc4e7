"""The matrix of a market report as its readers see it."""

from django import template

from usedcar.matrix import AMOUNT, DIMENSIONS, KINDS, PARTS, QTY, amount, number, total

register = template.Library()


@register.filter
def market_matrix(content):
    """The rows that have figures, and the totals of all."""
    cells = content.get("cells") or {}
    rows = [
        {
            "label": kind.label,
            "amount": amount(cells, code),
            "figures": [number(cells, code, column) for column in (QTY, *PARTS)],
        }
        for code, kind in KINDS.items()
        if any(cells.get(code, {}).values())
    ]
    totals = [total(cells, column) for column in (QTY, *PARTS)]
    return {"dimensions": DIMENSIONS, "rows": rows, "amount": total(cells, AMOUNT), "totals": totals}
