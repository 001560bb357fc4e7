"""Enterprises, the versions of their filings, brand lines, images, the policy that says who confirms, and the
outbox to the traffic police.
"""

from filing.models.cancellations import CancellationRequest
from filing.models.enterprises import Enterprise
from filing.models.filings import Filing, FilingEvent
from filing.models.images import StoredImage
from filing.models.lines import AuthorizationLine, BrandLine, Resident
from filing.models.policies import ConfirmPolicy, Deputy, ProvinceSetting
from filing.models.push import PushMessage, PushTry
from filing.models.review import (
    BulkConfirm,
    BulkConfirmItem,
    ReturnedContent,
    ReturnItem,
    ReviewClaim,
    Urge,
)

__all__ = [
    "AuthorizationLine",
    "BrandLine",
    "BulkConfirm",
    "BulkConfirmItem",
    "CancellationRequest",
    "ConfirmPolicy",
    "Deputy",
    "Enterprise",
    "Filing",
    "FilingEvent",
    "ProvinceSetting",
    "PushMessage",
    "PushTry",
    "Resident",
    "ReturnItem",
    "ReturnedContent",
    "ReviewClaim",
    "StoredImage",
    "Urge",
]
