"""What every service of a filing does around its own step."""

from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.audit import record
from accounts.enums import Outcome, Role
from accounts.models import User
from accounts.notices import notify
from accounts.permissions import require
from autoflow.common.checks import rules
from autoflow.common.errors import BusinessError, ConflictError
from filing.enums import EDITABLE, ConfirmLevel, FilingAction, FilingStatus
from filing.models import Enterprise, Filing
from filing.permissions import absent_of
from filing.versions import version_in_force

REASON_LENGTHS = range(5, 501)
OFFICERS_AT = {
    ConfirmLevel.PROVINCE: Role.PROVINCE,
    ConfirmLevel.CITY: Role.CITY,
    ConfirmLevel.COUNTY: Role.COUNTY,
}


@contextmanager
def audited(action, *, by, filing_id=None, enterprise_id=None):
    """One transaction; when the rules refuse it, the attempt itself stays in the trail."""
    try:
        with transaction.atomic():
            yield
    except (BusinessError, PermissionDenied) as error:
        tried = Enterprise(pk=enterprise_id) if filing_id is None else Filing(pk=filing_id)
        record(action, tried, by=by, outcome=Outcome.REFUSED, summary=str(error))
        raise


def lock_filing(filing_id, by):
    """The filing with its enterprise locked first, so that all steps on one enterprise stand in one line."""
    found = get_object_or_404(Filing.objects.visible_to(by), pk=filing_id)
    enterprise = Enterprise.objects.select_for_update().get(pk=found.enterprise_id)
    filing = Filing.objects.select_for_update(of=("self",)).get(pk=filing_id)
    filing.enterprise = enterprise
    return filing


def lock_enterprise(enterprise_id, by):
    """The enterprise, locked, if it or a version of its filing lies in the person's sight."""
    own = Enterprise.objects.visible_to(by).filter(pk=enterprise_id)
    if not own.exists() and not Filing.objects.visible_to(by).filter(enterprise=enterprise_id).exists():
        raise Http404
    return Enterprise.objects.select_for_update().get(pk=enterprise_id)


def lock_for_step(permission, *, enterprise_id, revision, by):
    """The enterprise a step is taken on: the role, the lock, the state the person saw, then the moment."""
    require(by, permission)
    enterprise = lock_enterprise(enterprise_id, by)
    if enterprise.revision != revision:
        raise ConflictError(rules()["F-024"].message)
    require(by, permission, enterprise)
    return enterprise


def ensure_current(filing, revision):
    """Two tabs, two persons: only who saw the latest state may write over it."""
    if filing.status not in EDITABLE or filing.is_given_up:
        raise ConflictError(
            f"该备案当前为“{filing.state_text}”，不能再修改；如需修改请待主管部门确认或退回。您的输入已保留在本页。"
        )
    if filing.revision != revision:
        raise ConflictError(f"{rules()['F-024'].message}核对后再次保存，将以本页内容为准。")


def written(reason):
    """A reason as it is kept: nobody decides over another without saying why."""
    reason = reason.strip()
    if len(reason) not in REASON_LENGTHS:
        raise BusinessError("请写明理由，5–500 字。")
    return reason


def sentence(reason):
    """A reason inside a longer text."""
    return f"{reason.rstrip('。')}。"


def mirror_status(filing):
    """The enterprise shows the state of its filing, and what it is by the version in force, or by the
    first one. A draft of a change is nobody else's business: what is in force stands.
    """
    enterprise, in_force = filing.enterprise, version_in_force(filing.enterprise)
    is_unseen = filing.status == FilingStatus.DRAFT or filing.is_given_up
    enterprise.status = in_force.status if in_force and is_unseen else filing.status
    if filing.is_in_force or not filing.is_change:
        enterprise.name, enterprise.types = filing.enterprise_name, filing.enterprise_types
        enterprise.division_code = filing.division_code
        enterprise.jurisdiction_code = filing.jurisdiction_code
    enterprise.revision += 1
    enterprise.save(
        update_fields=["status", "name", "types", "division_code", "jurisdiction_code", "revision"]
    )


def take_back(filing, by, note=""):
    """What was handed in is the enterprise's draft again, word for word, and no authority's business."""
    from_status = filing.status
    filing.move(FilingAction.WITHDRAW)
    filing.submitted_at = filing.submitted_by = filing.due_at = None
    filing.opened_at = filing.opened_by = filing.decided_at = filing.decided_by = None
    filing.content_hash = filing.confirm_level = filing.confirm_body = filing.verify_reason = ""
    filing.revision += 1
    filing.save()
    note_step(filing, FilingAction.WITHDRAW, from_status, by, note=note)


def officers_of(case):
    """Who decides on what waits: the officers of the body that holds it, be it a filing or a wish to be
    struck off.
    """
    officers = User.objects.filter(
        is_active=True, role=OFFICERS_AT[case.confirm_level], jurisdiction=case.jurisdiction_code
    )
    match case.confirm_level:
        case ConfirmLevel.COUNTY:
            return officers.filter(division=case.division_code)
        case ConfirmLevel.CITY:
            return officers.filter(division__code__startswith=case.division_code[:4])
    return officers


def tell_enterprise(enterprise, title, text):
    people = enterprise.staff.filter(is_active=True)
    notify(people, title=title, text=text, url=reverse("filing:detail"))


def tell_officers(filing, title, text):
    url = reverse("reviews:filing-detail", args=[filing.pk])
    notify(officers_of(filing), title=title, text=text, url=url)


def note_step(filing, action, from_status, by, note=""):
    """One line of the history; it names the absent officer whom the person stands in for."""
    step = {"action": action, "from_status": from_status, "to_status": filing.status, "note": note}
    filing.events.create(**step, by=by, on_behalf_of=absent_of(by, filing) if by.is_authority else None)
