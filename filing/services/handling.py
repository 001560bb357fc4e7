"""What an authority does with a case before deciding it: open it, or pass it to another level."""

from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.errors import BusinessError
from filing.confirmers import bodies_of
from filing.enums import FilingAction
from filing.models import Filing, ReviewClaim
from filing.steps import (
    audited,
    lock_filing,
    lock_for_step,
    mirror_status,
    note_step,
    tell_enterprise,
    tell_officers,
    written,
)
from filing.versions import open_version


def open_for_review(*, filing_id: int, by: User) -> Filing:
    """«开始办理»: from the first time on the enterprise can no longer take the filing back."""
    with audited("filing.handle", by=by, filing_id=filing_id):
        require(by, Permission.FILING_CONFIRM)
        filing = lock_filing(filing_id, by)
        require(by, Permission.FILING_CONFIRM, filing)
        mark_opened(filing, by)
        return filing


def mark_opened(filing, by):
    """The first opening of a filing that is locked; the others change nothing."""
    if filing.opened_at is not None:
        return
    filing.opened_at, filing.opened_by = timezone.now(), by
    filing.save(update_fields=["opened_at", "opened_by"])
    note_step(filing, FilingAction.OPEN, filing.status, by)
    text = f"{filing.confirm_body}已开始办理第 {filing.version} 版，现在起不能撤回。"
    tell_enterprise(filing.enterprise, "备案已开始办理", text)
    record("filing.handle", filing, by=by, version=filing.version)


def reassign_filing(*, enterprise_id: int, revision: int, level: str, reason: str, by: User) -> Filing:
    """«改派»: the province gives a case under way to another level at its place; the term runs on."""
    with audited("filing.reassign", by=by, enterprise_id=enterprise_id):
        step = {"enterprise_id": enterprise_id, "revision": revision, "by": by}
        enterprise = lock_for_step(Permission.FILING_REASSIGN, **step)
        filing, reason = open_version(enterprise), written(reason)
        body = next((body for body in bodies_of(filing) if body.level == level), None)
        if body is None or level == filing.confirm_level:
            raise BusinessError("请选择当地的另一级机构。")
        former = filing.confirm_body
        tell_officers(filing, f"{enterprise.name}的备案已改派", f"改由{body.body}办理，原因：{reason}")
        filing.confirm_level, filing.confirm_body = body.level, body.body
        filing.opened_at = filing.opened_by = None
        ReviewClaim.objects.filter(filing=filing).delete()
        filing.save(update_fields=["confirm_level", "confirm_body", "opened_at", "opened_by"])
        mirror_status(filing)
        note = f"{former} → {body.body}：{reason}"[:500]
        note_step(filing, FilingAction.REASSIGN, filing.status, by, note=note)
        tell_officers(filing, f"{enterprise.name}的备案改派给您", f"原由{former}办理，改派原因：{reason}")
        tell_enterprise(enterprise, "备案已改派", f"改由{body.body}办理。")
        record("filing.reassign", filing, by=by, version=filing.version, level=level)
        return filing
