"""The rows of one workbook checked against each other and against what is reported already."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from autoflow.common.checks import Finding, Severity, finding, import_message, invalid
from autoflow.common.workbooks import WorkbookRefused
from filing.enums import FilingStatus
from filing.models import Enterprise
from usedcar.import_rows import TEMPLATE_VERSION, check_row, columns, header_key, match_header
from usedcar.staging import party_key, reported_invoices
from usedcar.template_workbook import HEADER_ROWS, REASONS

UNCONFIRMED_MARKET = "交易市场在本系统没有确认通过的备案，请核对统一社会信用代码。"
NAMED_VALUE = re.compile(r"的值“.*”")
LONG_NUMBER = re.compile(r"\d{5}")
MESSAGE_LENGTH = 300


@dataclass
class Checked:
    """One row after all checks; `is_known` means this enterprise reported the invoice already."""

    number: int
    cells: Sequence[object]
    values: dict[str, object]
    findings: list[Finding]
    is_known: bool = False

    @property
    def is_bad(self) -> bool:
        return any(found.stops for found in self.findings)

    @property
    def has_warning(self) -> bool:
        return any(found.asks for found in self.findings)

    @property
    def faults(self) -> list[tuple[int, str, str, str, str]]:
        """What is stored and shown: Excel row, column, rule, severity, message; never a personal value."""
        return [
            (self.number, column, found.rule, found.severity.value, message_of(self.number, column, found))
            for found in self.findings
            if found.severity != Severity.INFO
            for column in [label_of(found.field)]
        ]


def label_of(name: str) -> str:
    return columns()[name].label if name in columns() else ""


def message_of(number: int, column: str, found: Finding) -> str:
    """The sentence for the user, without a value that may have slipped in from a column of persons."""
    message = import_message(number, column, found)
    if found.rule == "I-005" and (
        found.field.startswith(("seller_", "buyer_")) or LONG_NUMBER.search(found.message)
    ):
        message = NAMED_VALUE.sub("的值", message)
    return message[:MESSAGE_LENGTH]


def read_header(rows: Iterator[tuple[int, list]]) -> list[str | None]:
    """The identifiers of the columns from one of the first rows; any doubt refuses the file."""
    for number, cells in rows:
        if number > HEADER_ROWS:
            break
        names, problems = match_header("" if header_key(cell) == REASONS else cell for cell in cells)
        if any(names):
            if problems:
                raise WorkbookRefused(f"{template_differs()}{''.join(problems)}", "I-002")
            return names
    raise WorkbookRefused(f"{template_differs()}第 2 行应为模板的列名。", "I-002")


def template_differs() -> str:
    return finding("I-002", "header", v=TEMPLATE_VERSION).message


@dataclass
class WorkbookChecks:
    """Checks chunk after chunk of one workbook, remembering what came before."""

    enterprise: Enterprise
    names: Sequence[str | None]
    today: date
    invoices: dict[tuple, int] = field(default_factory=dict)
    deals: dict[tuple, int] = field(default_factory=dict)
    markets: dict[str, bool] = field(default_factory=dict)
    counts: Counter = field(default_factory=Counter)

    def check(self, rows: Iterable[tuple[int, list]]) -> list[Checked]:
        found = [
            Checked(number, cells, *check_row(cells, self.names, number, self.today, self.enterprise.uscc))
            for number, cells in rows
        ]
        reported = reported_invoices({row.values["invoice_number"] for row in found} - {""})
        self.learn_markets({row.values["market_uscc"] for row in found} - {"", *self.markets})
        for row in found:
            self.check_market(row)
            self.check_reported(row, reported)
            self.check_duplicate(row)
            self.count(row)
        return found

    def learn_markets(self, usccs: set[str]) -> None:
        confirmed = Enterprise.objects.filter(
            uscc__in=usccs, status=FilingStatus.CONFIRMED, types__contains=["B1"]
        )
        self.markets |= dict.fromkeys(usccs, False)
        if usccs:
            self.markets |= dict.fromkeys(confirmed.values_list("uscc", flat=True), True)

    def check_market(self, row: Checked) -> None:
        uscc = row.values["market_uscc"]
        if uscc and not self.markets[uscc]:
            row.findings.append(invalid("market_uscc", UNCONFIRMED_MARKET, Severity.WARN))

    def check_reported(self, row: Checked, reported: dict) -> None:
        """T-051: one's own invoice is passed over, another's is an error that names only the day."""
        key = (row.values["invoice_code"], row.values["invoice_number"])
        if key in reported:
            owner, moment = reported[key]
            row.is_known = owner == self.enterprise.pk
            if not row.is_known:
                day = f"{timezone.localtime(moment):%Y-%m-%d}"
                row.findings.append(finding("T-051", "invoice_number", date=day))

    def check_duplicate(self, row: Checked) -> None:
        """I-007: the same invoice, or the same vehicle, day and buyer; only right rows stand for an
        original.
        """
        if row.is_bad:
            return
        values = row.values
        buyer = values["buyer_uscc"] or party_key(values, "buyer")
        for seen, key in (
            (self.invoices, (values["invoice_code"], values["invoice_number"])),
            (self.deals, (values["vin"], values["traded_on"], buyer)),
        ):
            if key in seen:
                row.findings.append(finding("I-007", "invoice_number", row=row.number, other=seen[key]))
                return
        self.invoices[values["invoice_code"], values["invoice_number"]] = row.number
        self.deals[values["vin"], values["traded_on"], buyer] = row.number

    def count(self, row: Checked) -> None:
        self.counts["total_count"] += 1
        self.counts["checked_count"] += 1
        self.counts["bad_count" if row.is_bad else "good_count"] += 1
        if not row.is_bad and row.is_known:
            self.counts["known_count"] += 1
        elif not row.is_bad and row.has_warning:
            self.counts["warned_count"] += 1
