"""Enterprises, the versions of their filings, brand lines, images and the policy that says who confirms."""

from filing.models.enterprises import Enterprise
from filing.models.filings import Filing, FilingEvent
from filing.models.images import StoredImage
from filing.models.lines import AuthorizationLine, BrandLine, Resident
from filing.models.policies import ConfirmPolicy

__all__ = [
    "AuthorizationLine",
    "BrandLine",
    "ConfirmPolicy",
    "Enterprise",
    "Filing",
    "FilingEvent",
    "Resident",
    "StoredImage",
]
