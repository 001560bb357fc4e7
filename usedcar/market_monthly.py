"""交易市场月报, as the engine of reports knows it."""

from datetime import datetime
from decimal import Decimal

from autoflow.common.codes import field_specs
from reporting.changes import Line
from reporting.models import ReportVersion
from reporting.registry import ReportForm, register
from usedcar.market_checks import Context, check_month
from usedcar.market_forms import MarketMonthEditor
from usedcar.market_models import MarketMonth
from usedcar.market_summaries import HEADER, count_month
from usedcar.market_trades import trades_of_month
from usedcar.matrix import AMOUNT, COLUMNS, KINDS, QTY, heading, number, total


@register
class MarketMonthly(ReportForm):
    """Content: {"nev_qty": 3, …, "cells": {"SEDAN": {"amount": "12.50", "qty": 3, …}}, "filled_at": ""}."""

    key = "market_monthly"
    title = "交易市场月报"
    lead = "次月5日24:00前上报本市场上月的交易；没有交易也要上报（本月无业务）。"
    types = frozenset({"B1"})
    namespace = "usedcar:market-monthly"
    edit_template = "usedcar/market_monthly_edit.html"
    content_template = "usedcar/_market_monthly_content.html"
    print_template = "usedcar/_market_monthly_print.html"
    columns = (("交易量（辆）", "qty"), ("交易金额（万元）", "amount"))

    def read(self, report):
        found = MarketMonth.objects.filter(report=report.pk).first()
        if found is None:
            return {}
        money = None if found.nev_amount is None else str(found.nev_amount)
        return {
            **{name: getattr(found, name) for name in HEADER},
            "nev_amount": money,
            "cells": found.cells,
            "filled_at": found.filled_at.isoformat() if found.filled_at else "",
        }

    def write(self, report, content):
        MarketMonth.objects.filter(report=report).delete()
        if not content:
            return
        filled_at, money = content.get("filled_at"), content.get("nev_amount")
        MarketMonth.objects.create(
            report=report,
            cells=content["cells"],
            filled_at=datetime.fromisoformat(filled_at) if filled_at else None,
            nev_qty=content.get("nev_qty"),
            nev_amount=None if money is None else Decimal(money),
            resident_merchant_count=content.get("resident_merchant_count"),
        )

    def check(self, report, content):
        trades = trades_of_month(report.enterprise_id, report.month)
        context = Context(_submitted_cells(report), trades.count, trades.cells)
        yield from check_month(content, is_nil=report.nil_return, context=context)

    def figures(self, content):
        cells = content.get("cells") or {}
        return {
            "line_count": sum(bool(number(cells, row, QTY)) for row in KINDS),
            "qty": total(cells, QTY),
            "amount": total(cells, AMOUNT),
        }

    def lines(self, content):
        specs, cells = field_specs("MARKET_MONTHLY"), content.get("cells") or {}
        figures = {f"{specs[name].label}（{specs[name].unit}）": content.get(name) for name in HEADER}
        rows = [
            Line((code,), kind.label, {heading(column): cells[code].get(column) for column in COLUMNS})
            for code, kind in KINDS.items()
            if any(cells.get(code, {}).values())
        ]
        return [Line(("表头",), "表头", figures), *rows]

    def editor(self, report, data=None, files=None):
        return MarketMonthEditor(report, data, files)

    def counted(self, report, before, after, *, place):
        count_month(report, before, after, place=place)


def _submitted_cells(report):
    """What last month's report said when it was submitted last."""
    versions = ReportVersion.objects.filter(
        report__enterprise=report.enterprise_id,
        report__form=report.form,
        report__deleted_at=None,
        report__period=report.month.previous.start,
    )
    content = versions.order_by("-number").values_list("content", flat=True).first()
    return None if content is None else content.get("cells") or {}
