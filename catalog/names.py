"""The key that tells one name from another however it was typed, and how much two names are alike."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from pypinyin import lazy_pinyin
from rapidfuzz import fuzz
from rapidfuzz.process import extract

ALIKE = 0.85
SCORERS = (fuzz.token_sort_ratio, fuzz.ratio, fuzz.ratio)

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


def spelled(name: str) -> str:
    """One spelling for what looks the same: NFKC (⼤ is 大, Ⅱ is II), Latin for Cyrillic and Greek."""
    return unicodedata.normalize("NFKC", name.translate(_SMALL_ROMANS)).translate(_LOOKALIKES)


def _words(name):
    text = _ROMAN.sub(lambda match: _ROMANS[match[1].upper()], spelled(name))
    return _NOISE.sub(" ", text).strip().casefold()


def name_key(name: str) -> str:
    """Without blanks, dashes, dots and brackets, in lower case; digits and «+» stay (H6 is not H6+)."""
    return _words(name).replace(" ", "")


def short_name(producer: str) -> str:
    """What people call a producer: 上汽大众 of 上汽大众汽车有限公司."""
    text = _BRACKETS.sub("", spelled(producer))
    short = _LEGAL_FORM.split(text)[0].strip()
    return short if len(name_key(short)) > 1 else text


def prefixes_of(brand: str, producer: str) -> tuple[str, ...]:
    """The keys of what a model name need not begin with, longest first."""
    keys = {name_key(name) for name in (brand, producer, short_name(producer)) if name}
    return tuple(sorted(keys - {""}, key=len, reverse=True))


def model_key(name: str, *, brand: str, producer: str) -> str:
    """The key of a model name without brand and producer at its start: 本田 cr v, CR-V and CRV are one."""
    key, prefixes = name_key(name), prefixes_of(brand, producer)
    while prefix := next((each for each in prefixes if key.startswith(each) and key != each), ""):
        key = key.removeprefix(prefix)
    return key


@lru_cache(maxsize=20_000)
def _profile(name):
    """How a name is written in words and without blanks, and how it sounds by syllable."""
    words = _words(name)
    key = words.replace(" ", "")
    return words, key, tuple(lazy_pinyin(key, errors=list))


def similarity(one: str, other: str) -> float:
    """From 0 to 1, the larger of how names are written (word order aside) and how they sound."""
    return similarities(one, [other], at_least=0)[0]


def similarities(name: str, others: Sequence[str], *, at_least: float = ALIKE) -> dict[int, float]:
    """How alike the name is to each of the others that are alike enough, by their place."""
    profiles, found = list(zip(*map(_profile, others), strict=True)), {}
    for scorer, own, choices in zip(SCORERS, _profile(name), profiles, strict=False):
        for _, score, place in extract(
            own, choices, scorer=scorer, score_cutoff=at_least * 100, limit=None, processor=None
        ):
            found[place] = max(found.get(place, 0), score / 100)
    return found
