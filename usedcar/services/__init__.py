"""Every write on imports and trades, by noun."""

from usedcar.services.corrections import ask_correction, ask_release, decide_correction, decide_release
from usedcar.services.imports import cancel_import, commit_import, undo_import, upload_import
from usedcar.services.lists import ask_export, note_download, remove_filter, rename_filter, save_filter
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
    "ask_export",
    "ask_release",
    "cancel_import",
    "change_trade",
    "commit_import",
    "continue_import",
    "decide_correction",
    "decide_release",
    "delete_trade",
    "mend_rows",
    "note_download",
    "note_export",
    "note_search",
    "remove_filter",
    "rename_filter",
    "reveal_number",
    "save_filter",
    "save_trade",
    "undo_import",
    "upload_import",
    "void_trade",
]
