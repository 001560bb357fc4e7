"""Lines in the terms of today's catalogue: what was merged goes on under the entry that was kept."""

from collections import defaultdict
from collections.abc import Iterable

from catalog.models import Brand, Producer, VehicleModel
from newcar.lines import AMOUNT, QUANTITIES, key_of, money

ENTRIES = {"brand_id": Brand, "producer_id": Producer, "model_id": VehicleModel}


def kept_lines(lines: Iterable[dict]) -> list[dict]:
    """Each line with the ids that count now, in its place; three questions, however many lines."""
    lines = list(lines)
    kept = {name: _kept_ids(entry, {line[name] for line in lines}) for name, entry in ENTRIES.items()}
    return [line | {name: ids.get(line[name], line[name]) for name, ids in kept.items()} for line in lines]


def _kept_ids(entry, ids):
    merged = entry.objects.filter(pk__in=ids).exclude(merged_into=None)
    return dict(merged.values_list("pk", "merged_into"))


def former_names(lines: Iterable[dict]) -> dict[tuple[str, int], set[str]]:
    """The names an entry of these lines had in entries merged into it, by ("brand", id): people's own
    workbooks keep them.
    """
    lines, found = list(lines), defaultdict(set)
    for column, entry in ENTRIES.items():
        aliases = entry.objects.filter(merged_into__in={line[column] for line in lines})
        for pk, name in aliases.values_list("merged_into", "name"):
            found[column.removesuffix("_id"), pk].add(name)
    return found


def united(lines: Iterable[dict]) -> list[dict]:
    """Lines that a merge made one count together."""
    found = {}
    for line in lines:
        same = found.setdefault(key_of(line), line)
        if same is not line:
            found[key_of(line)] = same | _sums(same, line)
    return list(found.values())


def _sums(one, other):
    sums = {name: (one.get(name) or 0) + (other.get(name) or 0) for name in QUANTITIES}
    return sums | {AMOUNT: str(money(one.get(AMOUNT)) + money(other.get(AMOUNT)))}
