"""What an enterprise asks the administrator to add."""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.checks import invalid
from autoflow.common.errors import BusinessError, ConflictError, TooManyRequests
from catalog.checks import (
    check_brand,
    check_displacements,
    check_link,
    check_model,
    check_producer,
    litres,
    tick_of,
)
from catalog.enums import CatalogAction, CatalogKind, CatalogStatus
from catalog.lookalikes import allowed_keys, known, new_model
from catalog.models import Brand, BrandProducer, Displacement, NamedEntry, Producer, Request, VehicleModel
from catalog.steps import note_step, summary_of
from catalog.workdays import decision_due

EVIDENCE = ("evidence_url", "evidence_note", "difference")


@transaction.atomic
def request_brand(
    *, values: dict, producer_id: int | None, new_producer: dict | None, confirmed=(), by: User
) -> Brand:
    """Ask for a brand with a producer of the catalogue, or with a new one that is asked for as well."""
    _begin(CatalogKind.BRAND, by)
    producer = Producer.objects.usable_by(by).filter(pk=producer_id).first() if producer_id else None
    has_producer = producer is not None or new_producer is not None
    found = list(check_brand(values["name"], known(CatalogKind.BRAND, by), has_producer=has_producer))
    if new_producer is not None:
        known_producers = known(CatalogKind.PRODUCER, by)
        found += check_producer(new_producer["name"], known_producers, field="producer_name")
    _refuse_unanswered(found, values, confirmed)
    if new_producer is not None:
        producer = _enter(Producer(**new_producer), by, _evidence(values))
    brand = _enter(Brand(**_columns(values)), by, _evidence(values))
    BrandProducer.objects.live().get_or_create(brand=brand, producer=producer)
    return brand


@transaction.atomic
def request_producer(*, values: dict, brand_id: int | None, confirmed=(), by: User) -> Producer:
    """Ask for a producer, of a brand the enterprise may choose or of none yet."""
    _begin(CatalogKind.PRODUCER, by)
    brand = Brand.objects.usable_by(by).filter(pk=brand_id).first() if brand_id else None
    _refuse_unanswered(check_producer(values["name"], known(CatalogKind.PRODUCER, by)), values, confirmed)
    producer = _enter(Producer(**_columns(values)), by, _evidence(values))
    if brand is not None:
        BrandProducer.objects.live().get_or_create(brand=brand, producer=producer)
    return producer


@transaction.atomic
def request_link(*, values: dict, brand_id: int, producer_id: int, by: User) -> BrandProducer:
    """Ask that a producer of the catalogue makes a brand of it; what still waits is linked when it is asked
    for.
    """
    _begin(CatalogKind.LINK, by)
    brand = Brand.objects.approved().filter(pk=brand_id).first()
    producer = Producer.objects.approved().filter(pk=producer_id).first()
    if brand is None or producer is None:
        raise BusinessError("请选择目录中已审核通过的品牌和生产商。")
    links = BrandProducer.objects.live().filter(brand=brand, producer=producer)
    known = links.exclude(status=CatalogStatus.PENDING) | links.filter(requests__uscc=by.uscc)
    status = known.values_list("status", flat=True).first()
    _refuse_unanswered(check_link(brand.name, producer.name, status), values, ())
    link = BrandProducer(brand=brand, producer=producer, status=CatalogStatus.PENDING)
    return _enter(link, by, _evidence(values))


@transaction.atomic
def request_model(
    *, values: dict, brand_id: int, producer_id: int, displacements: list, confirmed=(), by: User
) -> VehicleModel:
    """Ask for a model together with its displacements."""
    _begin(CatalogKind.MODEL, by)
    brand, producer = _usable_pair(brand_id, producer_id, by)
    name, energy_type = values["name"], values["energy_type"]
    subject = new_model(name, brand, producer, energy_type=energy_type, displacements=displacements)
    entries = known(CatalogKind.MODEL, by, producer_id=producer.pk)
    _refuse_unanswered(check_model(subject, entries, allowed_keys(name)), values, confirmed)
    evidence = _evidence(values)
    model = _enter(VehicleModel(brand=brand, producer=producer, **_columns(values)), by, evidence)
    for text in displacements:
        displacement = Displacement(model=model, value=litres(text), requested_at=model.requested_at)
        _enter(displacement, by, evidence)
    return model


