"""Why filings are returned: the common reasons, each with the fields it is usually said of."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from autoflow.common.codes import read_table

ANY_FIELD = "*"
OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason in words, what the enterprise should do about it, and where it fits."""

    code: str
    name: str
    advice: str
    fields: tuple[str, ...]

    def fits(self, field):
        return ANY_FIELD in self.fields or field in self.fields


@cache
def return_reasons() -> Mapping[str, Reason]:
    """The table of reasons, in its order."""
    return MappingProxyType(
        {
            row["code"]: Reason(
                row["code"], row["name_zh"], row["advice_zh"], tuple(row["fields"].split(";"))
            )
            for row in read_table("return_reasons")
        }
    )


@cache
def reasons_for(field: str) -> tuple[Reason, ...]:
    """What may be said of a field, the likeliest first."""
    return tuple(reason for reason in return_reasons().values() if reason.fits(field))


def words_of(reason_code: str, note: str) -> str:
    """A reason and its note as one text: 影像不清晰（右下角）; of «其他» only the note is said."""
    if reason_code == OTHER:
        return note
    name = return_reasons()[reason_code].name if reason_code in return_reasons() else reason_code
    return f"{name}（{note}）" if note else name
