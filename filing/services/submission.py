"""Checking a version and handing it in."""

from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.errors import BusinessError
from catalog.enums import CatalogStatus, ProducerKind
from catalog.models import BrandProducer
from filing.checks import Context, check_filing
from filing.confirmers import confirmer_of
from filing.content import content_of, digest, licence_changes
from filing.enums import FilingAction
from filing.models import Filing
from filing.steps import audited, ensure_current, lock_filing, mirror_status, note_step
from filing.workdays import decision_due


def findings_of(filing):
    """What the rules say about a version as it is stored now."""
    brands = {line.brand_id for line in filing.brand_lines.all()} if filing.pk else set()
    pairs = BrandProducer.objects.filter(
        brand__in=brands,
        brand__status=CatalogStatus.APPROVED,
        producer__status=CatalogStatus.APPROVED,
    ).values_list("brand_id", "producer_id", "producer__kind")
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
        findings = findings_of(filing)
        stopping = [found for found in findings if found.stops]
        if stopping:
            raise BusinessError(f"还有 {len(stopping)} 处需要修改，备案没有提交。", findings=findings)
        action = FilingAction.SUBMIT_CHANGE if filing.is_change else FilingAction.SUBMIT
        from_status = filing.status
        filing.move(action)
        _hand_in(filing, by)
        filing.save()
        mirror_status(filing)
        note_step(filing, action, from_status, by)
        warnings = sorted({found.rule for found in findings if found.asks})
        record("filing.submit", filing, by=by, version=filing.version, warnings=warnings)
        return filing


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
    filing.due_at = decision_due(now)
    filing.decided_at = filing.decided_by = None
    filing.return_reason, filing.return_fields = "", []
