"""The lines of a month as its paper shows them."""

from decimal import Decimal

from django import template

from newcar.lines import AMOUNT, CELLS, NOTE, money, number, stock_text

register = template.Library()
FIGURES = tuple(name for name in CELLS if name != NOTE)


@register.filter
def month_totals(content):
    """The sum of each column of figures, in their order."""
    lines = content.get("lines") or []
    return [
        sum((money(line.get(name)) for line in lines), Decimal(0))
        if name == AMOUNT
        else sum(number(line, name) for line in lines)
        for name in FIGURES
    ]


@register.filter
def figures_of_line(line):
    """Each figure of a line, in the order of the columns."""
    return [line.get(name) for name in FIGURES]


@register.filter
def stock_of(content):
    """库存系数 of a month in words."""
    return stock_text(content.get("lines") or [])
