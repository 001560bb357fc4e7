"""The grid of a month: cells read from what was posted, kept as typed, each with its message."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from autoflow.common.text import TextRefused, normalise, reject_controls
from catalog.models import Displacement, VehicleModel
from newcar.checks import refusal_of
from newcar.context import brand_lines_of, lines_before, refused_of
from newcar.grid import Cell, Row
from newcar.kept import former_names, kept_lines
from newcar.lines import (
    AMOUNT,
    CELLS,
    LABELS,
    NOTE,
    QUANTITIES,
    SPECS,
    UNITS,
    expected_closing,
    heading,
    key_from,
    key_of,
    money,
    retail_difference,
    stock_text,
)
from newcar.naming import HEADINGS, NAMES, Named, match
from newcar.requests import CatalogueRequests
from reporting import workbooks
from reporting.figures import read_figure
from reporting.forms import ReportEditor

MOST_LINES = 1000
PASTED = "pasted"
MODEL_COLUMNS = ("pk", "brand_id", "producer_id", "name", "report_category", "energy_type", "status")


@dataclass(frozen=True)
class Offer:
    """A line that can be added: a model with a displacement under one of the enterprise's brand lines."""

    value: str
    line: dict

    @property
    def text(self):
        pending = "（待审核）" if self.line["is_pending"] else ""
        return f"{self.line['model']} {self.line['displacement']}{pending}"

    @property
    def group(self):
        return f"{self.line['brand']}（{self.line['producer']}）—{self.line['supplier_name']}"


