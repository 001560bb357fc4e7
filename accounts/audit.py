"""The audit trail: every service writes one line per action, in its own transaction, under the request id
of the action.
"""

from accounts.enums import Outcome
from accounts.models import AuditRecord
from autoflow.common import identity, metrics


def record(action, obj=None, *, by=None, summary="", outcome=Outcome.DONE, address=None, **detail):
    """Write one line: who did what to which object; `detail` holds ids, states and counts, never personal
    data.
    """
    metrics.ACTIONS.labels(action, outcome).inc()
    return AuditRecord.objects.create(
        request_id=identity.request_id(),
        user_id=getattr(by, "pk", None),
        username=getattr(by, "username", "") or "",
        organisation=getattr(by, "organisation", "") or "",
        action=action,
        outcome=outcome,
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        summary=summary[:300],
        detail=detail,
        address=address,
    )
