"""What an authority decides on a version that waits."""

from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.checks import rules
from autoflow.common.errors import BusinessError, ConflictError
from filing.enums import FilingAction
from filing.models import Filing
from filing.sections import LABELS
from filing.services.push import queue_push
from filing.steps import (
    REASON_LENGTHS,
    audited,
    lock_filing,
    mirror_status,
    note_step,
    sentence,
    tell_enterprise,
)


def _lock_to_decide(filing_id, content_hash, action, by):
    """The filing, if it still waits, is still what the officer saw, and is this officer's to decide."""
    require(by, Permission.FILING_CONFIRM)
    filing = lock_filing(filing_id, by)
    from_status = filing.status
    filing.move(action)
    if filing.content_hash != content_hash:
        raise ConflictError("内容已变更，请重新查看。")
    if not Filing.objects.filter(pk=filing.pk).held_by(by).exists():
        raise BusinessError(rules()["F-025"].message)
    filing.decided_at, filing.decided_by = timezone.now(), by
    return filing, from_status


def confirm_filing(*, filing_id: int, content_hash: str, by: User) -> Filing:
    """Confirm exactly the version the officer saw; from now on it is the one in force."""
    with audited("filing.confirm", by=by, filing_id=filing_id):
        filing, from_status = _lock_to_decide(filing_id, content_hash, FilingAction.CONFIRM, by)
        Filing.objects.filter(enterprise=filing.enterprise_id, is_in_force=True).update(is_in_force=False)
        filing.is_in_force = True
        filing.save(update_fields=["status", "is_in_force", "decided_at", "decided_by"])
        mirror_status(filing)
        note_step(filing, FilingAction.CONFIRM, from_status, by)
        queue_push(filing)
        text = f"第 {filing.version} 版成为有效版本，可打印备案信息表、填报数据。"
        tell_enterprise(filing.enterprise, "备案已确认通过", text)
        record("filing.confirm", filing, by=by, version=filing.version, content_hash=content_hash)
        return filing


def return_filing(*, filing_id: int, content_hash: str, reason: str, fields: list[str], by: User) -> Filing:
    """Give a version back with the reason and the items to mend; a version in force stays in force."""
    with audited("filing.return", by=by, filing_id=filing_id):
        filing, from_status = _lock_to_decide(filing_id, content_hash, FilingAction.RETURN, by)
        reason, fields = reason.strip(), [name for name in LABELS if name in set(fields)]
        if len(reason) not in REASON_LENGTHS or not fields:
            raise BusinessError(rules()["F-023"].message)
        filing.return_reason, filing.return_fields = reason, fields
        filing.save(update_fields=["status", "return_reason", "return_fields", "decided_at", "decided_by"])
        mirror_status(filing)
        note_step(filing, FilingAction.RETURN, from_status, by, note=reason)
        text = f"{filing.confirm_body}退回了备案，原因：{sentence(reason)}请修改后重新提交。"
        tell_enterprise(filing.enterprise, "备案被退回", text)
        record("filing.return", filing, by=by, version=filing.version, fields=fields)
        return filing
