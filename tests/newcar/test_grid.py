"""The rows of a month as they are drawn: what was typed comes back escaped, messages stand at their cells."""

import re

import pytest

from newcar.grid import Cell, Row
from newcar.lines import CELLS, key_from, key_text
from reporting.enums import ReasonCode
from reporting.presentation import Reason
from tests.elements import Elements

HOSTILE = "<script>\"&'{0}{index}"
LINE = {
    "supplier_name": f"供应商:{HOSTILE}",
    "brand_id": 1,
    "producer_id": 2,
    "model_id": 3,
    "displacement": "1.5",
    "brand": HOSTILE,
    "producer": HOSTILE,
    "model": HOSTILE,
}


def row_of(index=0, errors=(), **cells):
    return Row(index, LINE, {name: cells.get(name) or Cell("") for name in CELLS}, list(errors))


def test_names_and_cells_are_escaped():
    row = row_of(4, line_note=Cell(HOSTILE), sales_qty=Cell(HOSTILE, [f"{HOSTILE}须为整数"]))
    drawn = Elements(row.html)
    assert "script" not in {tag for tag, _ in drawn.elements}
    assert drawn.named("lines-4-line_note")["value"] == HOSTILE
    assert drawn.named("lines-4-sales_qty")["value"] == HOSTILE
    assert drawn.named("lines-4-DELETE")["aria-label"] == f"移除第5行 {HOSTILE} 1.5"
    assert {f"{HOSTILE} 1.5", f"{HOSTILE} · {HOSTILE}", f"{HOSTILE}须为整数"} <= set(drawn.texts)


def test_messages_stand_at_their_cells_and_nowhere_else():
    """Rows drawn from other shells before and after change nothing."""
    faulty = row_of(0, purchase_qty=Cell("八", ["请填写整数。"]))
    plain, whole = row_of(1), row_of(2, errors=["备案中没有此品牌。"])
    drawn = [Elements(row.html) for row in (plain, faulty, plain, whole, faulty)]
    assert drawn[0].elements == drawn[2].elements
    assert drawn[1].elements == drawn[4].elements
    marked = [attrs["name"] for _, attrs in drawn[1].elements if "aria-invalid" in attrs]
    assert marked == ["lines-0-purchase_qty"]
    assert drawn[1].named("lines-0-purchase_qty")["aria-describedby"] == "errors-0"
    assert ("tr", {"class": "grid-errors", "id": "errors-0"}) in drawn[1].elements
    assert "备案中没有此品牌。" in drawn[3].texts
    assert not [attrs for _, attrs in drawn[3].elements if "aria-invalid" in attrs]
    assert "errors-1" not in plain.html


def test_each_cell_is_named_by_its_line_and_column():
    drawn = Elements(row_of(7).html)
    assert drawn.named("lines-7-sales_qty")["aria-labelledby"] == "line-7 sales_qty"
    assert ("span", {"id": "line-7"}) in drawn.elements


def test_the_key_of_a_line_comes_back_whole():
    sent = Elements(row_of().html).named("lines-0-key")["value"]
    assert sent == key_text(LINE)
    assert key_from(sent) == {name: LINE[name] for name in key_from(sent)}
    assert len(key_from(sent)) == 5


@pytest.mark.parametrize("text", ["", "1:2:3", "1:2:x:1.5:甲", "１:2:3:1.5:甲", f"{'9' * 19}:2:3:1.5:甲"])
def test_what_is_no_key_names_no_line(text):
    assert key_from(text) == {}


def test_warnings_ask_escaped_with_their_reason_chosen():
    code, key = ReasonCode.values[0], f"N-014:{HOSTILE}"
    given = Reason(key, "N-014", HOSTILE, code, HOSTILE, fault=HOSTILE, index=3)
    fresh = Reason("N-017:x", "N-017", "请说明", "", "", index=4)
    drawn = Elements(given.html)
    assert "script" not in {tag for tag, _ in drawn.elements}
    assert drawn.named("reason-3-key")["value"] == key
    assert drawn.named("reason-3-text")["value"] == HOSTILE
    assert drawn.texts.count(HOSTILE) == 2
    assert [attrs["value"] for _, attrs in drawn.elements if "selected" in attrs] == [code]
    assert re.findall('value="([^"]*)" selected', fresh.html) == [""]