class MonthlyEditor(ReportEditor):
    """The page of one month: header, grid, and the lines that can be added."""

    HEADINGS = tuple((name, LABELS[name], UNITS[name], SPECS[name].explain) for name in CELLS)

    def __init__(self, report, data=None, files=None):
        super().__init__(report, data, files)
        self.brand_lines = brand_lines_of(report)
        self.offers = _offers(report, self.brand_lines)
        self.requests = CatalogueRequests(self.brand_lines, self.offers.values(), report.created_by, data)
        self.cell_errors = {}
        self.named = Named()
        lines = report.form_class.read(report)["lines"] if data is None else self._posted()
        if data is not None:
            lines += self._added(lines)
            lines = self._pasted(lines)
            if data.get("action") == "fill":
                lines = [filled(line) for line in lines]
        self.rows = [_row(index, line, self.cell_errors) for index, line in enumerate(lines)]
        refused = refused_of(report.enterprise) if lines else {}
        for row in self.rows:
            row.refusal = refusal_of(row.line, refused)

    def act(self, by):
        """«增加车型» and «增加排量»: ask the catalogue, then go on with the line added."""
        added = self.requests.ask(self.data.get("action"), by)
        if added is None:
            return self
        values = [value for value in _offers(self.report, self.brand_lines) if value in added]
        data = self.data.copy()
        data.setlist("add", [*data.getlist("add"), *values])
        editor = MonthlyEditor(self.report, self.requests.cleared(data))
        editor.told = "已提交申请并加入本报表；审核前即可填报，结果会通知您。"
        return editor

    @property
    def lines(self):
        return [row.line for row in self.rows]

    @property
    def content(self):
        """Every line; a cell that cannot be read is stored as absent, and the page says so."""
        return {"lines": self.lines}

    def is_valid(self):
        has_faults = any(row.all_errors for row in self.rows)
        return super().is_valid() and not has_faults and not self.named.unmatched

    @property
    def totals(self):
        """The sums of the columns, in their order."""
        return [
            "" if name == NOTE else sum((money(line.get(name)) for line in self.lines), Decimal(0))
            for name in CELLS
        ]

    @property
    def stock_text(self):
        return stock_text(self.lines)

    @property
    def offers_by_group(self):
        """What can be added, by brand line, without what is there already."""
        present = {key_of(line) for line in self.lines}
        groups = {}
        for offer in self.offers.values():
            if key_of(offer.line) not in present:
                groups.setdefault(offer.group, []).append(offer)
        return list(groups.items())

    def add_findings(self, findings):
        """Each message at its cell, or with its row; what concerns neither stands above the grid."""
        for found in findings:
            if not found.field.startswith("lines-"):
                self.header.add_error(None, found.message)
                continue
            _, index, name = found.field.split("-")
            row = self.rows[int(index)]
            place = row.cells.get(name, row)
            place.errors.append(found.message)

    def _posted(self):
        """The lines the page sent, those ticked for removal left out; copied or added by its buttons."""
        data = self.data
        if data.get("nil_return"):
            return []
        action = data.get("action", "")
        if action == "copy":
            return self._copied()
        if action == "uploaded":
            return []
        total = _number(data.get("lines-TOTAL_FORMS", ""))
        kept = [n for n in range(min(total, MOST_LINES)) if f"lines-{n}-DELETE" not in data]
        posted = [(n, line) for n in kept if (line := key_from(data.get(f"lines-{n}-key", "")))]
        lines = kept_lines(line for _, line in posted)
        known = [(n, self._known.get(key_of(line))) for (n, _), line in zip(posted, lines, strict=True)]
        known = [(n, line) for n, line in known if line is not None]
        return [self._line(n, place, line) for place, (n, line) in enumerate(known)]

    def _line(self, posted, place, known):
        """One line with its cells; a key nobody offered is no line of this enterprise and was dropped."""
        texts = {name: self.data.get(f"lines-{posted}-{name}", "") for name in CELLS}
        return {**known, **self._cells(place, texts)}

    @property
    def _known(self):
        """Lines that may stand here: what is offered, and what is stored already."""
        if not hasattr(self, "_known_lines"):
            stored = self.report.form_class.read(self.report)["lines"]
            self._known_lines = {key_of(line): line for line in stored}
            self._known_lines |= {key_of(offer.line): offer.line for offer in self.offers.values()}
        return self._known_lines

    def _added(self, lines):
        """The lines ticked under «增加车型», once each."""
        present = {key_of(line) for line in lines}
        chosen = [self.offers[value].line for value in self.data.getlist("add") if value in self.offers]
        new = [_empty(line) for line in chosen if key_of(line) not in present]
        return new[: MOST_LINES - len(lines)]

    def _pasted(self, lines):
        """Rows that came with their names: a line that is there takes their figures, others follow."""
        text = "" if self.data.get("action") == "autosave" else self.data.get(PASTED, "")
        known = {**self._known, **{key_of(line): line for line in lines}}
        self.named = match(text, known.values(), former_names(known.values()) if text else {})
        places = {key_of(line): place for place, line in enumerate(lines)}
        for line, row in self.named.matched:
            place = places.setdefault(key_of(line), len(lines))
            if place == MOST_LINES:
                self.named.unmatched.append((row, f"一份月报最多 {MOST_LINES} 行。"))
                del places[key_of(line)]
                continue
            if place == len(lines):
                lines = [*lines, _empty(line)]
            lines[place] = {**lines[place], **self._cells(place, row.cells)}
        return lines

    def _cells(self, place, texts):
        """The figures among these texts; what cannot be read stays beside its cell."""
        figures = {}
        for name in CELLS:
            if name in texts:
                figures[name], error = _read_cell(name, texts[name])
                faults = self.cell_errors.setdefault(place, {})
                faults.pop(name, None)
                if error:
                    faults[name] = (texts[name], error)
        return figures

    @property
    def tables(self):
        """The grid as a workbook: its lines; without any those of last month, or all that can be chosen."""
        offered = [offer.line for offer in self.offers.values()]
        lines = self.lines or self._copied() or [_empty(line) for line in offered[:MOST_LINES]]
        columns = tuple(
            workbooks.Column(heading(name), SPECS[name].explain, is_text=name == NOTE) for name in CELLS
        )
        return [
            workbooks.Table(
                title="销售明细",
                names=tuple(HEADINGS[name] for name in NAMES),
                columns=columns,
                rows=[
                    workbooks.Row(_names(line), tuple(_shown(line.get(name)) for name in CELLS))
                    for line in lines
                ],
                pasted=PASTED,
                offered=[_names(line) for line in offered],
            )
        ]

    def _copied(self):
        """The lines of the month before: closing stock becomes opening stock, everything else is empty."""
        offered = {key_of(offer.line): offer.line for offer in self.offers.values()}
        lines = lines_before(self.report)
        return [
            {**_empty(offered[key_of(line)]), "opening_stock_qty": line.get("closing_stock_qty")}
            for line in lines
            if key_of(line) in offered
        ]


