"""Checking a version and handing it in."""

from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.errors import BusinessError
from catalog.enums import ProducerKind
from catalog.models import BrandProducer
from filing.checks import Context, check_filing
from filing.confirmers import confirmer_of
from filing.content import content_of, digest, licence_changes
from filing.enums import FilingAction
from filing.models import Filing
from filing.steps import (
    audited,
    ensure_current,
    lock_filing,
    mirror_status,
    note_step,
    tell_officers,
)
from filing.versions import version_in_force
from filing.workdays import decision_due


def findings_of(filing):
    """What the rules say about a version as it is stored now."""
    brands = {line.brand_id for line in filing.brand_lines.all()} if filing.pk else set()
    pairs = BrandProducer.objects.effective().filter(brand__in=brands)
    pairs = pairs.values_list("brand_id", "producer_id", "producer__kind")
    context = Context(
        today=timezone.localdate(),
        is_change=filing.is_change,
        approved_pairs=frozenset((brand, producer) for brand, producer, _ in pairs),
        licence_changes=licence_changes(filing),
        foreign_producers=frozenset(producer for _, producer, kind in pairs if kind == ProducerKind.FOREIGN),
    )
    return list(check_filing(content_of(filing), context))


def submit_filing(*, filing_id: int, revision: int, by: User) -> Filing:
    """Hand a version in: it is checked, frozen under its hash, and goes to the body that confirms."""
    with audited("filing.submit", by=by, filing_id=filing_id):
        require(by, Permission.FILING_SUBMIT)
        filing = lock_filing(filing_id, by)
        ensure_current(filing, revision)
        require(by, Permission.FILING_SUBMIT, filing)
        findings = findings_of(filing)
        stopping = [found for found in findings if found.stops]
        if stopping:
            raise BusinessError(f"还有 {len(stopping)} 处需要修改，备案没有提交。", findings=findings)
        action = _step_of(filing)
        from_status = filing.status
        filing.move(action)
        _hand_in(filing, by)
        filing.save()
        mirror_status(filing)
        note_step(filing, action, from_status, by)
        what = "备案变更" if action == FilingAction.SUBMIT_CHANGE else "备案"
        tell_officers(filing, f"{filing.enterprise_name}提交了{what}", "请在期限内确认或退回。")
        if action == FilingAction.MOVE:
            text = f"改由{filing.confirm_body}确认；确认前后，本机构都只能查看原有备案。"
            former = version_in_force(filing.enterprise)
            tell_officers(former, f"{former.enterprise_name}申请迁往其他受理机构", text)
        warnings = sorted({found.rule for found in findings if found.asks})
        record("filing.submit", filing, by=by, version=filing.version, warnings=warnings)
        return filing


def _step_of(filing):
    """A first filing, a change at the same authority, or a move to another one, which confirms it anew."""
    in_force = version_in_force(filing.enterprise)
    if in_force is None:
        return FilingAction.SUBMIT
    is_move = in_force.jurisdiction_code != filing.jurisdiction_code
    return FilingAction.MOVE if is_move else FilingAction.SUBMIT_CHANGE


def _hand_in(filing, by):
    """What is fixed at submission: when, by whom, exactly what, and who decides until when."""
    now = timezone.now()
    confirmer = confirmer_of(
        division_code=filing.division_code,
        jurisdiction_code=filing.jurisdiction_code,
        types=filing.enterprise_types,
        at=now,
    )
    filing.revision += 1
    filing.submitted_at, filing.submitted_by = now, by
    filing.content_hash = digest(content_of(filing))
    filing.confirm_level, filing.confirm_body = confirmer.level, confirmer.body
    filing.due_at = decision_due(now, filing.jurisdiction_code)
    filing.opened_at = filing.opened_by = filing.decided_at = filing.decided_by = None
    filing.return_reason, filing.return_fields = "", []
