"""Every write on enterprises and filings, by noun: drafts, submission, claims, decisions,
piles, urges, push."""

from filing.services.bulk import Ticked, confirm_many
from filing.services.claims import claim_filing, claim_next, release_claim
from filing.services.decisions import confirm_filing, return_filing
from filing.services.drafts import first_version, open_service, save_draft, start_filing
from filing.services.push import queue_push, reason_not_to_resend, resend_failed, resend_push
from filing.services.submission import findings_of, submit_filing
from filing.services.urges import urge_filing

__all__ = [
    "Ticked",
    "claim_filing",
    "claim_next",
    "confirm_filing",
    "confirm_many",
    "findings_of",
    "first_version",
    "open_service",
    "queue_push",
    "reason_not_to_resend",
    "release_claim",
    "resend_failed",
    "resend_push",
    "return_filing",
    "save_draft",
    "start_filing",
    "submit_filing",
    "urge_filing",
]
