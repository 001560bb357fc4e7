"""What the page of one filing shows: every item with its tick, images with the facts to hold against them,
what changed, what looks odd, and what happened before.
"""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import format_html

from accounts.enums import Permission
from accounts.permissions import decide
from autoflow.common.codes import enterprise_types
from autoflow.common.shells import place, shell_of
from filing.enums import AWAITING, FilingStatus
from filing.forms import named
from filing.models import Filing, Urge
from filing.permissions import absent_of
from filing.presentation import (
    authorizations,
    former_problems,
    history,
    images,
    problems,
    read_rows,
    sections,
    text_of,
)
from filing.reasons import reasons_for, return_reasons
from filing.sections import FIELDS, IMAGES, LABELS
from filing.services import findings_of
from reviews.comparison import differences, mended
from reviews.forms import ReturnForm, UrgeForm, problem_items
from reviews.lifecycle import other_actions
from reviews.queues import deadline_text, has_next_waiting, with_ages
from reviews.suspicions import suspicions_of

RELATED = (*IMAGES, "enterprise", "resident_market", "submitted_by", "decided_by")
ON_LICENCE = (
    "enterprise_name",
    "uscc",
    "legal_representative",
    "registered_capital",
    "established_on",
    "licence_valid_until",
    "registered_address",
)
TO_HOLD_AGAINST = {
    "licence_original_image": ON_LICENCE,
    "licence_duplicate_image": ON_LICENCE,
    "seal_image": ("enterprise_name", "uscc"),
}
FEW_ITEMS = 3
MOST_SHELLS = 500
VERSION_COLUMNS = ("version", "status", "is_in_force", "submitted_at", "confirm_body")
SAID_AS_SUSPICION = {"F-013", "F-020"}


@dataclass(frozen=True)
class Tick:
    """What the officer says of one item: whether it is wrong, why, and a note."""

    name: str
    label: str
    is_ticked: bool
    code: str
    note: str
    reasons: tuple

    @property
    def is_said(self):
        return self.is_ticked or bool(self.code or self.note)

    @property
    def html(self):
        """Its controls; a page has some fifty of them, most alike on every page."""
        known = next((reason.code for reason in self.reasons if reason.code == self.code), "")
        return format_html(_tick_shell(self.name, self.is_ticked, self.is_said, known), note=self.note)


@lru_cache(maxsize=MOST_SHELLS)
def _tick_shell(name, is_ticked, is_said, code):
    facts = {"name": name, "label": LABELS[name], "is_ticked": is_ticked, "is_said": is_said, "code": code}
    return shell_of("reviews/_tick.html", facts | {"reasons": reasons_for(name), "note": place("note")})


def review_context(user, filing, *, form=None, error=None):
    """Everything the template needs; a refused form comes back as it was filled in."""
    with_ages([filing])
    read_rows(filing)
    form = form or ReturnForm(filing=filing)
    versions = Filing.objects.visible_to(user).filter(enterprise=filing.enterprise)
    is_waiting = filing.status in AWAITING
    in_force = _in_force(filing, versions)
    changes = differences(in_force, filing) if in_force else []
    mends = mended(filing) if is_waiting else None
    changed = {change.identifier for change in [*changes, *(mends or [])]}
    return {
        "filing": filing,
        "form": form,
        "error": error,
        **_gates(user, filing),
        "due": deadline_text(filing.due_at),
        "suspicions": suspicions_of([filing], user)[filing.pk] if is_waiting else [],
        "findings_found": _findings(filing) if is_waiting else [],
        "has_following": is_waiting and has_next_waiting(user, filing),
        "former": former_problems(filing) if is_waiting else [],
        "problems": problems(filing),
        "in_force": in_force,
        "old_title": f"有效版本（第 {in_force.version} 版）" if in_force else "",
        "changes": changes,
        "mends": mends,
        **_content(filing, form, changed),
        **_course(filing, versions, is_waiting),
        "quick_reasons": _quick_reasons(filing),
        **_listed(versions, filing),
    }


