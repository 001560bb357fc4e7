"""Every write on enterprises and filings, by noun: drafts, submission, decisions, push."""

from filing.services.decisions import confirm_filing, return_filing
from filing.services.drafts import first_version, open_service, save_draft, start_filing
from filing.services.push import queue_push, reason_not_to_resend, resend_failed, resend_push
from filing.services.submission import findings_of, submit_filing

__all__ = [
    "confirm_filing",
    "findings_of",
    "first_version",
    "open_service",
    "queue_push",
    "reason_not_to_resend",
    "resend_failed",
    "resend_push",
    "return_filing",
    "save_draft",
    "start_filing",
    "submit_filing",
]
