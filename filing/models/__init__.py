"""Enterprises, the versions of their filings, brand lines, images and the policy that says who confirms."""

from filing.models.cancellations import CancellationRequest
from filing.models.enterprises import Enterprise
from filing.models.filings import Filing, FilingEvent
from filing.models.images import StoredImage
from filing.models.lines import AuthorizationLine, BrandLine, Resident
from filing.models.policies import ConfirmPolicy, ProvinceSetting

__all__ = [
    "AuthorizationLine",
    "BrandLine",
    "CancellationRequest",
    "ConfirmPolicy",
    "Enterprise",
    "Filing",
    "FilingEvent",
    "ProvinceSetting",
    "Resident",
    "StoredImage",
]
