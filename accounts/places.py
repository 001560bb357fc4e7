"""Divisions from the code table, which never changes: full names, and a search over all of them."""

from dataclasses import dataclass
from functools import cache

from autoflow.common.codes import read_table
from autoflow.common.pinyin import sounds, squeezed

MOST_FOUND = 20
MOST_TYPED = 40


@dataclass(frozen=True, slots=True)
class Place:
    """A division a person may choose, by the names that lead to it; a leaf has no divisions below it."""

    code: str
    path: tuple[str, ...]
    is_leaf: bool

    @property
    def name(self):
        return self.path[-1]

    @property
    def full_name(self):
        return "".join(self.path)


def paths(rows):
    """The names down to each division; placeholder levels (市辖区) leave no trace, save in their own path."""
    by_code, found = {row["code"]: row for row in rows}, {}
    for code, row in by_code.items():
        names, at = [], row
        while at is not None:
            if at["is_placeholder"] != "1":
                names.append(at["name_zh"])
            at = by_code.get(at["parent_code"])
        found[code] = tuple(reversed(names)) or (row["name_zh"],)
    return found


@cache
def places():
    """Every division that can be chosen, by code."""
    rows = read_table("divisions")
    names, parents = paths(rows), {row["parent_code"] for row in rows}
    return {
        row["code"]: Place(row["code"], names[row["code"]], row["code"] not in parents)
        for row in rows
        if row["is_placeholder"] != "1"
    }


def full_name_of(code):
    """A division with its province and city; an unknown code stays as it is."""
    return places()[code].full_name if code in places() else code


def search_places(text):
    """The divisions meant by a piece of a name, by pinyin or initials, or by the beginning of a code; the
    best first, at most twenty.
    """
    text = "".join(text.split())[:MOST_TYPED]
    if not text:
        return []
    ranked = [(_rank(place, text), place.code, place) for place in places().values()]
    found = sorted(entry for entry in ranked if entry[0] is not None)
    return [place for _, _, place in found[:MOST_FOUND]]


def _rank(place, text):
    """How well a division fits, 0 best; None when it does not."""
    if text.isascii():
        return _rank_of_letters(place, text)
    if place.name.startswith(text):
        return 0
    if text in place.full_name:
        return 1
    rest = iter(place.full_name)
    return 2 if all(character in rest for character in text) else None


def _rank_of_letters(place, text):
    if text.isdigit():
        return 0 if place.code.startswith(text) else None
    letters = squeezed(text)
    heard = _heard(place) if letters else ()
    return next((rank for rank, sound in heard if sound.startswith(letters)), None)


@cache
def _heard(place):
    """How a division sounds by itself, and with the names above it: the more of them, the later."""
    heard = []
    for start in range(len(place.path) - 1, -1, -1):
        for sound in zip(*map(sounds, place.path[start:]), strict=True):
            heard.append((len(place.path) - start, "".join(sound)))
    return heard
