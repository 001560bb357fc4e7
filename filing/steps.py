"""What every service of a filing does around its own step."""

from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404

from accounts.audit import record
from accounts.enums import Outcome
from autoflow.common.checks import rules
from autoflow.common.errors import BusinessError, ConflictError
from filing.enums import EDITABLE
from filing.models import Enterprise, Filing
from filing.permissions import absent_of


@contextmanager
def audited(action, *, by, filing_id):
    """One transaction; when the rules refuse it, the attempt itself stays in the trail."""
    try:
        with transaction.atomic():
            yield
    except (BusinessError, PermissionDenied) as error:
        record(action, Filing(pk=filing_id), by=by, outcome=Outcome.REFUSED, summary=str(error))
        raise


def lock_filing(filing_id, by):
    """The filing with its enterprise locked first, so that all steps on one enterprise stand in one line."""
    found = get_object_or_404(Filing.objects.visible_to(by), pk=filing_id)
    enterprise = Enterprise.objects.select_for_update().get(pk=found.enterprise_id)
    filing = Filing.objects.select_for_update(of=("self",)).get(pk=filing_id)
    filing.enterprise = enterprise
    return filing


def ensure_current(filing, revision):
    """Two tabs, two persons: only who saw the latest state may write over it."""
    if filing.status not in EDITABLE:
        raise ConflictError(
            f"该备案当前为“{filing.get_status_display()}”，不能再修改；如需修改请待主管部门确认或退回。您的输入已保留在本页。"
        )
    if filing.revision != revision:
        raise ConflictError(f"{rules()['F-024'].message}核对后再次保存，将以本页内容为准。")


def mirror_status(filing):
    """The enterprise shows the state of its filing, and what it is by the version in force, or by the
    first one.
    """
    enterprise = filing.enterprise
    enterprise.status = filing.status
    if filing.is_in_force or not filing.is_change:
        enterprise.name, enterprise.types = filing.enterprise_name, filing.enterprise_types
        enterprise.division_code = filing.division_code
        enterprise.jurisdiction_code = filing.jurisdiction_code
    enterprise.save(update_fields=["status", "name", "types", "division_code", "jurisdiction_code"])


def note_step(filing, action, from_status, by, note=""):
    """One line of the history; it names the absent officer whom the person stands in for."""
    step = {"action": action, "from_status": from_status, "to_status": filing.status, "note": note}
    filing.events.create(**step, by=by, on_behalf_of=absent_of(by, filing) if by.is_authority else None)
