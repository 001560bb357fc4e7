"""What the system administrator decides: approve, reject, correct the name, disable."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.audit import record
from accounts.enums import Outcome, Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.errors import BusinessError, ConflictError
from autoflow.common.text import normalise
from catalog.enums import CatalogAction, CatalogKind, CatalogStatus
from catalog.hooks import tell_rejected
from catalog.models import ENTRY_MODELS, Displacement, Entry, NamedEntry
from catalog.rekeying import rekey_models
from catalog.steps import allow_names, former_keys_with, lock_entry, note_step, summary_of, tell_requesters

RENAMABLE = (CatalogStatus.PENDING, CatalogStatus.APPROVED)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one item of a bulk action."""

    entry: Entry
    is_done: bool
    message: str = ""


@transaction.atomic
def approve_entry(*, kind: str, entry_id: int, by: User) -> Entry:
    """The entry becomes everybody's; a model takes its displacements along."""
    entry = lock_entry(kind, entry_id, by)
    _move(entry, CatalogAction.APPROVE, by)
    if obstacle := _obstacle(entry):
        raise BusinessError(obstacle)
    entry.save(update_fields=["status", "decided_at", "decided_by"])
    note_step(entry, CatalogAction.APPROVE, CatalogStatus.PENDING, by)
    record("catalog.approve", entry, by=by, summary=summary_of(entry))
    if entry.KIND == CatalogKind.MODEL:
        for displacement in _pending_displacements(entry):
            _decide_with_model(displacement, CatalogAction.APPROVE, by)
        allow_names([entry])
    text = f"您申请的{entry.KIND.label}“{entry}”已审核通过，全国可选用。"
    tell_requesters(entry, f"{entry.KIND.label}审核通过", text, reverse("catalog:request-list"))
    return entry


def _move(entry, action, by):
    entry.move(action)
    entry.decided_at, entry.decided_by = timezone.now(), by


def _obstacle(entry):
    """What has to be decided before this entry can be approved."""
    match entry.KIND:
        case CatalogKind.BRAND:
            made_by = entry.links.exclude(status__in=(CatalogStatus.REJECTED, CatalogStatus.DISABLED))
            if not made_by.filter(producer__status=CatalogStatus.APPROVED).exists():
                return f"品牌“{entry}”还没有审核通过的生产商，请先审核它的生产商。"
        case CatalogKind.MODEL | CatalogKind.LINK:
            for parent in (entry.brand, entry.producer):
                if parent.status != CatalogStatus.APPROVED:
                    return f"{parent.KIND.label}“{parent}”当前为“{parent.get_status_display()}”，请先处理。"
            if entry.KIND == CatalogKind.MODEL and not entry.displacements.live().exists():
                return f"车型“{entry}”没有排量，不能通过。"
        case CatalogKind.DISPLACEMENT:
            if entry.model.status != CatalogStatus.APPROVED:
                return f"车型“{entry.model}”当前为“{entry.model.get_status_display()}”，请先处理。"
    return ""


def _pending_displacements(model):
    return Displacement.objects.select_for_update().filter(model=model).pending().order_by("pk")


def _decide_with_model(displacement, action, by, reason=""):
    _move(displacement, action, by)
    displacement.reason = reason
    displacement.save(update_fields=["status", "decided_at", "decided_by", "reason"])
    note_step(displacement, action, CatalogStatus.PENDING, by, note=reason)
    record(f"catalog.{action.lower()}", displacement, by=by, summary=summary_of(displacement))