def filled(line):
    """A line with its empty cells completed: what is left of the sales is retail to persons, the closing
    stock follows from the rest, everything else is nil.
    """
    full = {name: 0 if line.get(name) is None else line[name] for name in QUANTITIES}
    if line.get("retail_person_qty") is None:
        full["retail_person_qty"] = max(0, retail_difference(full))
    if line.get("closing_stock_qty") is None:
        full["closing_stock_qty"] = max(0, expected_closing(full))
    amount = line.get(AMOUNT)
    return {**line, **full, AMOUNT: "0.00" if amount is None and not full["sales_qty"] else amount}


def _names(line):
    return tuple(line[name] for name in NAMES)


def _empty(line):
    return {**line, **dict.fromkeys(CELLS), NOTE: ""}


def _row(index, line, cell_errors):
    cells = {name: Cell(_shown(line.get(name))) for name in CELLS}
    for name, (raw, error) in cell_errors.get(index, {}).items():
        cells[name] = Cell(raw, [error])
    return Row(index, line, cells)


def _shown(value):
    return "" if value is None else str(value)


def _number(text):
    return int(text) if re.fullmatch(r"\d{1,4}", text, re.ASCII) else 0


def _read_cell(name, raw):
    """The value of a cell and why it cannot be read; full-width digits and thousands separators are."""
    text = unicodedata.normalize("NFKC", raw).strip()
    if name == NOTE:
        return _read_note(text)
    figure, fault = read_figure(text, is_whole=name != AMOUNT)
    return figure, f"“{LABELS[name]}”{fault}" if fault else ""


def _read_note(text):
    try:
        note = normalise(reject_controls(text))
    except TextRefused as error:
        return "", str(error)
    return (note, "") if len(note) <= 200 else ("", "行备注最多 200 字，请精简。")


def _offers(report, brand_lines):
    """Every model and displacement the enterprise may report, by the value its box sends."""
    pairs = {(line.brand_id, line.producer_id) for line in brand_lines}
    models = VehicleModel.objects.usable_by(report.created_by)
    models = models.filter(brand__in={brand for brand, _ in pairs})
    usable = Displacement.objects.usable_by(report.created_by).filter(model__in=models)
    values = defaultdict(list)
    for model_id, value in usable.order_by("value").values_list("model_id", "value"):
        values[model_id].append(str(value))
    by_pair = defaultdict(list)
    for model in models.order_by("name", "pk").values(*MODEL_COLUMNS):
        by_pair[model["brand_id"], model["producer_id"]].append(model)
    offers = {}
    for number, brand_line in enumerate(brand_lines):
        for model in by_pair[brand_line.brand_id, brand_line.producer_id]:
            for displacement in values[model["pk"]]:
                value = f"{number}:{model['pk']}:{displacement}"
                offers[value] = Offer(value, _offered_line(brand_line, model, displacement))
    return offers


def _offered_line(brand_line, model, displacement):
    return {
        "supplier_name": brand_line.supplier_name,
        "brand_id": brand_line.brand_id,
        "producer_id": brand_line.producer_id,
        "model_id": model["pk"],
        "displacement": displacement,
        "brand": brand_line.brand.name,
        "producer": brand_line.producer.name,
        "model": model["name"],
        "report_category": model["report_category"],
        "energy_type": model["energy_type"],
        "is_pending": model["status"] != "APPROVED",
    }
