"""备案信息表 on paper, and what anybody may learn who scans its code."""

import io
from dataclasses import dataclass
from datetime import datetime

import segno
from django.urls import reverse

from filing.enums import FilingStatus
from filing.models import Filing
from filing.presentation import Row, Section, Table, page

WIDE = {
    *("enterprise_types", "business_scope", "division_code", "registered_address", "business_address"),
    *("website", "business_modes", "vehicle_scope", "market_services", "inspection_equipment"),
    *("auction_platform_url", "remark"),
}
PUBLIC_STATES = (FilingStatus.CHANGED, FilingStatus.SUSPENDED, FilingStatus.CANCELLED)


@dataclass(frozen=True)
class PrintedSection:
    """A part of the form as table lines of one or two fields."""

    title: str
    lines: list[list[Row]]
    table: Table | None


def printout(filing: Filing, *, with_images: bool) -> dict:
    """What the page of the form needs, as text."""
    content = page(filing)
    return {
        "filing": filing,
        "mark": mark_of(filing),
        "parts": [PrintedSection(part.title, _lines(part), part.table) for part in content["sections"]],
        "images": content["images"] if with_images else [],
        "with_images": with_images,
        "has_images": bool(content["images"]),
    }


def _lines(part: Section):
    """Two short fields share a line; a long one has a line of its own."""
    lines = []
    for row in part.rows:
        has_room = lines and len(lines[-1]) == 1 and lines[-1][0].identifier not in WIDE
        if has_room and row.identifier not in WIDE:
            lines[-1].append(row)
        else:
            lines.append([row])
    return lines


def mark_of(filing: Filing) -> str:
    """What the paper must say in large letters, so that nobody takes it for more than it is."""
    if filing.is_in_force:
        waits = filing.enterprise.status == FilingStatus.CHANGED
        stopped = filing.enterprise.status in PUBLIC_STATES
        return "变更待确认" if waits else filing.enterprise.get_status_display() if stopped else ""
    if filing.was_confirmed:
        return "已有新版本，本版本不再有效"
    return f"{filing.get_status_display()}，未生效"


def verify_url(request, filing: Filing) -> str:
    """The address on the paper, nothing for a version that was never confirmed."""
    if filing.verify_token is None:
        return ""
    return request.build_absolute_uri(reverse("verify", args=[filing.verify_token]))


def qr_svg(url: str) -> bytes:
    target = io.BytesIO()
    segno.make_qr(url, error="m").save(
        target, kind="svg", border=1, omitsize=True, xmldecl=False, svgclass=None, lineclass=None
    )
    return target.getvalue()


@dataclass(frozen=True)
class PublicFacts:
    """All that the public page tells: enterprise, state, version and date of confirmation."""

    enterprise_name: str
    status: str
    state: str
    version: int
    confirmed_at: datetime | None
    newer_version: int | None = None
    newer_confirmed_at: datetime | None = None


def public_facts(token: str) -> PublicFacts | None:
    """The state of the enterprise as far as it concerns strangers (that a change was returned does not), by
    the token on the paper; None when no paper carries it.
    """
    filing = Filing.objects.printed_as(token)
    if filing is None:
        return None
    enterprise, newer = filing.enterprise, None
    if not filing.is_in_force:
        newer = enterprise.filings.filter(is_in_force=True).only("version", "decided_at").first()
    status = FilingStatus(enterprise.status if enterprise.status in PUBLIC_STATES else FilingStatus.CONFIRMED)
    return PublicFacts(
        enterprise_name=filing.enterprise_name,
        status=status.value,
        state=status.label,
        version=filing.version,
        confirmed_at=filing.decided_at,
        newer_version=newer and newer.version,
        newer_confirmed_at=newer and newer.decided_at,
    )
