"""Every write on enterprises and filings, by noun: drafts, submission, claims, decisions, piles, urges, the
life afterwards, push.
"""

from filing.services.bulk import Ticked, confirm_many
from filing.services.cancellation import (
    agree_to_cancellation,
    ask_for_cancellation,
    cancel_filing,
    drop_cancellation,
    refuse_cancellation,
)
from filing.services.claims import claim_filing, claim_next, release_claim
from filing.services.decisions import confirm_filing, return_filing
from filing.services.drafts import first_version, open_service, save_draft, start_filing
from filing.services.handling import open_for_review, reassign_filing
from filing.services.push import queue_push, reason_not_to_resend, resend_failed, resend_push
from filing.services.submission import findings_of, submit_filing
from filing.services.supervision import request_reverification, resume_filing, suspend_filing
from filing.services.urges import urge_filing
from filing.services.withdrawal import give_up_change, withdraw_filing

__all__ = [
    "Ticked",
    "agree_to_cancellation",
    "ask_for_cancellation",
    "cancel_filing",
    "claim_filing",
    "claim_next",
    "confirm_filing",
    "confirm_many",
    "drop_cancellation",
    "findings_of",
    "first_version",
    "give_up_change",
    "open_for_review",
    "open_service",
    "queue_push",
    "reason_not_to_resend",
    "reassign_filing",
    "refuse_cancellation",
    "release_claim",
    "request_reverification",
    "resend_failed",
    "resend_push",
    "resume_filing",
    "return_filing",
    "save_draft",
    "start_filing",
    "submit_filing",
    "suspend_filing",
    "urge_filing",
    "withdraw_filing",
]
