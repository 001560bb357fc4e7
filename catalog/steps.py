"""What every service of the catalogue does around its own step."""

from django.shortcuts import get_object_or_404

from accounts.enums import Permission
from accounts.notices import notify
from accounts.permissions import require
from catalog.checks import NewModel, check_model_name
from catalog.models import ENTRY_MODELS, AllowedName, Event
from catalog.names import name_key

QUESTIONED = {"C-002", "C-003", "C-006"}


def lock_entry(kind, entry_id, by):
    """The entry to decide on, locked; only the administrator decides."""
    require(by, Permission.CATALOG_MANAGE)
    entries = ENTRY_MODELS[kind].objects.visible_to(by)
    return get_object_or_404(entries.select_for_update(of=("self",)), pk=entry_id)


def note_step(entry, action, from_status, by, *, note=""):
    """The step in the history of the entry."""
    Event.objects.create(
        **{entry.KIND: entry},
        action=action,
        from_status=from_status,
        to_status=entry.status,
        note=note,
        by=by,
    )


def summary_of(entry):
    """The entry as the audit trail names it, whatever becomes of its name later."""
    return f"{entry.KIND.label}：{entry}"


def tell_requesters(entry, title, text, url):
    """Word to everybody who asked for the entry."""
    people = [request.by for request in entry.requests.select_related("by")]
    if people:
        notify(people, title=title, text=text, url=url)


def allow_names(models):
    """Names that hold a suspicious word and are right all the same are not questioned again."""
    allowed = []
    for model in models:
        subject = NewModel(model.name, model.brand_id, model.brand.name, model.producer.name)
        if {found.rule for found in check_model_name(subject, ())} & QUESTIONED:
            allowed.append(AllowedName(name=model.name, name_key=name_key(model.name)))
    AllowedName.objects.bulk_create(allowed, ignore_conflicts=True)


def former_keys_with(entry, key):
    """The keys under which an entry is still found, with one more."""
    kept = [each for each in entry.former_keys.split() if each != key]
    return "\n".join([*kept, key])