@transaction.atomic
def request_displacement(*, model_id: int, values: dict, displacements: list, by: User) -> list[Displacement]:
    """Ask for more displacements of a model that is there."""
    _begin(CatalogKind.DISPLACEMENT, by)
    model = VehicleModel.objects.usable_by(by).filter(pk=model_id).first()
    if model is None:
        raise BusinessError("请先选择车型。")
    existing = Displacement.objects.usable_by(by).filter(model=model).values_list("value", flat=True)
    _refuse_unanswered(check_displacements(displacements, model.energy_type, list(existing)), values, ())
    evidence = _evidence(values)
    return [_enter(Displacement(model=model, value=litres(text)), by, evidence) for text in displacements]


def _begin(kind, by):
    """Permission, then the quota of the enterprise, whose staff stand in one line for it."""
    require(by, Permission.CATALOG_REQUEST, kind)
    list(User.objects.filter(uscc=by.uscc).order_by("pk").select_for_update().values_list("pk"))
    limit, since = settings.CATALOG_REQUESTS_PER_DAY, timezone.now() - timedelta(days=1)
    if Request.objects.filter(uscc=by.uscc, at__gte=since).leading().count() >= limit:
        raise TooManyRequests(
            f"本企业 24 小时内的申请已达 {limit} 项，请明天再申请；确需批量新增请联系技术支持。"
        )


def _refuse_unanswered(findings, values, confirmed):
    """Errors stop; what asks needs its tick, and C-005 the difference in words as well."""
    findings = list(findings)
    open_ones = [found for found in findings if found.stops or tick_of(found) not in confirmed]
    is_alike = any(found.rule == "C-005" for found in findings)
    if not open_ones and is_alike and not values.get("difference"):
        open_ones = [invalid("difference", "请说明与相近车型的区别，便于审核。")]
    if open_ones:
        raise BusinessError(
            "申请没有提交，请按下面的提示修改或确认。",
            findings=[*findings, *(found for found in open_ones if found not in findings)],
        )


def _columns(values):
    return {name: value for name, value in values.items() if name not in EVIDENCE}


def _evidence(values):
    return {name: values.get(name, "") for name in EVIDENCE}


def _usable_pair(brand_id, producer_id, by):
    """The brand with its producer, both to be chosen by this enterprise."""
    pair = BrandProducer.objects.usable_by(by).filter(brand=brand_id, producer=producer_id)
    pair = pair.select_related("brand", "producer")
    if found := pair.first():
        return found.brand, found.producer
    raise BusinessError("请先选择品牌，再选择该品牌的生产商。")


def _enter(entry, by, evidence):
    """A new entry that waits for its decision; a name somebody else asked for already is joined."""
    if isinstance(entry, NamedEntry):
        entry.name_key = entry.key
    entry.requested_at = entry.requested_at or timezone.now()
    entry.due_at = decision_due(entry.requested_at)
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError:
        entry = _taken(entry)
    _, is_new = Request.objects.get_or_create(
        **{entry.KIND: entry},
        uscc=by.uscc,
        defaults={"organisation": by.organisation, "by": by, **evidence},
    )
    if is_new:
        note_step(entry, CatalogAction.REQUEST, "", by)
        record("catalog.request", entry, by=by, summary=summary_of(entry))
    return entry


def _taken(entry):
    """The entry that holds the name: joined while it waits, otherwise just decided by somebody else."""
    match entry.KIND:
        case CatalogKind.MODEL:
            same = {"brand": entry.brand, "producer": entry.producer, "name_key": entry.name_key}
        case CatalogKind.DISPLACEMENT:
            same = {"model": entry.model, "value": entry.value}
        case CatalogKind.LINK:
            same = {"brand": entry.brand, "producer": entry.producer}
        case _:
            same = {"name_key": entry.name_key}
    found = type(entry).objects.live().filter(**same).first()
    if found is None:
        raise BusinessError("该统一社会信用代码的生产商已在目录中或正在审核，请核对代码和名称。")
    if found.status != CatalogStatus.PENDING:
        raise ConflictError(f"“{found}”刚刚有了变化，请返回目录查看后再申请。")
    return found
