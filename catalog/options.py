"""What a person filing may choose: brand–producer pairs by any of their names, producers of a brand."""

from dataclasses import dataclass

from django.http import JsonResponse
from django.views.decorators.http import require_safe

from accounts.enums import Permission
from accounts.permissions import permission_required
from autoflow.common.pinyin import sounds, squeezed
from autoflow.common.requests import chosen_id, chosen_text
from catalog.enums import CatalogStatus
from catalog.models import BrandProducer, Producer
from catalog.names import name_key

MOST_FOUND = 20
UNFIT = 9


@dataclass(frozen=True, slots=True)
class Pair:
    """A brand with one of its producers, as the search needs it."""

    brand: int
    producer: int
    brand_name: str
    brand_name_en: str
    producer_name: str
    is_pending: bool


@require_safe
@permission_required(Permission.FILING_EDIT)
def brand_options(request):
    """The pairs a piece of a name finds, the best first; whether there are more than the page is given."""
    found = found_pairs(usable_pairs(request.user), chosen_text(request.GET, "q"))
    options = [
        {
            "brand": pair.brand,
            "producer": pair.producer,
            "brand_name": pair.brand_name,
            "brand_name_en": pair.brand_name_en,
            "producer_name": pair.producer_name,
            "pending": pair.is_pending,
        }
        for pair in found[:MOST_FOUND]
    ]
    return JsonResponse({"options": options, "more": len(found) > MOST_FOUND})


@require_safe
@permission_required(Permission.FILING_EDIT)
def producer_options(request):
    """The producers of a brand."""
    links = BrandProducer.objects.usable_by(request.user).filter(brand=chosen_id(request, "brand"))
    producers = Producer.objects.filter(pk__in=links.values("producer"))
    return JsonResponse(list(producers.order_by("id").values("id", "name")), safe=False)


def usable_pairs(user):
    """Every pair this person may choose, in one statement."""
    links = BrandProducer.objects.usable_by(user).order_by("brand__name", "producer__name")
    columns = (
        "brand_id",
        "producer_id",
        "brand__name",
        "brand__name_en",
        "producer__name",
        "brand__status",
        "producer__status",
        "status",
    )
    return [
        Pair(*names, is_pending=CatalogStatus.PENDING in statuses)
        for *names, statuses in ((*row[:5], row[5:]) for row in links.values_list(*columns))
    ]


def found_pairs(pairs, text):
    """The pairs that fit: names that begin with the text, then by sound, then those that contain it."""
    key, letters = name_key(text), squeezed(text) if text.isascii() else ""
    if not key:
        return []
    ranked = [(_rank(pair, key, letters), pair) for pair in pairs]
    return [pair for rank, pair in sorted(ranked, key=lambda found: found[0]) if rank < UNFIT]


def _rank(pair, key, letters):
    brand, english, producer = map(name_key, (pair.brand_name, pair.brand_name_en, pair.producer_name))
    if brand.startswith(key) or english.startswith(key):
        return 0
    if letters and any(sound.startswith(letters) for sound in sounds(pair.brand_name)):
        return 1
    if key in brand or key in english:
        return 2
    if key in producer:
        return 3
    if letters and any(sound.startswith(letters) for sound in sounds(pair.producer_name)):
        return 4
    return UNFIT
