"""What the province, and for suspensions the ministry, does to a filing that was confirmed."""

from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from filing.checks import DECLARATIONS
from filing.enums import AWAITING, FilingAction, FilingStatus
from filing.models import Filing
from filing.services.drafts import copy_rows, next_version
from filing.services.push import queue_push
from filing.services.withdrawal import set_aside
from filing.steps import (
    audited,
    lock_for_step,
    mirror_status,
    note_step,
    sentence,
    take_back,
    tell_enterprise,
    tell_officers,
    written,
)
from filing.versions import open_version, version_in_force
from filing.workdays import decision_due


def suspend_filing(*, enterprise_id: int, revision: int, reason: str, by: User) -> Filing:
    """Stop reporting, printing and changing; a change that waits goes back to the enterprise as its draft."""
    with audited("filing.suspend", by=by, enterprise_id=enterprise_id):
        step = {"enterprise_id": enterprise_id, "revision": revision, "by": by}
        enterprise = lock_for_step(Permission.FILING_SUSPEND, **step)
        filing, waiting, reason = version_in_force(enterprise), open_version(enterprise), written(reason)
        if waiting is not None and waiting.status in AWAITING:
            tell_officers(waiting, f"{enterprise.name}的备案已暂停", "待确认的变更已退回为草稿，无需办理。")
            take_back(waiting, by, note="备案被暂停，待确认的变更退回为草稿，内容保留。")
        _move_in_force(filing, FilingAction.SUSPEND, by, reason)
        text = f"原因：{sentence(reason)}暂停期间不能填报、打印和变更，已报数据仍可查看。"
        tell_enterprise(enterprise, f"{by.organisation}暂停了备案", text)
        record("filing.suspend", filing, by=by, version=filing.version)
        return filing


def resume_filing(*, enterprise_id: int, revision: int, reason: str, by: User) -> Filing:
    """The version in force opens reporting and printing again."""
    with audited("filing.resume", by=by, enterprise_id=enterprise_id):
        step = {"enterprise_id": enterprise_id, "revision": revision, "by": by}
        enterprise = lock_for_step(Permission.FILING_RESUME, **step)
        filing, reason = version_in_force(enterprise), written(reason)
        _move_in_force(filing, FilingAction.RESUME, by, reason)
        text = f"原因：{sentence(reason)}现在可以填报、打印备案信息表和变更。"
        tell_enterprise(enterprise, f"{by.organisation}恢复了备案", text)
        record("filing.resume", filing, by=by, version=filing.version)
        return filing


def _move_in_force(filing, action, by, reason):
    """The step itself on the version in force, and word of it to the traffic police."""
    from_status = filing.status
    filing.move(action)
    filing.save(update_fields=["status"])
    mirror_status(filing)
    note_step(filing, action, from_status, by, note=reason)
    queue_push(filing)


def request_reverification(*, enterprise_id: int, revision: int, reason: str, by: User) -> Filing:
    """The province has a lower body confirm again what it confirmed: the same content waits as one more
    version.
    """
    with audited("filing.reverify", by=by, enterprise_id=enterprise_id):
        step = {"enterprise_id": enterprise_id, "revision": revision, "by": by}
        enterprise = lock_for_step(Permission.FILING_REVERIFY, **step)
        in_force, draft, reason = version_in_force(enterprise), open_version(enterprise), written(reason)
        if draft is not None:
            set_aside(draft, by, note="主管部门要求重新核实，未提交的变更草稿停止使用，内容仍可查看。")
        filing = _handed_in_again(in_force, reason)
        mirror_status(filing)
        note_step(filing, FilingAction.REVERIFY, in_force.status, by, note=reason)
        tell_officers(filing, f"请重新核实{enterprise.name}的备案", f"{by.organisation}的意见：{reason}")
        text = f"意见：{sentence(reason)}由{filing.confirm_body}重新确认，有效版本不变。"
        tell_enterprise(enterprise, f"{by.organisation}要求重新核实备案", text)
        record("filing.reverify", filing, by=by, version=filing.version)
        return filing


def _handed_in_again(in_force, reason):
    """A copy of what is in force, declarations included, before the body that confirmed it."""
    filing, now = next_version(in_force), timezone.now()
    for name in (*DECLARATIONS, "submitted_by", "content_hash", "confirm_level", "confirm_body"):
        setattr(filing, name, getattr(in_force, name))
    filing.status, filing.verify_reason = FilingStatus.CHANGED, reason
    filing.submitted_at, filing.due_at = now, decision_due(now, filing.jurisdiction_code)
    filing.index_contact()
    filing.save()
    copy_rows(in_force, filing)
    return filing
