"""Every write on the catalogue: requests, decisions and the bulk load."""

from catalog.services.decisions import (
    approve_entries,
    approve_entry,
    disable_entry,
    reject_entry,
    rename_entry,
)
from catalog.services.loads import apply_load, cancel_load, load_rows, upload_load
from catalog.services.merging import merge_effect, merge_entry
from catalog.services.requests import (
    request_brand,
    request_displacement,
    request_link,
    request_model,
    request_producer,
)

__all__ = [
    "apply_load",
    "approve_entries",
    "approve_entry",
    "cancel_load",
    "disable_entry",
    "load_rows",
    "merge_effect",
    "merge_entry",
    "reject_entry",
    "rename_entry",
    "request_brand",
    "request_displacement",
    "request_link",
    "request_model",
    "request_producer",
    "upload_load",
]
