"""How Chinese names sound, for search boxes: people type «xhq» or «xihu» for 西湖区."""

import re
from collections.abc import Iterable
from functools import lru_cache

from pypinyin import lazy_pinyin

NOT_LETTERS = re.compile(r"[^a-z0-9+]")


@lru_cache(maxsize=20_000)
def sounds(name: str) -> tuple[str, str]:
    """Initials and full pinyin, small and without blanks; what was written in Latin letters stays whole."""
    parts = lazy_pinyin(name)
    initials = "".join(part if part in name else part[:1] for part in parts)
    return squeezed(initials), squeezed("".join(parts))


def by_sound(options: Iterable[tuple]) -> list[tuple]:
    """Options of a drop-down, value and name, in the order of a dictionary; the database knows only that of
    character codes.
    """
    return sorted(options, key=lambda option: _syllables(option[1]))


@lru_cache(maxsize=20_000)
def _syllables(name: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(name.lower()))


def squeezed(text: str) -> str:
    """Small letters, digits and plus signs only: what is compared."""
    return NOT_LETTERS.sub("", text.lower())
