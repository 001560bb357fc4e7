"""The hidden key of a row in an error workbook: which import and Excel row it was, and that we wrote it."""

import re
from collections.abc import Iterable

from autoflow.common.crypto import blind_index
from usedcar.models import ImportBatch

KEY = re.compile(r"(\d{1,18})-(\d{1,7})-([0-9a-f]{12})", re.ASCII)


def key_of(batch_id: int, row_no: int) -> str:
    return f"{batch_id}-{row_no}-{_seal(batch_id, row_no)}"


def read_key(text: str) -> tuple[int, int] | None:
    """The import and the row of a key; None where it is none of ours."""
    found = KEY.fullmatch(text.strip())
    if found is None:
        return None
    batch_id, row_no = int(found[1]), int(found[2])
    return (batch_id, row_no) if found[3] == _seal(batch_id, row_no) else None


def continued_import(batch: ImportBatch, texts: Iterable[str | None]) -> int | None:
    """The earlier import of the same enterprise that most of these keys name."""
    keys = [key for text in texts if text and (key := read_key(text))]
    named = [batch_id for batch_id, _ in keys if batch_id != batch.pk]
    own = ImportBatch.objects.filter(pk__in=set(named), enterprise_id=batch.enterprise_id)
    return max(own.values_list("pk", flat=True), key=named.count, default=None)


def _seal(batch_id, row_no):
    return blind_index("import-row", f"{batch_id}-{row_no}").hex()[:12]
