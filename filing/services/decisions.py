"""What an authority decides on a version that waits."""

import json
from collections.abc import Mapping

from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.checks import rules
from autoflow.common.errors import BusinessError, ConflictError
from autoflow.common.text import prose
from filing.enums import FilingAction
from filing.models import Filing, ReturnedContent, ReturnItem
from filing.permissions import absent_of, hold_reason, own_filing_reason
from filing.reasons import OTHER, reasons_for, words_of
from filing.sections import LABELS
from filing.services.push import queue_push
from filing.statements import statement_of
from filing.steps import (
    REASON_LENGTHS,
    audited,
    lock_filing,
    mirror_status,
    note_step,
    sentence,
    tell_enterprise,
)

LEAST_NOTE, MOST_NOTE = 2, 200


def _lock_to_decide(filing_id, content_hash, action, by):
    """The filing, if it still waits, is still what the officer saw, and is this officer's to decide."""
    require(by, Permission.FILING_CONFIRM)
    filing = lock_filing(filing_id, by)
    from_status = filing.status
    filing.move(action)
    if filing.content_hash != content_hash:
        raise ConflictError("内容已变更，请重新查看。")
    reason = hold_reason(by, filing) or own_filing_reason(by, filing)
    if reason:
        raise BusinessError(reason)
    filing.decided_at, filing.decided_by = timezone.now(), by
    return filing, from_status


def _behalf(by, filing):
    absent = absent_of(by, filing)
    return {"on_behalf_of": absent.pk} if absent else {}


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
        facts = {"version": filing.version, "content_hash": content_hash, **_behalf(by, filing)}
        record("filing.confirm", filing, by=by, **facts)
        return filing


def return_filing(
    *,
    filing_id: int,
    content_hash: str,
    fields: list[str],
    reason: str = "",
    reasons: Mapping[str, tuple[str, str]] | None = None,
    by: User,
) -> Filing:
    """Give a version back with what to mend; a version in force stays in force.

    `reasons` says for a field the code of its reason and a note; `reason` speaks of the whole, and is
    written from the items when they say it all.
    """
    with audited("filing.return", by=by, filing_id=filing_id):
        filing, from_status = _lock_to_decide(filing_id, content_hash, FilingAction.RETURN, by)
        fields = [name for name in LABELS if name in set(fields)]
        items = _items(filing, fields, reasons or {})
        reason = reason.strip() or _summary(items)
        if len(reason) not in REASON_LENGTHS or not fields:
            raise BusinessError(rules()["F-023"].message)
        filing.return_reason, filing.return_fields = reason, fields
        filing.save(update_fields=["status", "return_reason", "return_fields", "decided_at", "decided_by"])
        filing.return_items.all().delete()
        ReturnItem.objects.bulk_create(items)
        _keep_content(filing)
        mirror_status(filing)
        note_step(filing, FilingAction.RETURN, from_status, by, note=reason)
        text = f"{filing.confirm_body}退回了备案，原因：{sentence(reason)}请修改后重新提交。"
        tell_enterprise(filing.enterprise, "备案被退回", text)
        codes = {item.field: item.reason_code for item in items}
        told = {"fields": fields, "reasons": codes, **_behalf(by, filing)}
        record("filing.return", filing, by=by, version=filing.version, **told)
        return filing


def _keep_content(filing):
    """What was returned stays readable beside what is handed in next."""
    text = json.dumps(statement_of(filing), ensure_ascii=False)
    ReturnedContent.objects.update_or_create(filing=filing, defaults={"text": text})


def _items(filing, fields, reasons):
    """One row a field; a reason that is not said of the field is refused, «其他» has to be explained."""
    items = []
    for field in fields:
        if field not in reasons:
            continue
        code, note = reasons[field]
        note = prose(note)
        if code not in {reason.code for reason in reasons_for(field)}:
            raise BusinessError(f"请为“{LABELS[field]}”选择退回原因。")
        if (code == OTHER and len(note) < LEAST_NOTE) or len(note) > MOST_NOTE:
            raise BusinessError(f"请写明“{LABELS[field]}”哪里不对（{LEAST_NOTE}–{MOST_NOTE} 字）。")
        items.append(ReturnItem(filing=filing, field=field, reason_code=code, note=note))
    return items


def _summary(items):
    """All items in one text as long as the history holds."""
    texts = [f"{LABELS[item.field]}：{words_of(item.reason_code, item.note)}" for item in items]
    text = "；".join(texts) + "。" if texts else ""
    rest = f"……共 {len(texts)} 项，详见各项说明。"
    return (
        text
        if len(text) in REASON_LENGTHS or not text
        else text[: REASON_LENGTHS.stop - 1 - len(rest)] + rest
    )
