"""What one version of a report says differently from another, line by line and cell by cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reporting.figures import Figure


@dataclass(frozen=True)
class Line:
    """A line of the content: what makes it the same line in two versions, its name, its cells by heading."""

    key: tuple
    label: str
    cells: Mapping[str, Figure]


@dataclass(frozen=True)
class Change:
    """A line that differs, in one word how, and each heading whose cell does with the old and new value."""

    label: str
    word: str
    cells: Sequence[tuple[str, Figure, Figure]]


def changes(old: Sequence[Line], new: Sequence[Line]) -> list[Change]:
    """The lines that are new or say something else, in their order, then those that are gone."""
    before, after = ({line.key: line for line in lines} for lines in (old, new))
    found = [_change(before.get(key), line) for key, line in after.items()]
    found += [_change(line, None) for key, line in before.items() if key not in after]
    return [change for change in found if change.cells or change.word != "修改"]


def _change(old, new):
    word = "修改" if old and new else "新增" if new else "删除"
    before, after = (line.cells if line else {} for line in (old, new))
    headings = dict.fromkeys([*after, *before])
    cells = [(heading, before.get(heading), after.get(heading)) for heading in headings]
    return Change((new or old).label, word, [cell for cell in cells if _said(cell[1]) != _said(cell[2])])


def _said(value):
    """An empty text says as little as an absent figure; nil says something."""
    return "" if value is None else value
