"""The page of a monthly market report: the figures of the header and the matrix, kept as they were typed."""

from dataclasses import dataclass, field
from functools import cached_property

from django.urls import reverse

from autoflow.common.checks import rules
from autoflow.common.codes import field_specs
from reporting import clock, workbooks
from reporting.figures import Figure, FiguresForm, decimal_of, read_figure
from reporting.forms import ReportEditor
from usedcar.market_summaries import HEADER
from usedcar.market_trades import TradesOfMonth, trades_of_month
from usedcar.matrix import (
    AMOUNT,
    COLUMNS,
    DIMENSIONS,
    KINDS,
    QTY,
    column_label,
    control,
    difference,
    heading,
    total,
)

FILL = "fill"


@dataclass
class Cell:
    """One input of the matrix: what it shows, what the trades say, and what is wrong with it."""

    column: str
    control: str
    label: str
    text: str
    trades: Figure = None
    is_from_trades: bool = False
    errors: list[str] = field(default_factory=list)

    @property
    def dimension(self):
        """The dimension it is a category of; nothing for amount and quantity."""
        return self.column.partition("-")[0] if "-" in self.column else ""


@dataclass
class Group:
    """The cells of one dimension in a row, and how far they are from the quantity of the row."""

    key: str
    label: str
    cells: list[Cell]
    difference: int


@dataclass
class Row:
    """A kind of vehicle as the page shows it."""

    code: str
    label: str
    base: list[Cell]
    groups: list[Group]
    errors: list[str] = field(default_factory=list)

    @property
    def cells(self):
        return [*self.base, *(cell for group in self.groups for cell in group.cells)]

    @property
    def all_errors(self):
        return [*self.errors, *dict.fromkeys(error for cell in self.cells for error in cell.errors)]


class MarketMonthEditor(ReportEditor):
    """The page of one month; «按交易信息汇总» fills header and matrix from the market's own trades."""

    note_spec = ("MARKET_MONTHLY", "anomaly_note")
    dimensions = DIMENSIONS

    def __init__(self, report, data=None, files=None):
        super().__init__(report, data, files)
        stored = report.form_class.read(report)
        self.faults = {}
        is_filled = data is not None and data.get("action") == FILL
        self.filled_at = clock.now().isoformat() if is_filled else stored.get("filled_at", "")
        specs = field_specs("MARKET_MONTHLY")
        self.figures = FiguresForm(data, specs=[specs[name] for name in HEADER], content=stored)
        self.cells = stored.get("cells") or {}
        if data is not None:
            self.cells = self.trades.cells if is_filled else self._posted()
        self.rows = [self._row(code) for code in KINDS]

    @cached_property
    def trades(self) -> TradesOfMonth:
        return trades_of_month(self.report.enterprise_id, self.report.month)

    @property
    def trades_url(self):
        """The trades behind the figures."""
        return reverse("usedcar:trade-list", query={"month": str(self.report.month)})

    @property
    def content(self):
        """Header and cells; what cannot be read is stored as absent, and the page says so."""
        if self.header.data.get("nil_return"):
            return {}
        header = self.figures.figures
        if self.header.data.get("action") == FILL:
            header |= {"nev_qty": self.trades.nev_qty, "nev_amount": self.trades.nev_amount}
        return {**header, "cells": self.cells, "filled_at": self.filled_at}

    @property
    def tables(self):
        """The matrix, a row a kind of vehicle, before the figures of the header."""
        matrix = workbooks.Table(
            title="交易矩阵",
            names=("车辆类型",),
            columns=tuple(workbooks.Column(heading(column)) for column in COLUMNS),
            rows=[
                workbooks.Row(
                    names=(row.label,),
                    texts=tuple(cell.text for cell in row.cells),
                    controls=tuple(cell.control for cell in row.cells),
                )
                for row in self.rows
            ],
        )
        return [matrix, *super().tables]

    def is_valid(self):
        return super().is_valid() and self.figures.is_valid() and not self.faults

    @property
    def bound(self):
        return [*super().bound, self.figures] if self.figures.is_bound else super().bound

    @property
    def totals(self):
        """The last row: amount, quantity, then each dimension's categories, all reckoned."""
        return [
            {
                "key": dimension.key if dimension else "",
                "figures": [total(self.cells, column) for column in columns],
            }
            for dimension, columns in [(None, (AMOUNT, QTY)), *((one, one.columns) for one in DIMENSIONS)]
        ]

    @property
    def total_qty(self):
        return total(self.cells, QTY)

    @property
    def total_amount(self):
        return total(self.cells, AMOUNT)

    @property
    def has_figures(self):
        """Whether filling would overwrite something."""
        return any(self.cells.values())

    @property
    def differences(self):
        """Once filled, every cell that says something else than the trades."""
        if not self.filled_at:
            return []
        return [
            {
                "row": row.label,
                "column": cell.label,
                "typed": cell.text or 0,
                "trades": cell.trades or 0,
                "url": f"{self.trades_url}&cell={row.code}.{cell.column}",
            }
            for row in self.rows
            for cell in row.cells
            if not cell.is_from_trades
            and decimal_of(self.cells.get(row.code, {}).get(cell.column)) != decimal_of(cell.trades)
        ]

    def add_findings(self, findings):
        """Each message at its cell or row; what concerns none stands above the matrix."""
        cells = {cell.control: cell for row in self.rows for cell in row.cells}
        rows = {row.code: row for row in self.rows}
        for found in findings:
            code = found.field.split("-")[1] if found.field.startswith("matrix-") else ""
            if found.field in cells:
                cells[found.field].errors.append(found.message)
            elif code in rows:
                rows[code].errors.append(found.message)
            elif found.field in self.figures.fields:
                self.figures.add_error(found.field, found.message)
            else:
                self.header.add_error(None, found.message)

    def _posted(self):
        """The cells the page sent; empty ones are left out."""
        cells = {}
        for code in KINDS:
            for column in COLUMNS:
                figure = self._read(code, column)
                if figure is not None:
                    cells.setdefault(code, {})[column] = figure
        return cells

    def _read(self, code, column):
        raw = self.data.get(control(code, column), "")
        figure, fault = read_figure(raw, is_whole=column != AMOUNT)
        if column != AMOUNT and (fault or (figure or 0) < 0):
            figure, fault = None, rules()["K-007"].message
        if fault:
            self.faults[code, column] = (raw, f"{column_label(column)}：{fault}")
        return figure

    def _row(self, code):
        groups = [
            Group(
                dimension.key,
                dimension.label,
                [self._cell(code, column) for column in dimension.columns],
                difference(self.cells, code, dimension),
            )
            for dimension in DIMENSIONS
        ]
        return Row(code, KINDS[code].label, [self._cell(code, column) for column in (AMOUNT, QTY)], groups)

    def _cell(self, code, column):
        figure = self.cells.get(code, {}).get(column)
        raw, fault = self.faults.get((code, column), ("" if figure is None else str(figure), ""))
        cell = Cell(column, control(code, column), column_label(column), raw, errors=[fault] if fault else [])
        if self.filled_at:
            cell.trades = self.trades.cells.get(code, {}).get(column)
            cell.is_from_trades = cell.trades is not None and figure == cell.trades
        return cell
