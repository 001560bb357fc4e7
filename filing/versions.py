"""Which version of an enterprise's filing is meant: under way, in force, or the one everybody sees."""

from autoflow.common.single import only_row
from filing.enums import FilingStatus

STANDING_COLUMNS = (
    *("enterprise_id", "version", "status", "is_in_force", "is_given_up", "submitted_at"),
    *("confirm_level", "confirm_body", "jurisdiction_code", "division_code"),
)


def open_version(enterprise):
    """The one under way: a draft, handed in, or returned."""
    return only_row(enterprise.filings.open_versions())


def version_in_force(enterprise):
    return only_row(enterprise.filings.filter(is_in_force=True))


def standing_version(enterprise):
    """The one the state of the enterprise speaks of: a draft of a change leaves the one in force standing."""
    versions = enterprise.filings.only(*STANDING_COLUMNS)
    found = list((versions.open_versions() | versions.filter(is_in_force=True)).order_by("pk"))
    under_way = next((filing for filing in found if filing.is_open), None)
    in_force = next((filing for filing in found if filing.is_in_force), None)
    if under_way and not (in_force and under_way.status == FilingStatus.DRAFT):
        return under_way
    return in_force or versions.order_by("-version").first()
