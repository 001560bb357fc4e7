"""What a workbook of the national catalogue would change, worked out without changing anything."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import TextChoices

from autoflow.common.checks import required
from autoflow.common.identifiers import uscc_faults
from autoflow.common.text import normalise
from catalog.checks import Known, check_brand, check_displacements, check_model, check_producer, litres
from catalog.enums import BrandCategory, CatalogKind, CatalogStatus, ProducerKind
from catalog.lookalikes import new_model, text_of
from catalog.models import AllowedName, Brand, BrandProducer, Displacement, Producer, VehicleModel
from catalog.names import Names, name_key
from catalog.workbook import COLUMNS, CatalogueRow

SAID = {
    CatalogKind.BRAND: {"name_en": "brand_en", "country": "brand_country", "category": "brand_category"},
    CatalogKind.PRODUCER: {"kind": "producer_kind", "country": "producer_country", "uscc": "producer_uscc"},
    CatalogKind.MODEL: {"report_category": "report_category", "energy_type": "energy_type"},
}
DEFAULTS = {
    CatalogKind.BRAND: {"category": BrandCategory.PASSENGER},
    CatalogKind.PRODUCER: {"kind": ProducerKind.DOMESTIC},
}
MOST_TOLD = 200


class Verdict(TextChoices):
    NEW = "NEW", "新增"
    CHANGED = "CHANGED", "更新"
    SAME = "SAME", "一致"
    DOUBTFUL = "DOUBTFUL", "存疑"
    ERROR = "ERROR", "错误"


@dataclass(slots=True)
class Item:
    """One thing the workbook speaks of: what would become of it, and why."""

    number: int
    label: str
    name: str
    verdict: Verdict
    message: str = ""
    entry: object = None
    said: dict = field(default_factory=dict)
    parents: tuple = ()
    is_inherited: bool = False

    @property
    def told(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ("number", "label", "name", "verdict", "message")}

    @property
    def is_written(self) -> bool:
        """Whether it is in the catalogue already or this load may bring it in."""
        return self.verdict != Verdict.ERROR


class Standing:
    """What stands already, so that a name is judged by the few entries that may matter and not by all."""

    def __init__(self, known: Iterable[Known] = ()):
        self._entries, self._places, self._names = [], {}, Names()
        for each in known:
            self.add(each)

    def add(self, known: Known) -> None:
        self._places.setdefault(known.key, []).append(len(self._entries))
        self._entries.append(known)
        self._names.add(known.text)

    def near(self, key: str, texts: Iterable[str]) -> list[Known]:
        """Entries of this key and entries alike, which is all the rules on names look at."""
        places = set(self._places.get(key, ()))
        for text in set(texts):
            places.update(self._names.alike(text))
        return [self._entries[place] for place in sorted(places)]


class Plan:
    """The catalogue as it stands and, row by row, what would become of it; each entry is one item."""

    def __init__(self, rows: Iterable[CatalogueRow]):
        self.items, self._seen = [], {}
        self._read_catalogue()
        for row in rows:
            self._take(row)
        for item in self.items:
            _settle(item)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(item.verdict for item in self.items)
        return {verdict.value: found[verdict] for verdict in Verdict}

    def found(self, *verdicts: Verdict) -> list[Item]:
        """The items of these verdicts, one verdict after the other."""
        found = [item for item in self.items if item.verdict in verdicts and not item.is_inherited]
        return sorted(found, key=lambda item: (verdicts.index(item.verdict), item.number))

    def told(self, *verdicts: Verdict) -> dict[str, object]:
        """The first of them as a page lists them, and how many there are."""
        found = self.found(*verdicts)
        return {"count": len(found), "rows": [item.told for item in found[:MOST_TOLD]]}

    def _read_catalogue(self):
        self._entries = {CatalogKind.BRAND: _by_key(Brand), CatalogKind.PRODUCER: _by_key(Producer)}
        self._usccs = {
            each.uscc: key for key, each in self._entries[CatalogKind.PRODUCER].items() if each.uscc
        }
        links = BrandProducer.objects.live().select_related("brand", "producer")
        self._links = {
            (each.brand.name_key, each.producer.name_key): each
            for each in links.filter(brand__in=Brand.objects.live(), producer__in=Producer.objects.live())
        }
        models = VehicleModel.objects.live().select_related("brand", "producer", "merged_into")
        self._models = {
            (each.brand.name_key, each.producer.name_key, each.name_key): each.kept for each in models
        }
        self._values = {}
        for each in Displacement.objects.live().values_list("model", "value"):
            self._values.setdefault(each[0], set()).add(each[1])
        self._standing = {
            kind: Standing(_known(kind, key, entry) for key, entry in entries.items())
            for kind, entries in self._entries.items()
        }
        self._models_standing = defaultdict(Standing)
        for (_, producer, key), model in self._models.items():
            self._models_standing[producer].add(_known(CatalogKind.MODEL, key, model))
        self._allowed = frozenset(AllowedName.objects.values_list("name_key", flat=True))

    def _take(self, row):
        if row.faults:
            self._refuse(row, "行", row.model or row.brand, row.faults)
            return
        brand = self._named(row, CatalogKind.BRAND, row.brand)
        producer = self._named(row, CatalogKind.PRODUCER, row.producer)
        if brand is None or producer is None:
            return
        link = self._link(row, brand, producer)
        if row.model and link.is_written:
            self._model(row, brand, producer)

    def _refuse(self, row, label, name, findings):
        message = "".join(found.message for found in findings)
        self.items.append(Item(row.number, label, name, Verdict.ERROR, message))

    def _named(self, row, kind, name):
        """The item of a brand or producer, None when the row cannot go on without it."""
        if not name:
            self._refuse(row, kind.label, "", [required(kind, COLUMNS[kind])])
            return None
        key = name_key(name)
        item = self._seen.get((kind, key)) or self._first_named(row, kind, name, key)
        if item.is_written and not self._agrees(row, kind, item):
            return None
        return item if item.is_written else None

    def _first_named(self, row, kind, name, key):
        entry = self._entries[kind].get(key)
        if entry is None:
            item = self._new_named(row, kind, name, key)
        else:
            item = _existing(row, kind, name, entry, is_own_name=entry.name_key == key)
        self._seen[kind, key] = item
        self.items.append(item)
        return item

    def _new_named(self, row, kind, name, key):
        standing = self._standing[kind]
        known = standing.near(key, [text_of(kind, name, key)])
        if kind == CatalogKind.BRAND:
            found = list(check_brand(name, known, has_producer=bool(row.producer)))
        else:
            found = list(check_producer(name, known))
        entry = {CatalogKind.BRAND: Brand, CatalogKind.PRODUCER: Producer}[kind](
            name=name, name_key=key, status=CatalogStatus.APPROVED, **DEFAULTS[kind]
        )
        standing.add(_known(kind, key, entry))
        return _judged(Item(row.number, kind.label, name, Verdict.NEW, entry=entry), found)

    def _agrees(self, row, kind, item):
        """Keep what the row says of the entry; it must not contradict an earlier row, nor another entry."""
        for column, source in SAID[kind].items():
            value = getattr(row, source)
            if not value:
                continue
            if item.said.setdefault(column, value) != value:
                message = f"“{COLUMNS[source]}”与第 {item.number} 行不一致。"
                self.items.append(Item(row.number, item.label, item.name, Verdict.ERROR, message))
                return False
        return kind != CatalogKind.PRODUCER or self._has_own_uscc(row, item)

    def _has_own_uscc(self, row, item):
        uscc = row.producer_uscc
        if not uscc or self._usccs.setdefault(uscc, item.entry.name_key) == item.entry.name_key:
            if not uscc or not uscc_faults(uscc):
                return True
            message = "生产商统一社会信用代码不正确，请核对。"
        else:
            message = "该统一社会信用代码已属于另一家生产商，请核对。"
        self.items.append(Item(row.number, item.label, item.name, Verdict.ERROR, message))
        return False

    def _link(self, row, brand, producer):
        pair = (brand.entry.name_key, producer.entry.name_key)
        if item := self._seen.get(("link", pair)):
            return item
        held = self._links.get(pair)
        name = f"{brand.entry.name}－{producer.entry.name}"
        entry = held or BrandProducer(brand=brand.entry, producer=producer.entry)
        verdict = Verdict.SAME if held else Verdict.NEW
        item = Item(row.number, "品牌与生产商", name, verdict, entry=entry, parents=(brand, producer))
        if held:
            _leave_undecided(item)
        self._seen["link", pair] = item
        self.items.append(item)
        return item

    def _model(self, row, brand, producer):
        subject = new_model(
            row.model,
            brand.entry,
            producer.entry,
            energy_type=row.energy_type,
            displacements=row.displacements,
        )
        place = (brand.entry.name_key, producer.entry.name_key, subject.key)
        item = self._seen.get(("model", place))
        if item is None:
            item = self._first_model(row, subject, place, (brand, producer))
            self._seen["model", place] = item
            self.items.append(item)
        if item.is_written and self._agrees(row, CatalogKind.MODEL, item):
            self._displacements(row, item)

    def _first_model(self, row, subject, place, parents):
        entry = self._models.get(place)
        if entry is not None:
            return _existing(row, CatalogKind.MODEL, row.model, entry, is_own_name=entry.name_key == place[2])
        brand, producer = (parent.entry for parent in parents)
        entry = VehicleModel(
            brand=brand,
            producer=producer,
            name=row.model,
            name_key=subject.key,
            status=CatalogStatus.APPROVED,
        )
        item = Item(row.number, "车型", row.model, Verdict.NEW, entry=entry, parents=parents)
        standing = self._models_standing[place[1]]
        known = standing.near(subject.key, subject.texts)
        missing = [
            required(name, COLUMNS[name])
            for name in ("report_category", "energy_type")
            if not getattr(row, name)
        ]
        _judged(item, [*missing, *check_model(subject, known, self._allowed)])
        if item.is_written:
            standing.add(_known(CatalogKind.MODEL, subject.key, entry))
        return item

    def _displacements(self, row, item):
        """Values the model lacks; the others are the same."""
        energy_type = item.said.get("energy_type") or item.entry.energy_type
        found = list(check_displacements(row.displacements, energy_type)) if row.displacements else []
        if found:
            self._refuse(row, "排量", item.name, found)
            return
        held = self._values.get(item.entry.pk, set()) if item.entry.pk else set()
        for value in map(litres, row.displacements):
            place = ("value", id(item.entry), value)
            if place in self._seen:
                continue
            verdict, entry = Verdict.SAME, None
            if value not in held:
                verdict = Verdict.NEW
                entry = Displacement(model=item.entry, value=value, status=CatalogStatus.APPROVED)
            name = f"{item.name} {value} 升"
            self._seen[place] = Item(row.number, "排量", name, verdict, entry=entry, parents=(item,))
            self.items.append(self._seen[place])


def _by_key(model):
    """Entries by every key that leads to them."""
    found = {}
    for entry in model.objects.live().select_related("merged_into").order_by("pk"):
        for key in (*entry.former_keys.split(), entry.name_key):
            found[key] = entry.kept
    return found


def _known(kind, key, entry):
    return Known(
        pk=entry.pk or -id(entry),
        name=entry.name,
        key=key,
        text=text_of(kind, entry.name, key) if key == entry.name_key else key,
        brand_id=getattr(entry, "brand_id", None),
    )


def _existing(row, kind, name, entry, *, is_own_name):
    """What is there stays as it is, gets better columns, or is not the load's to decide."""
    item = _leave_undecided(Item(row.number, kind.label, name, Verdict.SAME, entry=entry))
    if item.is_written and is_own_name and normalise(name) != normalise(entry.name):
        item.said["name"] = name
    return item


