"""Reports of every form, their versions, findings, obligations, windows and late permissions."""

from reporting.models.obligations import Chase, Obligation, ObligationCount, Reminder
from reporting.models.reports import Report, ReportEvent, ReportFinding, ReportVersion
from reporting.models.windows import LatePermission, WindowRule

__all__ = [
    "Chase",
    "LatePermission",
    "Obligation",
    "ObligationCount",
    "Reminder",
    "Report",
    "ReportEvent",
    "ReportFinding",
    "ReportVersion",
    "WindowRule",
]
