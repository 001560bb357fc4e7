"""The confirm policy as its page shows it: what holds, what is planned, every row ever set."""

from dataclasses import dataclass
from itertools import groupby

from django.utils import timezone

from accounts.models import Jurisdiction, User
from filing.enums import ConfirmLevel, EnterpriseGroup
from filing.models import ConfirmPolicy, Filing, ProvinceSetting
from filing.permissions import shared_with
from filing.querysets import CONFIRMING_ROLES
from reviews.places import place_names

EVERY_GROUP = "全部企业"
MOST_PAIRS = 200
IN_FORCE, PLANNED, PAST = ("DONE", "现行"), ("SUBMITTED", "待生效"), ("ENDED", "已被取代")
PAIR_COLUMNS = (
    *(
        "pk",
        "enterprise_name",
        "uscc",
        "status",
        "version",
        "contact_mobile",
        "contact_email",
        "confirm_body",
    ),
    *("submitted_by__phone", "submitted_by__email", "decided_by"),
)


def policies_of(jurisdiction):
    """Every row of a province (of the nation for None), the newest first, with its words and its standing."""
    rows = ConfirmPolicy.objects.filter(jurisdiction=jurisdiction).select_related("set_by")
    return with_words(list(rows.order_by("-effective_from", "-pk")), jurisdiction)


def with_words(rows, jurisdiction):
    """Adds place, group and whether a row holds today, is planned or was followed by another."""
    names = place_names(row.division_prefix.ljust(6, "0") for row in rows)
    now, seen = timezone.now(), set()
    for row in rows:
        row.place = _place(row, jurisdiction, names)
        row.group_text = EnterpriseGroup(row.enterprise_group).label if row.enterprise_group else EVERY_GROUP
        if row.effective_from > now:
            row.standing = PLANNED
        else:
            row.standing = PAST if row.key in seen else IN_FORCE
            seen.add(row.key)
    return rows


def _place(row, jurisdiction, names):
    if jurisdiction is None:
        return "全国默认"
    if row.division_prefix == jurisdiction.covers_prefix:
        return f"{jurisdiction.name}全部辖区"
    return names.get(row.division_prefix.ljust(6, "0"), row.division_prefix)


def in_force(rows):
    """What holds today, the whole before its parts."""
    return sorted((row for row in rows if row.standing is IN_FORCE), key=lambda row: row.key[1:])


def planned(rows):
    """What takes effect later, the next one first."""
    return sorted((row for row in rows if row.standing is PLANNED), key=lambda row: row.effective_from)


def setting_of(jurisdiction):
    """The switches that hold, whoever set them."""
    return ProvinceSetting.objects.of(jurisdiction and jurisdiction.pk)


@dataclass(frozen=True)
class ProvinceLine:
    """One authority in the ministry's table."""

    jurisdiction: Jurisdiction
    levels: list
    setting: ProvinceSetting


def provinces():
    """What each of the 37 has set: rows in force by level, and its switches."""
    rows = ConfirmPolicy.objects.exclude(jurisdiction=None).order_by("jurisdiction", "-effective_from", "-pk")
    held = {}
    for row in rows.filter(effective_from__lte=timezone.now()):
        held.setdefault(row.key, row)
    by_province = {
        code: [row.level for row in group]
        for code, group in groupby(held.values(), lambda row: row.jurisdiction_id)
    }
    settings = {row.jurisdiction_id: row for row in ProvinceSetting.objects.all()}
    default = settings.get(None) or ProvinceSetting()
    return [
        ProvinceLine(
            jurisdiction,
            [by_province.get(jurisdiction.pk, []).count(level) for level in ConfirmLevel],
            settings.get(jurisdiction.pk, default),
        )
        for jurisdiction in Jurisdiction.objects.order_by("code")
    ]


@dataclass(frozen=True)
class Pair:
    """An officer and a filing that share what only one person has."""

    filing: Filing
    officer: User
    shared: str
    is_decided_by_him: bool


def pairs(jurisdiction):
    """Officers of a province who may be the person behind a filing that waits or is in force."""
    officers = User.objects.filter(jurisdiction=jurisdiction, role__in=CONFIRMING_ROLES).order_by("pk")
    known = {}
    for officer in officers:
        for mark in filter(None, (officer.phone, officer.email.lower(), officer.uscc)):
            known.setdefault(mark, []).append(officer)
    found = []
    for filing in _filings_to_compare(jurisdiction):
        found += _pairs_of(filing, known)
        if len(found) >= MOST_PAIRS:
            break
    return found[:MOST_PAIRS]


def _filings_to_compare(jurisdiction):
    filings = Filing.objects.filter(jurisdiction_code=jurisdiction.pk)
    filings = filings.awaiting() | filings.filter(is_in_force=True)
    return filings.select_related("submitted_by").only(*PAIR_COLUMNS).order_by("-pk").iterator(1_000)


def _pairs_of(filing, known):
    marks = {filing.contact_mobile, (filing.contact_email or "").lower(), filing.uscc}
    if filing.submitted_by is not None:
        marks |= {filing.submitted_by.phone, filing.submitted_by.email.lower()}
    officers = {officer.pk: officer for mark in marks for officer in known.get(mark, ())}
    for officer in officers.values():
        words = "、".join(shared_with(officer, filing))
        yield Pair(filing, officer, words, officer.pk == filing.decided_by_id)