@transaction.atomic
def reject_entry(*, kind: str, entry_id: int, reason: str, by: User) -> Entry:
    """The request is refused with its reason; its name may be asked for again, drafts show it as refused."""
    entry, reason = lock_entry(kind, entry_id, by), reason.strip()
    _move(entry, CatalogAction.REJECT, by)
    entry.reason = _written(reason, "请写明不通过的原因，企业会看到这段话。")
    entry.save(update_fields=["status", "decided_at", "decided_by", "reason"])
    note_step(entry, CatalogAction.REJECT, CatalogStatus.PENDING, by, note=reason)
    record("catalog.reject", entry, by=by, summary=summary_of(entry))
    if entry.KIND == CatalogKind.MODEL:
        for displacement in _pending_displacements(entry):
            _decide_with_model(displacement, CatalogAction.REJECT, by, "车型审核不通过。")
    tell_rejected(entry, by)
    text = f"您申请的{entry.KIND.label}“{entry}”没有通过审核，原因：{reason}"
    tell_requesters(entry, f"{entry.KIND.label}审核不通过", text, reverse("catalog:request-list"))
    return entry


def _written(reason, message):
    if len(reason) < 2:
        raise BusinessError(message)
    return reason


@transaction.atomic
def rename_entry(*, kind: str, entry_id: int, name: str, by: User) -> NamedEntry:
    """Correct the standard name; the old one still leads to the entry, reports keep what they printed."""
    entry, name = lock_entry(kind, entry_id, by), normalise(name)
    if entry.status not in RENAMABLE:
        raise ConflictError(f"当前状态为“{entry.get_status_display()}”，不能更正名称。")
    if name == entry.name:
        raise BusinessError("新名称与现名称相同，没有改动。")
    old_name, old_key = entry.name, entry.name_key
    entry.name = name
    entry.name_key = entry.key
    if not entry.name_key:
        raise BusinessError("名称中须有文字或数字。")
    if entry.name_key != old_key:
        entry.former_keys = former_keys_with(entry, old_key)
    try:
        with transaction.atomic():
            entry.save(update_fields=["name", "name_key", "former_keys"])
    except IntegrityError as error:
        raise BusinessError(
            f"目录中已有同名的{entry.KIND.label}“{name}”，如为同一项请改用“合并”。"
        ) from error
    if entry.KIND != CatalogKind.MODEL:
        rekey_models(entry.models.live())
    note = f"“{old_name}”更正为“{name}”"
    note_step(entry, CatalogAction.RENAME, entry.status, by, note=note)
    record("catalog.rename", entry, by=by, summary=summary_of(entry), old=old_name, new=name)
    text = f"{entry.KIND.label}“{old_name}”的标准名称已更正为“{name}”，已选用的不受影响。"
    tell_requesters(entry, f"{entry.KIND.label}名称已更正", text, reverse("catalog:request-list"))
    return entry


@transaction.atomic
def disable_entry(*, kind: str, entry_id: int, reason: str, by: User) -> Entry:
    """Not to be chosen any more; what names it keeps it, and history still shows it."""
    entry, reason = lock_entry(kind, entry_id, by), reason.strip()
    entry.move(CatalogAction.DISABLE)
    entry.reason = _written(reason, "请写明停用的原因。")
    entry.save(update_fields=["status", "reason"])
    note_step(entry, CatalogAction.DISABLE, CatalogStatus.APPROVED, by, note=reason)
    record("catalog.disable", entry, by=by, summary=summary_of(entry))
    return entry


def approve_entries(*, kind: str, entry_ids: Collection[int], by: User) -> list[Result]:
    """Approve a ticked list, each item on its own; an id that is not there stops the whole list."""
    require(by, Permission.CATALOG_MANAGE)
    entries = list(ENTRY_MODELS[kind].objects.visible_to(by).filter(pk__in=entry_ids).order_by("pk"))
    if not entries or len(entries) != len(set(entry_ids)):
        raise BusinessError(
            "请先勾选要通过的项目。" if not entry_ids else "勾选的项目有变化，请刷新后重新勾选。"
        )
    results = []
    for entry in entries:
        try:
            results.append(Result(approve_entry(kind=kind, entry_id=entry.pk, by=by), True))
        except BusinessError as error:
            record("catalog.approve", entry, by=by, outcome=Outcome.REFUSED, summary=str(error))
            results.append(Result(entry, False, str(error)))
    return results
