"""Where higher apps tell the catalogue who uses an entry, and hear of a rejection or a merge.

Registered once when an app is ready; the catalogue itself imports none of them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

from catalog.enums import CatalogKind

_usages = defaultdict(list)
_on_rejected = []
_on_merged = []


def count_usage(kind: CatalogKind, label: str, counter: Callable[[Collection[int]], dict[int, int]]) -> None:
    """`counter(ids)` answers in one statement how many rows use each entry; what it leaves out is 0."""
    _usages[kind].append((label, counter))


def on_rejected(callback: Callable) -> None:
    """`callback(entry, by)` runs inside the transaction that rejects an entry."""
    _on_rejected.append(callback)


def on_merged(callback: Callable) -> None:
    """`callback(entry, kept, by)` runs inside the transaction that merges an entry into the kept one."""
    _on_merged.append(callback)


def usages_of(kind: str, ids: Iterable[int]) -> dict[int, list[tuple[str, int]]]:
    """For each entry its counts with their labels, whatever the number of entries one statement a label."""
    ids = list(ids)
    counted = [(label, counter(ids)) for label, counter in _usages[kind]]
    return {pk: [(label, counts.get(pk, 0)) for label, counts in counted] for pk in ids}


def tell_rejected(entry, by) -> None:
    for callback in _on_rejected:
        callback(entry, by)


def tell_merged(entry, kept, by) -> None:
    for callback in _on_merged:
        callback(entry, kept, by)
