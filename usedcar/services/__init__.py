"""Every write on imports and trades, by noun."""

from usedcar.services.corrections import ask_correction, decide_correction
from usedcar.services.imports import cancel_import, commit_import, undo_import, upload_import
from usedcar.services.mending import answer_headers, continue_import, mend_rows
from usedcar.services.trades import (
    change_trade,
    delete_trade,
    note_export,
    note_search,
    reveal_number,
    save_trade,
    void_trade,
)

__all__ = [
    "answer_headers",
    "ask_correction",
    "cancel_import",
    "change_trade",
    "commit_import",
    "continue_import",
    "decide_correction",
    "delete_trade",
    "mend_rows",
    "note_export",
    "note_search",
    "reveal_number",
    "save_trade",
    "undo_import",
    "upload_import",
    "void_trade",
]
