"""The grid of a month as the page shows it: rows of cells, drawn from shells since there are thousands."""

from dataclasses import dataclass, field
from functools import lru_cache

from django.utils.html import format_html, format_html_join

from autoflow.common.shells import place, shell_of
from newcar.lines import CELLS, NOTE, expected_closing, key_text, retail_difference

MOST_SHELLS = 100
PLACES = ("index", "number", "key", "model", "origin", "supplier", "differences", "errors")
DIFFERENCE = '<span class="grid-difference">{} {}</span>'


@dataclass
class Cell:
    """One input of the grid: what it shows, and what is wrong with it."""

    text: str
    errors: list[str] = field(default_factory=list)


@dataclass
class Row:
    """One line as the page shows it; `cells` by their column."""

    index: int
    line: dict
    cells: dict[str, Cell]
    errors: list[str] = field(default_factory=list)
    refusal: str = ""

    @property
    def differences(self):
        """How far sales and stock are from the sum of their parts, by name; only what does not balance."""
        closing = self.line.get("closing_stock_qty")
        stock = 0 if closing is None else closing - expected_closing(self.line)
        found = (("销售差", retail_difference(self.line)), ("库存差", stock))
        return [(name, difference) for name, difference in found if difference]

    @property
    def all_errors(self):
        return [*self.errors, *(error for cell in self.cells.values() for error in cell.errors)]

    @property
    def told(self):
        """What stands below the row; that its model was refused from the start, and only once."""
        is_told = not self.refusal or any(self.refusal in error for error in self.errors)
        return self.all_errors if is_told else [self.refusal, *self.all_errors]

    @property
    def html(self):
        """The row from the shell for its faulty cells, with its own values."""
        told, line = self.told, self.line
        faulty = tuple(name for name, cell in self.cells.items() if cell.errors)
        return format_html(
            _shell(faulty, bool(told), bool(self.refusal)),
            index=self.index,
            number=self.index + 1,
            key=key_text(line),
            model=f"{line['model']} {line['displacement']}",
            origin=f"{line['brand']} · {line['producer']}",
            supplier=line["supplier_name"],
            differences=format_html_join(" ", DIFFERENCE, self.differences),
            errors=" ".join(told),
            **{name: cell.text for name, cell in self.cells.items()},
        )


@lru_cache(maxsize=MOST_SHELLS)
def _shell(faulty, has_errors, is_refused):
    cells = [
        {"name": name, "text": place(name), "is_note": name == NOTE, "is_faulty": name in faulty}
        for name in CELLS
    ]
    facts = {"cells": cells, "has_errors": has_errors, "is_refused": is_refused}
    context = {name: place(name) for name in PLACES}
    return shell_of("newcar/_line.html", context | facts)
