"""Every write on reports, by noun."""

from reporting.services.chasing import chase_owed
from reporting.services.oversight import (
    decide_late_request,
    ensure_window,
    grant_late_permission,
    note_export,
    return_report,
    return_untrue,
    set_window,
)
from reporting.services.reports import (
    ask_late_permission,
    delete_report,
    file_nil_return,
    findings_of,
    save_report,
    start_report,
    submit_report,
)

__all__ = [
    "ask_late_permission",
    "chase_owed",
    "decide_late_request",
    "delete_report",
    "ensure_window",
    "file_nil_return",
    "findings_of",
    "grant_late_permission",
    "note_export",
    "return_report",
    "return_untrue",
    "save_report",
    "set_window",
    "start_report",
    "submit_report",
]
