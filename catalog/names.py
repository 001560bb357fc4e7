"""The key that tells one name from another however it was typed, and how much two names are alike."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from pypinyin import lazy_pinyin
from rapidfuzz import fuzz
from rapidfuzz.process import extract

ALIKE = 0.85
CACHED = 20_000

_NOISE = re.compile(r"[\s\-‐‑‒–—―−·•‧∙⋅・_()\[\]【】「」{}]+")
_BRACKETS = re.compile(r"\([^)]*\)")
_LEGAL_FORM = re.compile(
    r"汽车|集团|股份|有限|公司|科技|新能源|工业|制造|乘用车|商用车|越野车|客车|卡车|投资"
)
_SMALL_ROMANS = {number: number - 0x10 for number in range(0x2170, 0x2180)}
_ROMANS = {"II": "2", "III": "3", "IV": "4", "VI": "6", "VII": "7", "VIII": "8", "IX": "9"}
_ROMAN = re.compile(
    r"(?<![A-Za-z0-9])(VIII|VII|VI|IV|IX|III|II|viii|vii|vi|iv|iii|ii)(?![A-Za-z0-9])"  # never iX, a model
)
_LOOKALIKES = str.maketrans(
    "АВЕКМНОРСТУХЅІЈаеорсухѕіјΑΒΕΖΗΙΚΜΝΟΡΤΥΧο⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻥⻦⻩⻬⻮⻰⻳",
    "ABEKMHOPCTYXSIJaeopcyxsijABEZHIKMNOPTYXo民虎西见角贝车长门青页风飞食马鱼鸟黄齐齿龙龟",
)
_PRIVATE = 0xF0000
_SYLLABLES: dict[str, str] = {}


def spelled(name: str) -> str:
    """One spelling for what looks the same: NFKC (⼤ is 大, Ⅱ is II), Latin for Cyrillic and Greek."""
    return unicodedata.normalize("NFKC", name.translate(_SMALL_ROMANS)).translate(_LOOKALIKES)


def _words(name):
    text = _ROMAN.sub(lambda match: _ROMANS[match[1].upper()], spelled(name))
    return _NOISE.sub(" ", text).strip().casefold()


@lru_cache(maxsize=CACHED)
def name_key(name: str) -> str:
    """Without blanks, dashes, dots and brackets, in lower case; digits and «+» stay (H6 is not H6+)."""
    return _words(name).replace(" ", "")


def short_name(producer: str) -> str:
    """What people call a producer: 上汽大众 of 上汽大众汽车有限公司."""
    text = _BRACKETS.sub("", spelled(producer))
    short = _LEGAL_FORM.split(text)[0].strip()
    return short if len(name_key(short)) > 1 else text


@lru_cache(maxsize=CACHED)
def prefixes_of(brand: str, producer: str) -> tuple[str, ...]:
    """The keys of what a model name need not begin with, longest first."""
    keys = {name_key(name) for name in (brand, producer, short_name(producer)) if name}
    return tuple(sorted(keys - {""}, key=len, reverse=True))


@lru_cache(maxsize=CACHED)
def model_key(name: str, *, brand: str, producer: str) -> str:
    """The key of a model name without brand and producer at its start: 本田 cr v, CR-V and CRV are one."""
    key, prefixes = name_key(name), prefixes_of(brand, producer)
    while prefix := next((each for each in prefixes if key.startswith(each) and key != each), ""):
        key = key.removeprefix(prefix)
    return key


@lru_cache(maxsize=CACHED)
def _profile(name):
    """How a name is written in sorted words and without blanks, and how it sounds, a character a syllable."""
    words = _words(name)
    key = words.replace(" ", "")
    sound = "".join(map(_syllable, lazy_pinyin(key, errors=list)))
    return " ".join(sorted(words.split())), key, sound


def _syllable(text):
    """Comparing characters is many times quicker than comparing lists of syllables."""
    if len(text) == 1:
        return text
    return _SYLLABLES.setdefault(text, chr(_PRIVATE + len(_SYLLABLES)))


def similarity(one: str, other: str) -> float:
    """From 0 to 1, the larger of how names are written (word order aside) and how they sound."""
    return Names([other]).alike(one, at_least=0)[0]


class Names:
    """Names kept ready to be compared with many others."""

    def __init__(self, names: Iterable[str] = ()):
        self._words, self._keys, self._sounds, self._has_blanks = [], [], [], False
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        words, key, sound = _profile(name)
        self._words.append(words)
        self._keys.append(key)
        self._sounds.append(sound)
        self._has_blanks = self._has_blanks or words != key

    def alike(self, name: str, *, at_least: float = ALIKE) -> dict[int, float]:
        """How alike the name is to each of these that are alike enough, by their place."""
        found = {}
        for own, column in self._comparisons(*_profile(name)):
            for _, score, place in extract(
                own, column, scorer=fuzz.ratio, score_cutoff=at_least * 100, limit=None, processor=None
            ):
                found[place] = max(found.get(place, 0), score / 100)
        return found

    def _comparisons(self, words, key, sound):
        """Where more than spelling tells: words where there are blanks, sound where there is Chinese."""
        yield key, self._keys
        if self._has_blanks or words != key:
            yield words, self._words
        if sound != key:
            yield sound, self._sounds
