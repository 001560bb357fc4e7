"""What an enterprise filed in the old system still has to add."""

from filing.checks import DECLARATIONS
from filing.enums import FilingStatus
from filing.sections import control_label
from filing.services.submission import findings_of


def missing_items(enterprise) -> list[str]:
    """The items by name, as long as the version in force is the one brought over and no change was handed
    in; a change begun counts with what it has already.
    """
    old = enterprise.filings.filter(is_in_force=True, is_from_old_system=True).first()
    begun = old and enterprise.filings.open_versions().first()
    if old is None or (begun and begun.status != FilingStatus.DRAFT):
        return []
    stopping = [found.field for found in findings_of(begun or old) if found.stops]
    return list(dict.fromkeys(control_label(name) for name in stopping if name not in DECLARATIONS))