def _leave_undecided(item):
    """What waits for a decision, or was disabled, is not the load's to bring in."""
    if item.entry.status == CatalogStatus.PENDING:
        item.verdict, item.message = Verdict.ERROR, "有企业的申请待审核，请先审核再导入。"
    elif item.entry.status == CatalogStatus.DISABLED:
        item.verdict, item.message = Verdict.ERROR, "已停用，导入不会恢复。"
    return item


def _judged(item, findings):
    """Errors keep an entry out, warnings make it doubtful, and so do doubtful parents."""
    stopping = [found for found in findings if found.stops]
    if stopping:
        item.verdict = Verdict.ERROR
        item.message = "".join(found.message for found in stopping)
    elif findings:
        item.verdict = Verdict.DOUBTFUL
        item.message = "".join(found.message for found in findings)
    return item


def _settle(item):
    """What the rows said together decides whether an entry changes; what hangs on doubt is doubtful."""
    if item.verdict == Verdict.SAME and item.said:
        labels = {column.name: column.verbose_name for column in item.entry._meta.fields}
        item.said = {name: value for name, value in item.said.items() if getattr(item.entry, name) != value}
        if item.said:
            item.verdict = Verdict.CHANGED
            item.message = "、".join(
                f"{labels[name]}：{getattr(item.entry, name) or '空'} → {item.said[name]}"
                for name in item.said
            )
    elif item.verdict in (Verdict.NEW, Verdict.DOUBTFUL):
        for name, value in item.said.items():
            setattr(item.entry, name, value)
        doubtful = [parent for parent in item.parents if parent.verdict == Verdict.DOUBTFUL]
        if item.verdict == Verdict.NEW and doubtful:
            item.verdict, item.message = Verdict.DOUBTFUL, f"{doubtful[0].label}“{doubtful[0].name}”存疑。"
            item.is_inherited = True
