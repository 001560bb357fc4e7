"""Findings of the numbered rules; numbers, severities and messages come from rules.csv."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from autoflow.common.codes import read_table

REQUIRED = "REQUIRED"
INVALID = "INVALID"
ASKING = {"image": "上传", "bool": "选择", "code": "选择", "codes": "选择", "fk": "选择"}  # by kind of field
PARTIES = ("买方", "卖方")


class Severity(StrEnum):
    """A finding stops, asks for an explanation, asks for a tick, waits for an authority, or only tells."""

    ERROR = "error"
    WARN = "warn"
    WARN_CONFIRM = "warn-confirm"
    ERROR_ESCALATE = "error-escalate"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that one field does not keep; `rule` is its number in rules.csv, REQUIRED or INVALID; `href`
    leads to the field where the page shows it.
    """

    rule: str
    field: str
    message: str
    severity: Severity = Severity.ERROR
    href: str = ""

    @property
    def stops(self) -> bool:
        return self.severity in (Severity.ERROR, Severity.ERROR_ESCALATE)

    @property
    def asks(self) -> bool:
        """It may pass once the user has explained or ticked it."""
        return self.severity in (Severity.WARN, Severity.WARN_CONFIRM)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of rules.csv; two severities mean that the check decides."""

    number: str
    form: str
    fields: str
    severities: tuple[Severity, ...]
    condition: str
    message: str
    basis: str


@cache
def rules() -> Mapping[str, Rule]:
    return MappingProxyType(
        {
            row["rule_id"]: Rule(
                number=row["rule_id"],
                form=row["form"],
                fields=row["fields"],
                severities=tuple(map(Severity, row["severity"].split("/"))),
                condition=row["condition"],
                message=row["message_zh"],
                basis=row["basis"],
            )
            for row in read_table("rules")
        }
    )


def finding(rule: str, field: str, /, *, severity: Severity | None = None, **values) -> Finding:
    """A finding with the message of the table; an unknown rule, severity or value is a programming error."""
    found = rules()[rule]
    if severity is None:
        (severity,) = found.severities
    elif severity not in found.severities:
        raise ValueError(f"{rule} is not {severity}")
    return Finding(rule, field, found.message.format_map(values), severity)


def required(field: str, label: str, kind: str = "text") -> Finding:
    return Finding(REQUIRED, field, f"请{ASKING.get(kind, '填写')}“{label}”。")


def invalid(field: str, message: str, severity: Severity = Severity.ERROR) -> Finding:
    """A value that breaks the shape of its field (length, range, type) where no numbered rule says so."""
    return Finding(INVALID, field, message, severity)


def import_message(row: int, column: str, found: Finding) -> str:
    """A finding as an import reports it: `第12行“买方证件号码”：身份证号码校验不通过。[T-011]`."""
    number = "" if found.rule in (REQUIRED, INVALID) else f"[{found.rule}]"
    if found.message.startswith(f"第{row}行"):
        return found.message + number
    message = found.message
    for party in PARTIES:
        if column.startswith(party):
            message = message.removeprefix(party)
    return f"第{row}行“{column}”：{message}{number}"
