"""What the administrator sees of an entry of the catalogue: facts, similar entries, use, history."""

from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone

from autoflow.common.codes import name_of
from catalog.enums import CatalogAction, CatalogKind, CatalogStatus
from catalog.hooks import usages_of
from catalog.lookalikes import known_to_administrator, nearest, text_of
from catalog.models import ENTRY_MODELS, Request
from reviews.queues import age_text

STATUSES = [(status.value, status.label) for status in CatalogStatus]
NAMED = (CatalogKind.BRAND, CatalogKind.PRODUCER, CatalogKind.MODEL)
DUPLICATE = 85
COMPARED_FROM = 0.4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row of the comparison: an entry with how much it is like the one looked at."""

    entry: object
    percent: int | None
    facts: list
    usage: str


def queue(user, kind, status):
    """What waits, longest first; or every entry of a status, by number."""
    entries = ENTRY_MODELS[kind].objects.visible_to(user)
    if status == CatalogStatus.PENDING:
        return entries.awaiting()
    return entries.filter(status=status) if status else entries


def counts(user):
    """How many of each kind wait."""
    return {kind: model.objects.visible_to(user).awaiting().count() for kind, model in ENTRY_MODELS.items()}


def with_review_columns(entries, kind):
    """Everything a row or a page of the administrator shows, whatever the number of rows."""
    requests = Prefetch("requests", Request.objects.order_by("pk").select_related("by"))
    entries = entries.prefetch_related(requests).select_related("decided_by")
    match kind:
        case CatalogKind.BRAND:
            return entries.select_related("merged_into").prefetch_related("links__producer")
        case CatalogKind.PRODUCER:
            return entries.select_related("merged_into").prefetch_related("links__brand")
        case CatalogKind.MODEL:
            related = ("brand", "producer", "merged_into__brand")
            return entries.select_related(*related).prefetch_related("displacements")
        case CatalogKind.LINK:
            others = ("brand__links__producer", "producer__links__brand")
            return entries.select_related("brand", "producer").prefetch_related(*others)
    return entries.select_related("model__brand", "model__producer")


def with_ages(entries):
    """Adds how long each has waited and whether its term is over."""
    now = timezone.now()
    for entry in entries:
        is_waiting = entry.status == CatalogStatus.PENDING
        entry.age = age_text(entry.requested_at, now) if is_waiting else ""
        entry.is_overdue = is_waiting and entry.due_at is not None and entry.due_at < now
        entry.summary = "，".join(text for _, text in facts(entry)[1:] if text)
    return entries


def facts(entry):
    """What tells an entry from another, as pairs of label and text; the name comes first."""
    match entry.KIND:
        case CatalogKind.BRAND:
            return [
                ("品牌名称", entry.name),
                ("英文名", entry.name_en),
                ("品牌归属国", name_of("countries", entry.country)),
                ("类别", entry.get_category_display()),
                ("生产商", _others(entry, "producer")),
            ]
        case CatalogKind.PRODUCER:
            return [
                ("生产商名称", entry.name),
                ("类别", entry.get_kind_display()),
                ("国家", name_of("countries", entry.country)),
                ("统一社会信用代码", entry.uscc),
                ("品牌", _others(entry, "brand")),
            ]
        case CatalogKind.MODEL:
            return [
                ("车型名称", entry.name),
                ("品牌", _named([entry.brand])),
                ("生产商", _named([entry.producer])),
                ("车辆类别", entry.get_report_category_display()),
                ("能源类型", entry.get_energy_type_display()),
                ("排量（升）", _displacements_of(entry)),
            ]
        case CatalogKind.LINK:
            return _link_facts(entry)
    return [
        ("排量（升）", str(entry.value)),
        ("车型", str(entry.model)),
        ("生产商", entry.model.producer.name),
        ("能源类型", entry.model.get_energy_type_display()),
    ]


def _displacements_of(model):
    """What it has; of a model that was rejected, what was asked for, which was rejected with it."""
    found = model.displacements.all()
    shown = found if model.status == CatalogStatus.REJECTED else _live(found)
    return "、".join(str(each.value) for each in shown)


def _link_facts(entry):
    return [
        ("品牌", _named([entry.brand])),
        ("生产商", _named([entry.producer])),
        ("品牌的其他生产商", _others(entry.brand, "producer", without=entry)),
        ("生产商的其他品牌", _others(entry.producer, "brand", without=entry)),
    ]


def _named(entries):
    """Names, with the state of those that are not approved."""
    return "、".join(_with_state(entry.name, entry) for entry in entries)


def _with_state(name, entry):
    is_approved = entry.status == CatalogStatus.APPROVED
    return name if is_approved else f"{name}（{entry.get_status_display()}）"


def _others(entry, end, *, without=None):
    """What the entry is linked with, with the state of an end or a link that is not approved."""
    links = [link for link in _live(entry.links.all()) if link != without]
    return "、".join(_with_state(_named([getattr(link, end)]), link) for link in links)


def _live(entries):
    return [each for each in entries if each.status != CatalogStatus.REJECTED]


def waiting_before(entry):
    """What has to be decided before the entry can be approved, or goes best before it."""
    match entry.KIND:
        case CatalogKind.BRAND:
            found = [link.producer for link in _live(entry.links.all())]
        case CatalogKind.MODEL | CatalogKind.LINK:
            found = [entry.producer, entry.brand]
        case CatalogKind.DISPLACEMENT:
            found = [entry.model]
        case _:
            found = []
    return _pending(found)


def waiting_after(entry):
    """What waits for this entry: the brands of a producer, and links that were asked for on their own."""
    if entry.KIND not in (CatalogKind.BRAND, CatalogKind.PRODUCER):
        return []
    links = _live(entry.links.all())
    brands = [link.brand for link in links] if entry.KIND == CatalogKind.PRODUCER else []
    return _pending([*brands, *links])


def _pending(entries):
    return [each for each in entries if each.status == CatalogStatus.PENDING]


def comparison(user, entry):
    """The entry and, below it, the five most like it, in the same columns; nothing for what has no
    name of its own.
    """
    if entry.KIND not in NAMED:
        return []
    known = known_to_administrator(
        entry.KIND, producer_id=getattr(entry, "producer_id", None), without=entry.pk
    )
    found = nearest([text_of(entry.KIND, entry.name, entry.name_key)], known, at_least=COMPARED_FROM)
    entries = ENTRY_MODELS[entry.KIND].objects.visible_to(user)
    by_pk = with_review_columns(entries, entry.KIND).in_bulk([each.pk for each, _ in found])
    used = usages_of(entry.KIND, [entry.pk, *by_pk])
    rows = [(entry, None), *((by_pk[each.pk], percent) for each, percent in found if each.pk != entry.pk)]
    return [Candidate(each, percent, facts(each), _usage_text(used[each.pk])) for each, percent in rows]


def _usage_text(usages):
    return "，".join(f"{label} {count:,}" for label, count in usages) or "–"


def usage_of(entry):
    return _usage_text(usages_of(entry.KIND, [entry.pk])[entry.pk])


def default_reason(candidates):
    """The most frequent reason, ready to be sent: the same thing is there already."""
    for candidate in candidates[1:]:
        if candidate.percent >= DUPLICATE and candidate.entry.status == CatalogStatus.APPROVED:
            return f"目录中已有“{candidate.entry.name}”，请直接选用。"
    return ""


def history(entry):
    """What happened to the entry, newest first."""
    return [
        {
            "title": event.get_action_display(),
            "at": event.at,
            "by": str(event.by) if event.by else "",
            "note": event.note,
        }
        for event in entry.events.select_related("by").order_by("-pk")
    ]


def steps_of(entry):
    """The steps open now, by name."""
    steps = {action.value: entry.can(action) for action in entry.TRANSITIONS}
    is_named = entry.KIND in NAMED
    steps[CatalogAction.MERGE] = steps[CatalogAction.MERGE] and is_named
    live = (CatalogStatus.PENDING, CatalogStatus.APPROVED)
    steps[CatalogAction.RENAME] = is_named and entry.status in live
    return steps
