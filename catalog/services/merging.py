"""Two entries that are one: the kept one takes over what the other held, the other stays as its alias."""

from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from accounts.audit import record
from accounts.models import User
from autoflow.common.errors import BusinessError
from catalog.enums import CatalogAction, CatalogKind, CatalogStatus
from catalog.hooks import tell_merged, usages_of
from catalog.models import Displacement, NamedEntry
from catalog.names import model_key
from catalog.services.decisions import reject_entry
from catalog.steps import lock_entry, note_step, tell_requesters

LINKED = (CatalogStatus.PENDING, CatalogStatus.APPROVED)
LINK_HELD = "已并入“{kept}”，目录中已有它的这项关联或申请，请选用“{kept}”；找不到时请重新申请。"
RELATION = {CatalogKind.BRAND: ("brand", "producer"), CatalogKind.PRODUCER: ("producer", "brand")}


@dataclass(frozen=True, slots=True)
class Effect:
    """What a merge moves, counted before it and the same after it."""

    links: int = 0
    models_moved: int = 0
    models_merged: int = 0
    displacements: int = 0
    usages: tuple = ()


def merge_effect(entry: NamedEntry, kept: NamedEntry) -> Effect:
    """What merging would do, without doing it."""
    usages = tuple(usages_of(entry.KIND, [entry.pk])[entry.pk])
    if entry.KIND == CatalogKind.MODEL:
        return Effect(displacements=len(_missing_displacements(entry, kept)), usages=usages)
    twins = _twins(entry, kept)
    merged = sum(twin is not None for _, twin in twins)
    return Effect(
        links=len(_missing_links(entry, kept)),
        models_moved=len(twins) - merged,
        models_merged=merged,
        displacements=sum(len(_missing_displacements(model, twin)) for model, twin in twins if twin),
        usages=usages,
    )


@transaction.atomic
def merge_entry(*, kind: str, entry_id: int, into_id: int, by: User) -> Effect:
    """Merge an entry into the kept one. Reports keep the id they named; figures follow `merged_into`."""
    first, second = (lock_entry(kind, pk, by) for pk in sorted((entry_id, into_id)))
    entry, kept = (first, second) if first.pk == entry_id else (second, first)
    if entry.pk == kept.pk:
        raise BusinessError("不能与自身合并，请选择另一项。")
    if kept.status != CatalogStatus.APPROVED:
        raise BusinessError(
            f"只能合并到已通过的{kept.KIND.label}，“{kept}”当前为“{kept.get_status_display()}”。"
        )
    if entry.KIND == CatalogKind.MODEL and entry.producer_id != kept.producer_id:
        raise BusinessError("只能合并同一生产商的车型；生产商重复时请先合并生产商。")
    effect = merge_effect(entry, kept)
    _merge(entry, kept, by)
    text = f"{entry.KIND.label}“{entry}”已并入“{kept}”，今后请选用“{kept}”；已填报的不受影响。"
    tell_requesters(entry, f"{entry.KIND.label}已合并", text, reverse("catalog:request-list"))
    return effect


def _merge(entry, kept, by):
    entry.move(CatalogAction.MERGE)
    entry.merged_into = kept
    entry.save(update_fields=["status", "merged_into"])
    type(entry).objects.filter(merged_into=entry).update(merged_into=kept)
    if entry.KIND == CatalogKind.MODEL:
        _unite_displacements(entry, kept)
    else:
        _unite_links(entry, kept, by)
        _unite_models(entry, kept, by)
    note = f"“{entry}”并入“{kept}”"
    note_step(entry, CatalogAction.MERGE, CatalogStatus.APPROVED, by, note=note)
    record("catalog.merge", entry, by=by, summary=note, into=kept.pk)
    tell_merged(entry, kept, by)


def _missing_displacements(entry, kept):
    """Values of the one that the other lacks, with the status they have."""
    held = set(kept.displacements.live().values_list("value", flat=True))
    return [each for each in entry.displacements.live() if each.value not in held]


def _unite_displacements(entry, kept):
    """The kept model gets rows of its own, so that reports keep the ids they named; requests move over."""
    missing = _missing_displacements(entry, kept)
    waiting = [each.pk for each in missing if each.status == CatalogStatus.PENDING]
    Displacement.objects.filter(pk__in=waiting).update(model=kept)
    columns = ("value", "status", "decided_at", "decided_by", "reason")
    Displacement.objects.bulk_create(
        Displacement(model=kept, **{name: getattr(each, name) for name in columns})
        for each in missing
        if each.pk not in waiting
    )


def _missing_links(entry, kept):
    """Links of the entry to what the kept one has no link with."""
    other = RELATION[entry.KIND][1]
    held = kept.links.live().values(other)
    return list(entry.links.filter(status__in=LINKED).exclude(**{f"{other}__in": held}))


def _unite_links(entry, kept, by):
    """The kept one gets the links it lacks; requests for a link move over, or end where there is one."""
    own = RELATION[entry.KIND][0]
    for link in _missing_links(entry, kept):
        if link.status == CatalogStatus.APPROVED:
            link.pk = None
        setattr(link, own, kept)
        link.save()
    for link in entry.links.pending():
        reject_entry(kind=link.KIND, entry_id=link.pk, reason=LINK_HELD.format(kept=kept), by=by)


def _twins(entry, kept):
    """Each model of the entry as it would be, with the model of the kept one of the same name if there is
    one; the name stays without the prefix it had no need of before.
    """
    own, other = RELATION[entry.KIND]
    held = {
        (getattr(each, f"{other}_id"), each.name_key): each.kept
        for each in kept.models.live().select_related("merged_into")
    }
    pairs = []
    movable = (CatalogStatus.PENDING, CatalogStatus.APPROVED, CatalogStatus.DISABLED)
    models = entry.models.filter(status__in=movable).select_related("brand", "producer")
    for model in models.order_by("pk"):
        setattr(model, own, kept)
        names = {"brand": model.brand.name, "producer": model.producer.name}
        model.name_key = model_key(model.name_key, **names)
        pairs.append((model, held.get((getattr(model, f"{other}_id"), model.name_key))))
    return pairs


def _unite_models(entry, kept, by):
    """Models of the entry become models of the kept one, under their own ids, or merge with their twins."""
    own, _ = RELATION[entry.KIND]
    for model, twin in _twins(entry, kept):
        if twin is None:
            model.save(update_fields=[own, "name_key"])
        elif model.can(CatalogAction.MERGE) and twin.status == CatalogStatus.APPROVED:
            _merge(model, twin, by)
