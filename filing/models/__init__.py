"""Enterprises, the versions of their filings, brand lines, images and the policy that says who confirms."""

from filing.models.enterprises import Enterprise
from filing.models.filings import Filing, FilingEvent
from filing.models.images import StoredImage
from filing.models.lines import AuthorizationLine, BrandLine, Resident
from filing.models.policies import ConfirmPolicy
from filing.models.review import BulkConfirm, BulkConfirmItem, ReturnItem, ReviewClaim, Urge

__all__ = [
    "AuthorizationLine",
    "BrandLine",
    "BulkConfirm",
    "BulkConfirmItem",
    "ConfirmPolicy",
    "Enterprise",
    "Filing",
    "FilingEvent",
    "Resident",
    "ReturnItem",
    "ReviewClaim",
    "StoredImage",
    "Urge",
]
