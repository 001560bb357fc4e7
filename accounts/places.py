"""Divisions from the code table, which never changes: full names, and a search over all of them."""

from dataclasses import dataclass
from functools import cache

from autoflow.common.codes import read_table
from autoflow.common.pinyin import sounds, squeezed

MOST_FOUND = 20
MOST_TYPED = 40


@dataclass(frozen=True, slots=True)
class Place:
    """A division a person may choose; a leaf has no divisions below it."""

    code: str
    name: str
    full_name: str
    is_leaf: bool


def full_names(rows):
    """The path of names down to each division; placeholder levels (市辖区) leave no trace in it."""
    by_code, names = {row["code"]: row for row in rows}, {}
    for code, row in by_code.items():
        path, at = [], row
        while at is not None:
            if at["is_placeholder"] != "1":
                path.append(at["name_zh"])
            at = by_code.get(at["parent_code"])
        names[code] = "".join(reversed(path)) or row["name_zh"]
    return names


@cache
def places():
    """Every division that can be chosen, by code."""
    rows = read_table("divisions")
    names, parents = full_names(rows), {row["parent_code"] for row in rows}
    return {
        row["code"]: Place(row["code"], row["name_zh"], names[row["code"]], row["code"] not in parents)
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
    for rank, sound in enumerate((*sounds(place.name), sounds(place.full_name)[0])):
        if letters and sound.startswith(letters):
            return rank
    return None