def _listed(versions, filing):
    """All versions, the newest first, and the one after this that waits."""
    listed = list(versions.only(*VERSION_COLUMNS).order_by("-version"))
    waiting = (each for each in listed if each.status in AWAITING and each.version > filing.version)
    return {"versions": listed, "newer": next(waiting, None)}


def _gates(user, filing):
    """What this person may do here now; the reasons why not are part of the page."""
    return {
        "decision": decide(user, Permission.FILING_CONFIRM, filing),
        "absent": absent_of(user, filing),
        "other": other_actions(user, filing),
        "urge_decision": decide(user, Permission.FILING_URGE, filing),
        "urge_form": UrgeForm(),
        "urge_text": f"{filing.confirm_body}会在“上级交办”中看到这一件和您的意见，企业看不到。",
        "is_mine": filing.holder is not None and filing.holder.by_id == user.pk,
    }


def _course(filing, versions, is_waiting):
    """What happened to all versions, the pressing from above among it; while it waits that stands on top."""
    urges = list(Urge.objects.filter(filing__in=versions).select_related("by"))
    pressed = [{"title": "督办", "at": urge.at, "by": str(urge.by), "note": urge.note} for urge in urges]
    events = sorted([*history(versions), *pressed], key=lambda event: event["at"], reverse=True)
    urgent = [urge for urge in urges if urge.filing_id == filing.pk] if is_waiting else []
    return {"history": events, "urges": urgent}


def _quick_reasons(filing):
    """The reasons said of few items, which one press can tick on this page."""
    here = {name for name, _ in problem_items(filing)}
    fitting = [reason for reason in return_reasons().values() if here.issuperset(reason.fields)]
    return [reason for reason in fitting if len(reason.fields) <= FEW_ITEMS]


def _in_force(filing, versions):
    """The version this one would replace."""
    if filing.status not in (*AWAITING, FilingStatus.RETURNED):
        return None
    return (
        versions.filter(is_in_force=True)
        .exclude(pk=filing.pk)
        .select_related(*IMAGES, "resident_market")
        .first()
    )


def _findings(filing):
    """The rules that ask or tell something, save those the odd things say in better words."""
    return [named(found) for found in findings_of(filing) if found.rule not in SAID_AS_SUSPICION]


def _content(filing, form, changed):
    """Every item with its tick, by part; images apart with what stands on them, changed ones first."""
    ticks = {name: _tick(name, form) for name in LABELS}
    parts = sections(filing)
    claims = [picture | {"tick": None, "is_changed": False} for picture in authorizations(filing)]
    pictures = [
        image
        | {"facts": _facts(filing, image["slot"], changed), "tick": ticks[image["slot"]]}
        | {"is_changed": image["slot"] in changed}
        for image in images(filing)
    ]
    return {
        "parts": [_part(part, ticks, changed) for part in parts if part.key != "images"],
        "images": [*sorted(pictures, key=lambda image: not image["is_changed"]), *claims],
        "type_names": [enterprise_types()[code].name for code in filing.enterprise_types],
    }


def _part(part, ticks, changed):
    rows = [
        {"row": row, "tick": ticks[row.identifier], "is_changed": row.identifier in changed}
        for row in part.rows
    ]
    table = part.table
    return {
        "key": part.key,
        "title": part.title,
        "rows": rows,
        "table": table,
        "tick": ticks[table.identifier] if table else None,
    }


def _tick(name, form):
    said = form.data if form.is_bound else {}
    ticked = said.getlist("fields") if form.is_bound else []
    code, note = said.get(f"reason-{name}", ""), said.get(f"note-{name}", "")
    return Tick(name, LABELS[name], name in ticked, code, note, reasons_for(name))


def _facts(filing, slot, changed):
    """What the picture must say, as it was typed."""
    return [
        {
            "label": FIELDS[name].label,
            "value": text_of(filing, FIELDS[name]),
            "is_changed": name in changed,
        }
        for name in TO_HOLD_AGAINST[slot]
    ]
