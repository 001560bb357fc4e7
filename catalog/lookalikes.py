"""What the catalogue already knows of a name, for the guard while typing, services and administrator."""

from django.db.models import Q

from catalog.checks import Known, NewModel, check_brand, check_model_name, check_producer, rank
from catalog.enums import CatalogKind, CatalogStatus
from catalog.models import ENTRY_MODELS, AllowedName, Brand, Producer
from catalog.names import name_key, short_name

MOST_SHOWN = 5
SHOWN_FROM = 0.6
COLUMNS = ("pk", "name", "name_key", "former_keys", "status", "merged_into_id", "merged_into__name")


def known(kind, user, *, producer_id=None):
    """Entries, aliases and former names of a kind that this person may know of; models of one producer."""
    entries = ENTRY_MODELS[kind].objects
    found = entries.usable_by(user) | entries.filter(
        status__in=(CatalogStatus.MERGED, CatalogStatus.DISABLED)
    )
    return _known(kind, found, producer_id)


def known_to_administrator(kind, *, producer_id=None, without=None):
    """The same with everybody's requests and without the entry looked at."""
    return _known(kind, ENTRY_MODELS[kind].objects.live().exclude(pk=without), producer_id)


def _known(kind, entries, producer_id):
    columns = COLUMNS
    if kind == CatalogKind.MODEL:
        columns = (*columns, "brand_id", "merged_into__brand_id")
        of_producer = Q(producer=producer_id) | Q(producer__merged_into=producer_id)
        entries = entries.filter(of_producer)
    for row in entries.order_by("pk").values(*columns):
        yield from _with_former(kind, row)


def _with_former(kind, row):
    about = {
        "pk": row["merged_into_id"] or row["pk"],
        "name": row["merged_into__name"] or row["name"],
        "status": CatalogStatus.APPROVED if row["merged_into_id"] else row["status"],
        "brand_id": row.get("merged_into__brand_id") or row.get("brand_id"),
    }
    yield Known(key=row["name_key"], text=text_of(kind, row["name"], row["name_key"]), **about)
    for key in row["former_keys"].split():
        yield Known(key=key, text=key, **about)


def text_of(kind, name, key):
    """What likeness is judged by: a model's key, a brand's name, what people call a producer."""
    match kind:
        case CatalogKind.MODEL:
            return key
        case CatalogKind.PRODUCER:
            return short_name(name)
    return name


def allowed_keys(name):
    """The key of the name, if it was approved before as it is."""
    return frozenset(AllowedName.objects.filter(name_key=name_key(name)).values_list("name_key", flat=True))


def new_model(name, brand, producer, *, energy_type="", displacements=()):
    """A model as the rules want to see it; brand and producer may not be chosen yet."""
    return NewModel(
        name=name,
        brand_id=brand.pk if brand else None,
        brand=brand.name if brand else "",
        producer=producer.name if producer else "",
        energy_type=energy_type,
        displacements=tuple(displacements),
    )


def findings_while_typing(kind, name, user, *, brand_id=None, producer_id=None):
    """What the rules on names say so far, with the entries most alike."""
    if kind == CatalogKind.MODEL:
        brand = Brand.objects.usable_by(user).filter(pk=brand_id).first()
        producer = Producer.objects.usable_by(user).filter(pk=producer_id).first()
        model = new_model(name, brand, producer)
        entries = list(known(kind, user, producer_id=producer_id)) if producer else []
        return list(check_model_name(model, entries, allowed_keys(name))), nearest(model.texts, entries)
    entries = list(known(kind, user))
    if kind == CatalogKind.BRAND:
        found = check_brand(name, entries, has_producer=True)
    else:
        found = check_producer(name, entries)
    return list(found), nearest([text_of(kind, name, "")], entries)


def nearest(texts, entries, *, at_least=SHOWN_FROM):
    """The entries most alike in order, each with its likeness in percent."""
    ranked = rank(texts, entries, at_least=at_least)[:MOST_SHOWN]
    return [(each, round(score * 100)) for each, score in ranked]
