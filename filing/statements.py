"""What a version says, as text and as plain values: two of them are compared as old → new, and one is kept
when a version is returned, since it is mended in place.
"""

from dataclasses import dataclass

from filing.enums import LineStatus
from filing.presentation import line_of, rows_of, text_of
from filing.sections import FIELDS, IMAGES, LABELS, ROW_SETS

PICTURE = "授权书影像"


@dataclass(frozen=True)
class Change:
    """One difference; a row that is new has no old value, one that is gone no new value."""

    identifier: str
    label: str
    old: str
    new: str


def statement_of(filing) -> dict:
    """Every field as a person reads it, images by their rows, sub-tables as (key, cells, picture)."""
    return {
        "fields": {name: text_of(filing, spec) for name, spec in FIELDS.items() if name not in IMAGES},
        "images": {name: getattr(filing, f"{name}_id") for name in IMAGES},
        "rows": {name: [_row(name, row) for row in rows_of(filing, name)] for name in ROW_SETS},
    }


def _row(row_set, row):
    key, cells = line_of(row_set, row)
    return [list(key), list(cells), getattr(row, "authorization_image_id", None)]


def changes(old, new) -> list[Change]:
    """What differs between two versions."""
    return changes_between(statement_of(old), statement_of(new))


def changes_between(before: dict, after: dict) -> list[Change]:
    """What differs between two statements, fields first, then rows of the sub-tables by their key."""
    found = []
    for name, spec in FIELDS.items():
        if name in IMAGES:
            found += _image_change(name, spec.label, before["images"].get(name), after["images"][name])
        else:
            old, new = before["fields"].get(name, ""), after["fields"][name]
            found += [Change(name, spec.label, old, new)] if old != new else []
    for name in ROW_SETS:
        found += _row_changes(name, before["rows"].get(name, []), after["rows"][name])
    return found


def _image_change(name, label, old, new):
    if old == new:
        return []
    return [Change(name, label, "已上传" if old else "", ("已更换" if old else "已上传") if new else "")]


def _row_changes(row_set, old, new):
    """Rows are met by their key; a row that is in both may differ in its text, in its picture, or in both."""
    before = {tuple(key): (_joined(cells), picture) for key, cells, picture in old}
    after = {tuple(key): (_joined(cells), picture) for key, cells, picture in new}
    followed = _followed(old, new) if row_set == "brand_lines" else {}
    for key in [*before, *(key for key in after if key not in before)]:
        if key in followed.values():
            continue
        label, now = f"{LABELS[row_set]}：{key[0]}", followed.get(key, key)
        old_text, old_picture = before.get(key, ("", None))
        new_text, new_picture = after.get(now, ("", None))
        if old_text != new_text:
            yield Change(row_set, label, old_text, new_text)
        if key in before and now in after:
            yield from _image_change(row_set, f"{label}，{PICTURE}", old_picture, new_picture)


def _followed(old, new):
    """Brand lines whose supplier changed, by key: one ended or left and one came for the same brand, producer
    and kind of authorization; where there are several, nobody can tell which became which.
    """
    acting = {tuple(key) for key, cells, _ in new if cells[-1] == LineStatus.ACTIVE.label}
    left = [tuple(key) for key, cells, _ in old if cells[-1] == LineStatus.ACTIVE.label]
    left = [key for key in left if key not in acting]
    came = acting - {tuple(key) for key, _, _ in old}
    return {
        gone: next(key for key in came if key[:-1] == gone[:-1])
        for gone in left
        if [key[:-1] for key in left].count(gone[:-1]) == 1
        and [key[:-1] for key in came].count(gone[:-1]) == 1
    }


def _joined(cells):
    return "，".join(filter(None, cells))
