"""注销: an enterprise asks and the body that confirms agrees, or the province does it by itself."""

from contextlib import contextmanager

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.notices import notify
from accounts.permissions import require
from autoflow.common.errors import ConflictError
from filing.confirmers import confirmer_of
from filing.enums import AWAITING, CancellationOutcome, FilingAction, FilingStatus
from filing.models import CancellationRequest, Enterprise
from filing.permissions import decide_cancel_reason, pending_request
from filing.services.push import queue_push
from filing.steps import (
    audited,
    lock_for_step,
    note_step,
    officers_of,
    sentence,
    tell_enterprise,
    tell_officers,
    written,
)
from filing.versions import open_version, standing_version, version_in_force


def ask_for_cancellation(*, enterprise_id: int, revision: int, reason: str, by: User) -> CancellationRequest:
    """The enterprise asks to be struck off; until somebody answers, all stays as it is."""
    with audited("filing.ask-cancel", by=by, enterprise_id=enterprise_id):
        step = {"enterprise_id": enterprise_id, "revision": revision, "by": by}
        enterprise = lock_for_step(Permission.CANCELLATION_ASK, **step)
        reason, place = written(reason), _place_of(enterprise)
        request = CancellationRequest(enterprise=enterprise, reason=reason, asked_by=by, **place)
        request.save()
        _note(enterprise, FilingAction.ASK_CANCEL, by, reason)
        _tell_officers(request, f"{enterprise.name}申请注销备案", f"注销原因：{reason}")
        record("filing.ask-cancel", enterprise, by=by, request=request.pk)
        return request


def _place_of(enterprise):
    """Where the wish goes: to the body that holds the filing, or would, had it been handed in."""
    place = standing_version(enterprise)
    if place is not None and place.confirm_level:
        level, body = place.confirm_level, place.confirm_body
    else:
        place = enterprise
        confirmer = confirmer_of(
            division_code=place.division_code,
            jurisdiction_code=place.jurisdiction_code,
            types=place.types,
            at=timezone.now(),
        )
        level, body = confirmer.level, confirmer.body
    where = {"jurisdiction_code": place.jurisdiction_code, "division_code": place.division_code}
    return where | {"confirm_level": level, "confirm_body": body}


def drop_cancellation(*, enterprise_id: int, revision: int, by: User) -> CancellationRequest:
    """The enterprise takes its wish back before it is answered."""
    with audited("filing.drop-cancel", by=by, enterprise_id=enterprise_id):
        step = {"enterprise_id": enterprise_id, "revision": revision, "by": by}
        enterprise = lock_for_step(Permission.CANCELLATION_DROP, **step)
        request = pending_request(enterprise)
        _answer(request, CancellationOutcome.DROPPED, by)
        _note(enterprise, FilingAction.DROP_CANCEL, by)
        _tell_officers(request, f"{enterprise.name}撤回了注销申请", "企业不再注销，无需办理。")
        record("filing.drop-cancel", enterprise, by=by, request=request.pk)
        return request


def refuse_cancellation(*, request_id: int, reason: str, by: User) -> CancellationRequest:
    """The body that confirms does not agree, and says why."""
    with _deciding("filing.refuse-cancel", request_id, by) as request:
        reason = written(reason)
        _answer(request, CancellationOutcome.REFUSED, by, reason)
        _note(request.enterprise, FilingAction.REFUSE_CANCEL, by, reason)
        text = f"{request.confirm_body}不同意注销，原因：{reason}"
        tell_enterprise(request.enterprise, "注销申请没有通过", text)
        record("filing.refuse-cancel", request.enterprise, by=by, request=request.pk)
        return request


def agree_to_cancellation(*, request_id: int, by: User) -> Enterprise:
    """The body that confirms agrees: the enterprise is struck off."""
    with _deciding("filing.deregister", request_id, by) as request:
        _answer(request, CancellationOutcome.AGREED, by)
        _strike_off(request.enterprise, by, f"同意企业的注销申请：{request.reason}"[:500])
        record("filing.deregister", request.enterprise, by=by, request=request.pk)
        return request.enterprise


def cancel_filing(*, enterprise_id: int, revision: int, reason: str, by: User) -> Enterprise:
    """The province strikes an enterprise off by itself, and says why."""
    with audited("filing.deregister", by=by, enterprise_id=enterprise_id):
        step = {"enterprise_id": enterprise_id, "revision": revision, "by": by}
        enterprise = lock_for_step(Permission.FILING_CANCEL, **step)
        reason, request = written(reason), pending_request(enterprise)
        if request is not None:
            _answer(request, CancellationOutcome.AGREED, by, reason)
        _strike_off(enterprise, by, reason)
        record("filing.deregister", enterprise, by=by)
        return enterprise


@contextmanager
def _deciding(action, request_id, by):
    """The wish, still open and this officer's to answer, with its enterprise locked first."""
    found = CancellationRequest.objects.filter(pk=request_id).first()
    with audited(action, by=by, enterprise_id=found and found.enterprise_id):
        require(by, Permission.CANCELLATION_DECIDE)
        get_object_or_404(CancellationRequest.objects.visible_to(by), pk=request_id)
        enterprise = Enterprise.objects.select_for_update().get(pk=found.enterprise_id)
        request = CancellationRequest.objects.get(pk=request_id)
        request.enterprise = enterprise
        if not request.is_pending:
            raise ConflictError(decide_cancel_reason(by, request))
        require(by, Permission.CANCELLATION_DECIDE, request)
        yield request


def _answer(request, outcome, by, answer=""):
    request.outcome, request.answer = outcome, answer
    request.decided_at, request.decided_by = timezone.now(), by
    request.save(update_fields=["outcome", "answer", "decided_at", "decided_by"])


def _strike_off(enterprise, by, reason):
    """Every version that is under way or in force ends; what was reported stays."""
    in_force, under_way = version_in_force(enterprise), open_version(enterprise)
    for filing in filter(None, (in_force, under_way)):
        from_status = filing.status
        if from_status in AWAITING:
            tell_officers(filing, f"{enterprise.name}已注销", "待确认的备案无需办理。")
        filing.move(FilingAction.CANCEL)
        filing.save(update_fields=["status"])
        note_step(filing, FilingAction.CANCEL, from_status, by, note=reason)
    if in_force is not None:
        queue_push(in_force)
    enterprise.status = FilingStatus.CANCELLED
    enterprise.revision += 1
    enterprise.save(update_fields=["status", "revision"])
    text = f"{by.organisation}办理了注销，{sentence(reason)}已报数据保留；如需继续经营，可以重新备案。"
    tell_enterprise(enterprise, "备案已注销", text)


def _note(enterprise, action, by, note=""):
    """A line of history on the version everybody sees, where there is one."""
    standing = standing_version(enterprise)
    if standing is not None:
        note_step(standing, action, standing.status, by, note=note)


def _tell_officers(request, title, text):
    url = reverse("reviews:cancellation-detail", args=[request.pk])
    notify(officers_of(request), title=title, text=text, url=url)
