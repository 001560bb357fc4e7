"""Rows as people keep them in a spreadsheet, with names instead of identifiers: which line each one means."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from catalog.names import name_key
from newcar.lines import CELLS, LABELS, key_of

UNIT = re.compile(r"[（(].*$")
NAMES = ("supplier_name", "brand", "producer", "model", "displacement")
HEADINGS = {name: LABELS[name] for name in ("supplier_name", "displacement", *CELLS)} | {
    "brand": "品牌",
    "producer": "生产商",
    "model": "车型",
}
Former = Mapping[tuple[str, int], Collection[str]]
ORDER = (*NAMES, *CELLS)


@dataclass(frozen=True)
class NamedRow:
    """One row as it was typed: its names and cells by identifier; columns that were not there are missing."""

    number: int
    text: str
    cells: Mapping[str, str]

    @property
    def label(self) -> str:
        """How a message names the row."""
        named = " ".join(filter(None, (self.cells.get(name, "") for name in ("model", "displacement"))))
        return named or self.text.replace("\t", " ").strip()[:30]


@dataclass
class Named:
    """What became of pasted rows: lines found, each with its row; what fits no line, each with its reason."""

    heading: str = ""
    matched: list[tuple[dict, NamedRow]] = field(default_factory=list)
    unmatched: list[tuple[NamedRow, str]] = field(default_factory=list)

    @property
    def left(self) -> str:
        """The rows to mend, as they were pasted, under their heading."""
        rows = [row.text for row, _ in self.unmatched]
        return "\n".join([self.heading, *rows] if self.heading and rows else rows)


def plain(heading: str) -> str:
    """A heading without its unit and 其中, as people shorten it."""
    return name_key(UNIT.sub("", heading.strip(" *")).removeprefix("其中：").removeprefix("其中:"))


BY_HEADING = {plain(heading): name for name, heading in HEADINGS.items()}


def rows_of(text: str) -> tuple[str, list[NamedRow]]:
    """The heading (empty without one) and the rows of pasted text; without a heading the columns stand in the
    order of the grid.
    """
    lines = [line for line in re.split(r"\r?\n", text) if line.strip()]
    if not lines:
        return "", []
    first = [plain(cell) for cell in lines[0].split("\t")]
    has_heading = plain("车型") in first
    order = [BY_HEADING.get(cell, "") for cell in first] if has_heading else ORDER
    rows = []
    for number, line in enumerate(lines, 1):
        cells = zip(order, line.split("\t"), strict=False)
        rows.append(NamedRow(number, line, {name: cell.strip() for name, cell in cells if name}))
    return (lines[0], rows[1:]) if has_heading else ("", rows)


def match(text: str, known: Iterable[dict], former: Former = MappingProxyType({})) -> Named:
    """Each row to the one line its names mean, now or before a merge; a name left out is no condition."""
    by_model = defaultdict(list)
    for line in known:
        for key in _keys(line, "model", former):
            by_model[key].append(line)
    heading, rows = rows_of(text)
    named, seen = Named(heading), {}
    for row in rows:
        line, reason = _line_of(row.cells, by_model, former)
        if line is not None:
            first = seen.setdefault(key_of(line), row.number)
            reason = "" if first == row.number else f"与粘贴的第{first}行是同一车型和排量，请合并。"
        if reason:
            named.unmatched.append((row, reason))
        else:
            named.matched.append((line, row))
    return named


def _line_of(cells, by_model, former):
    model = cells.get("model", "")
    if not model:
        return None, "没有写车型。"
    lines = by_model.get(name_key(model), [])
    if not lines:
        return None, f"备案的品牌下没有车型“{model}”，请核对名称，或在“增加车型”中申请。"
    for name in ("brand", "producer", "supplier_name"):
        wanted = cells.get(name, "")
        fitting = [line for line in lines if not wanted or name_key(wanted) in _keys(line, name, former)]
        if not fitting:
            there = "、".join(sorted({line[name] for line in lines}))
            return None, f"车型“{model}”的{HEADINGS[name]}不是“{wanted}”，应为{there}。"
        lines = fitting
    return _of_displacement(model, cells.get("displacement", ""), lines)


def _keys(line, name, former):
    names = {line[name], *former.get((name, line.get(f"{name}_id")), ())}
    return {name_key(each) for each in names}


def _of_displacement(model, wanted, lines):
    fitting = [line for line in lines if not wanted or _litres(line["displacement"]) == _litres(wanted)]
    if not fitting:
        there = "、".join(sorted({line["displacement"] for line in lines}))
        return None, f"车型“{model}”没有排量“{wanted}”，已有{there}；可在“增加排量”中申请。"
    if len(fitting) > 1:
        return None, f"有 {len(fitting)} 个“{model}”，请写明{_telling(fitting)}。"
    return fitting[0], ""


def _telling(lines):
    """The names that tell these lines apart."""
    return "、".join(HEADINGS[name] for name in NAMES if len({line[name] for line in lines}) > 1)


def _litres(text):
    bare = unicodedata.normalize("NFKC", text).strip().upper().removesuffix("升").removesuffix("L")
    try:
        return Decimal(bare)
    except InvalidOperation:
        return text
