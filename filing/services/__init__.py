"""Every write on enterprises and filings, by noun: drafts, submission, decisions,
the life afterwards, push."""

from filing.services.cancellation import (
    agree_to_cancellation,
    ask_for_cancellation,
    cancel_filing,
    drop_cancellation,
    refuse_cancellation,
)
from filing.services.decisions import confirm_filing, return_filing
from filing.services.drafts import first_version, open_service, save_draft, start_filing
from filing.services.handling import open_for_review, reassign_filing
from filing.services.push import queue_push
from filing.services.submission import findings_of, submit_filing
from filing.services.supervision import request_reverification, resume_filing, suspend_filing
from filing.services.switches import set_reporting_switch
from filing.services.withdrawal import give_up_change, withdraw_filing

__all__ = [
    "agree_to_cancellation",
    "ask_for_cancellation",
    "cancel_filing",
    "confirm_filing",
    "drop_cancellation",
    "findings_of",
    "first_version",
    "give_up_change",
    "open_for_review",
    "open_service",
    "queue_push",
    "reassign_filing",
    "refuse_cancellation",
    "request_reverification",
    "resume_filing",
    "return_filing",
    "save_draft",
    "set_reporting_switch",
    "start_filing",
    "submit_filing",
    "suspend_filing",
    "withdraw_filing",
]
