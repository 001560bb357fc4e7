"""Which version of an enterprise's filing is meant: under way, in force, or the one everybody sees."""

from filing.enums import FilingStatus


def open_version(enterprise):
    """The one under way: a draft, handed in, or returned."""
    return enterprise.filings.open_versions().first()


def version_in_force(enterprise):
    return enterprise.filings.filter(is_in_force=True).first()


def standing_version(enterprise):
    """The one the state of the enterprise speaks of: a draft of a change leaves the one in force standing."""
    under_way, in_force = open_version(enterprise), version_in_force(enterprise)
    if under_way and not (in_force and under_way.status == FilingStatus.DRAFT):
        return under_way
    return in_force or enterprise.filings.order_by("-version").first()
