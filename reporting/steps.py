"""What every service of a report does around its own step."""

import hashlib
import json
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404

from accounts.audit import record
from accounts.enums import Outcome
from autoflow.common.checks import rules
from autoflow.common.errors import BusinessError, ConflictError
from filing.models import Enterprise
from reporting import clock
from reporting.deadlines import reason_closed, reason_not_to_fill, standing_of
from reporting.locking import LOCKED
from reporting.models import Obligation, Report

STALE = "该报表已在另一页面或由他人更新，您的输入已保留在本页。核对后再次保存，将以本页内容为准。"


@contextmanager
def audited(action, *, by, report_id):
    """One transaction; when the rules refuse it, the attempt itself stays in the trail."""
    try:
        with closed_is_conflict(), transaction.atomic():
            yield
    except (BusinessError, PermissionDenied) as error:
        record(action, Report(pk=report_id), by=by, outcome=Outcome.REFUSED, summary=str(error))
        raise


@contextmanager
def closed_is_conflict():
    """What the database refuses because a report is locked is said like any other refusal."""
    try:
        yield
    except IntegrityError as error:
        refused = error.__cause__.diag
        if refused.constraint_name != LOCKED:
            raise
        raise ConflictError(refused.message_primary) from error


def lock_report(report_id, by) -> Report:
    """The report with its enterprise locked first, in share: a decision on the filing waits for us, other
    reports do not.
    """
    return lock_among(Report.objects.visible_to(by).filter(deleted_at=None), report_id)


def lock_among(reports, report_id) -> Report:
    """The same for whoever may have these reports for another reason than his scope."""
    found = get_object_or_404(reports, pk=report_id)
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=found.enterprise_id)
    report = get_object_or_404(reports.select_for_update(of=("self",)), pk=report_id)
    report.enterprise = enterprise
    return report


def ensure_current(report, revision):
    """Two tabs, two persons: only who saw the latest state may write over it."""
    if report.revision != revision:
        raise ConflictError(STALE)


def ensure_open(report, at):
    """The filing allows reporting and the period is open for this enterprise; a closed one answers 409."""
    if reason := reason_not_to_fill(report.form_class, report.enterprise):
        raise BusinessError(reason)
    standing = standing_of(report.form_class, report.month, report.enterprise, at)
    if reason := reason_closed(standing, report.enterprise):
        raise ConflictError(reason)
    clock.tell_database(at)


def note_step(report, action, *, at, by, note=""):
    report.events.create(action=action, at=at, by=by, note=note[:500])


def link_obligation(report):
    """What is owed points at the report that answers it."""
    place = {"jurisdiction_code": report.jurisdiction_code, "division_code": report.division_code}
    Obligation.objects.update_or_create(
        enterprise=report.enterprise,
        form=report.form,
        period=report.period,
        defaults={"report": report, **place},
        create_defaults={"report": report, **place},
    )


def counted_content(report) -> dict | None:
    """What counts of a report now: the content of its last submission, nothing unless it is submitted."""
    if not report.is_submitted:
        return None
    return report.versions.order_by("-number").values_list("content", flat=True).first()


def place_of(report) -> tuple[str, str]:
    """Where a report counts."""
    return report.jurisdiction_code, report.division_code


def digest(content) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def exists_message(report) -> str:
    """The refusal of a second report for a period, in the words of the form's rules."""
    rule = "Y-002" if report.form_class.period_kind == "YEAR" else "N-002"
    return rules()[rule].message.format(period=report.month.label, year=report.period.year)
