"""The rules C-001 to C-012 as pure functions, the same for requests, monthly reports and the bulk load."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from autoflow.common.checks import Finding, finding, invalid
from autoflow.common.codes import read_json
from catalog.enums import CatalogStatus
from catalog.names import ALIKE, Names, model_key, name_key, prefixes_of, short_name, spelled
from catalog.words import ALLOWED_KEYS, GEAR_OR_YEAR, TRIM, without_words

LITRES = re.compile(r"\d{1,2}(?:\.\d)?", re.ASCII)
LARGEST = Decimal(20)
NO_ENGINE = frozenset({"BEV", "FCEV"})
ALWAYS_ENGINE = frozenset({"ICE", "HEV"})
MOST_LISTED = 5


@dataclass(frozen=True, slots=True)
class Known:
    """An entry of the catalogue as the rules see it, by `key` for equality and `text` for likeness; an alias
    has its own key and text under the name of its entry.
    """

    pk: int
    name: str
    key: str
    text: str
    status: str = CatalogStatus.APPROVED
    brand_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewModel:
    """A model somebody wants to add, with what its name is judged by."""

    name: str
    brand_id: int | None
    brand: str
    producer: str
    energy_type: str = ""
    displacements: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return model_key(self.name, brand=self.brand, producer=self.producer)

    @property
    def texts(self) -> tuple[str, ...]:
        """What likeness is judged by: the name, and the name without trim and year unless they belong."""
        if name_key(self.name) in ALLOWED_KEYS:
            return (self.key,)
        bare = without_words(spelled(self.name))
        return (self.key, model_key(bare, brand=self.brand, producer=self.producer))


def check_model(model: NewModel, known: Iterable[Known], allowed: Collection[str] = ()) -> Iterator[Finding]:
    """Every rule on a new model with its displacements; `known` are the models of its producer, `allowed`
    the keys of names that were approved as they are.
    """
    yield from check_model_name(model, known, allowed)
    yield from check_displacements(model.displacements, model.energy_type)


def check_model_name(
    model: NewModel, known: Iterable[Known], allowed: Collection[str] = ()
) -> Iterator[Finding]:
    name, whole_key = spelled(model.name), name_key(model.name)
    if not whole_key:
        yield invalid("model_name", "车型名称中须有文字或数字。")
        return
    if displacement_pattern().search(name):
        yield finding("C-001", "model_name")
    if whole_key not in ALLOWED_KEYS and whole_key not in allowed:
        if trim := TRIM.search(name):
            yield finding("C-002", "model_name", word=trim[0])
        if GEAR_OR_YEAR.search(name):
            yield finding("C-003", "model_name")
        if any(
            whole_key.startswith(each) and whole_key != each
            for each in prefixes_of(model.brand, model.producer)
        ):
            yield finding("C-006", "model_name")
    yield from _check_known_models(model, known)


def _check_known_models(model, known):
    """The same name under the same brand stops; a similar one, or the same under another brand, asks."""
    known, key = list(known), model.key
    same = next((each for each in known if each.key == key and each.brand_id == model.brand_id), None)
    if same is not None:
        yield _disabled("model_name", same) or finding("C-004", "model_name", existing=same.name)
        return
    alike = [each for each, _ in rank(model.texts, known) if each.status != CatalogStatus.DISABLED]
    if alike:
        yield finding("C-005", "model_name", list=names_of(alike))


def check_brand(
    name: str, known: Iterable[Known], *, has_producer: bool, field: str = "name"
) -> Iterator[Finding]:
    yield from _check_named("品牌", name, known, field)
    if not has_producer:
        yield finding("C-011", "producer")


def check_producer(name: str, known: Iterable[Known], *, field: str = "name") -> Iterator[Finding]:
    """Full names share 汽车有限公司, so they are compared by what people call the producer."""
    yield from _check_named("生产商", name, known, field, text=short_name(name))


def check_link(brand: str, producer: str, status: str | None) -> Iterator[Finding]:
    """A pair is asked for once; `status` is that of the link this enterprise may know of."""
    if status == CatalogStatus.DISABLED:
        message = f"“{brand}”与“{producer}”的关联已停用，不能再次申请；如有疑问请联系技术支持。"
        yield invalid("producer", message)
    elif status == CatalogStatus.PENDING:
        yield invalid("producer", f"本企业已申请“{brand}”关联“{producer}”，审核前可在草稿中选用。")
    elif status is not None:
        yield invalid("producer", f"“{brand}”已关联“{producer}”，请直接选用。")


def _check_named(kind, name, known, field, text=""):
    key, known = name_key(name), list(known)
    if not key:
        yield invalid(field, f"{kind}名称中须有文字或数字。")
        return
    same = next((each for each in known if each.key == key), None)
    if same is not None:
        yield _disabled(field, same) or invalid(field, f"目录中已有{kind}“{same.name}”，请直接选用。")
        return
    alike = [each for each, _ in rank([text or name], known)]
    if alike:
        yield finding("C-012", field, list=names_of(alike))


def _disabled(field, known):
    if known.status != CatalogStatus.DISABLED:
        return None
    return invalid(field, f"“{known.name}”已停用，不能再次申请；如有疑问请联系技术支持。")


def check_displacements(
    values: Collection[str], energy_type: str, existing: Collection[Decimal] = ()
) -> Iterator[Finding]:
    """Values as they were typed, for a model of this energy type that has the existing ones."""
    if not values:
        yield finding("C-010", "displacement")
    seen, told = set(existing), set()
    for text in values:
        value = litres(text)
        if value is None:
            found = finding("C-007", "displacement")
        elif not fits_energy(value, energy_type):
            found = finding("C-008", "displacement")
        elif value in seen:
            found = finding("C-009", "displacement")
        else:
            seen.add(value)
            continue
        if found.rule not in told:
            told.add(found.rule)
            yield found


@lru_cache(maxsize=1_000)
def litres(text: str) -> Decimal | None:
    """A displacement as it is written, 0.0 to 20.0 with at most one decimal; None for anything else."""
    text = spelled(str(text)).strip()
    if not LITRES.fullmatch(text):
        return None
    value = Decimal(text).quantize(Decimal("0.1"))
    return value if value <= LARGEST else None


def fits_energy(value: Decimal, energy_type: str) -> bool:
    if energy_type in NO_ENGINE:
        return value == 0
    return value > 0 if energy_type in ALWAYS_ENGINE else True


def rank(
    texts: Collection[str], known: Iterable[Known], *, at_least: float = ALIKE
) -> list[tuple[Known, float]]:
    """Entries alike enough, most alike first, each once."""
    known, best = list(known), {}
    written = Names(each.text for each in known)
    for text in texts:
        for place, score in written.alike(text, at_least=at_least).items():
            each = known[place]
            if score > best.get(each.pk, (None, 0))[1]:
                best[each.pk] = (each, score)
    return sorted(best.values(), key=lambda pair: (-pair[1], pair[0].pk))


def tick_of(found: Finding) -> str:
    """What a form sends when a person has answered a question."""
    return f"{found.rule}:{found.field}"


def names_of(known: Iterable[Known]) -> str:
    return "、".join(f"“{each.name}”" for each in list(known)[:MOST_LISTED])


def displacement_pattern() -> re.Pattern:
    return re.compile(read_json("patterns")["other"]["displacement_in_name"], re.ASCII)
