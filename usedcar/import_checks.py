"""The rows of one workbook checked against each other and against what is reported already."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl
from django.utils import timezone

from autoflow.common.checks import Finding, Severity, finding, import_message, invalid
from autoflow.common.sheet_slices import SheetSlice
from autoflow.common.workbooks import WorkbookRefused
from filing.enums import FilingStatus
from filing.models import Enterprise
from usedcar.history import DEAL_FIELDS, History, to_deal
from usedcar.import_clean import clean_rows
from usedcar.import_columns import frame_of, read_columns
from usedcar.import_rows import (
    TEMPLATE_VERSION,
    Header,
    check_row,
    columns,
    header_key,
    match_header,
    required_columns,
)
from usedcar.staging import reported_invoices, seal
from usedcar.template_workbook import HEADER_ROWS, REASONS, ROW_KEY

UNCONFIRMED_MARKET = "交易市场在本系统没有确认通过的备案，请核对统一社会信用代码。"
NAMED_VALUE = re.compile(r"的值“.*”")
LONG_NUMBER = re.compile(r"\d{5}")
MESSAGE_LENGTH = 300
OWN_HEADERS = {REASONS, ROW_KEY}
Findings = defaultdict[int, list[Finding]]
COMPARED = ("place", "row_no", "invoice_code", "invoice_number", *DEAL_FIELDS)


@dataclass
class CheckedRows:
    """Some rows after all checks: their values, the slice they come from, and what was found by place."""

    frame: pl.DataFrame
    part: SheetSlice
    findings: Findings
    known: set[int]

    @property
    def bad(self) -> list[int]:
        """The places of rows that cannot be imported."""
        return sorted(place for place, found in self.findings.items() if any(one.stops for one in found))

    @property
    def warned(self) -> set[int]:
        return {place for place, found in self.findings.items() if any(one.asks for one in found)}

    @property
    def ready(self) -> pl.DataFrame:
        """Right rows that nobody has reported, and whether each asks for a look."""
        left_out = [*self.bad, *self.known]
        ready = self.frame.filter(~pl.col("place").is_in(left_out)) if left_out else self.frame
        return ready.with_columns(has_warning=pl.col("place").is_in(list(self.warned)))

    def faults(self) -> Iterator[tuple[int, str, str, str, str]]:
        """What is stored and shown: Excel row, column, rule, severity, message; never a personal value."""
        numbers = self.frame["row_no"]
        for place in sorted(self.findings):
            yield from faults_of(numbers[place], self.findings[place])


def faults_of(number: int, findings: Iterable[Finding]) -> Iterator[tuple[int, str, str, str, str]]:
    for found in findings:
        if found.severity != Severity.INFO:
            column = label_of(found.field)
            yield number, column, found.rule, found.severity.value, message_of(number, column, found)


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


def read_header(first: SheetSlice, answers: Mapping[str, str]) -> tuple[Header, int, int | None]:
    """The columns, the row they stand in and the place of the row keys; a repeated column, or a required one
    that no header could mean, refuses the file.
    """
    places = [place for place, number in enumerate(first.numbers) if number <= HEADER_ROWS]
    for place, cells in zip(places, first.rows(places), strict=True):
        keys = [header_key(cell) for cell in cells]
        header = match_header(("" if key in OWN_HEADERS else key for key in keys), answers)
        if any(header.names):
            refuse_header(header)
            key_place = keys.index(ROW_KEY) if ROW_KEY in keys else None
            return header, first.numbers[place], key_place
    raise WorkbookRefused(f"{template_differs()}第 2 行应为模板的列名。", "I-002")


def refuse_header(header: Header) -> None:
    problems = [f"列“{label}”重复。" for label in header.repeated]
    if header.lacks_required and not header.has_questions:
        lacking = [name for name in header.missing if name in required_columns()]
        problems += [f"缺少必填列“{columns()[name].label}”。" for name in lacking]
    if problems:
        raise WorkbookRefused(f"{template_differs()}{''.join(problems)}", "I-002")


def template_differs() -> str:
    return finding("I-002", "header", v=TEMPLATE_VERSION).message


@dataclass
class WorkbookChecks:
    """Checks slice after slice of one workbook, remembering what identifies the right rows before."""

    enterprise: Enterprise
    names: Sequence[str | None]
    today: date
    accepted: pl.DataFrame | None = None
    markets: dict[str, bool] = field(default_factory=dict)
    counts: Counter = field(default_factory=Counter)

    def compared(self, checked: CheckedRows) -> CheckedRows:
        """What other rows and the database say about rows that were read."""
        self.check_markets(checked)
        self.check_reported(checked)
        self.compare(checked)
        self.count(checked)
        return checked

    def read(self, part: SheetSlice) -> CheckedRows:
        """What rows say by themselves: columns find the clean ones, the rest go to the rules one by one.

        Asks neither the database nor earlier slices, so that another thread may do it ahead.
        """
        frame = read_columns(part, self.names).with_row_index("place")
        clean = clean_rows(frame, self.today, self.enterprise.uscc)
        frame, findings = frame.drop("is_read"), defaultdict(list)
        doubtful = frame.filter(~clean)["place"].to_list()
        if doubtful:
            values = []
            for place, cells in zip(doubtful, part.rows(doubtful), strict=True):
                number = part.numbers[place]
                row, found = check_row(cells, self.names, number, self.today, self.enterprise.uscc)
                values.append(row)
                findings[place] = found
            read = frame_of(values).with_columns(place=pl.Series(doubtful, dtype=pl.UInt32))
            frame = pl.concat([frame.filter(clean), read.select(frame.columns)]).sort("place")
        return CheckedRows(frame.with_columns(row_no=part.numbers), part, findings, set())

    def sealed(self, checked: CheckedRows) -> CheckedRows:
        """The same rows with nothing left to read in them of persons."""
        checked.frame = seal(checked.frame)
        return checked

    def check_markets(self, checked: CheckedRows) -> None:
        usccs = set(checked.frame["market_uscc"].unique()) - {""}
        self.learn_markets(usccs - self.markets.keys())
        unknown = [uscc for uscc in usccs if not self.markets[uscc]]
        for place in checked.frame.filter(pl.col("market_uscc").is_in(unknown))["place"]:
            checked.findings[place].append(invalid("market_uscc", UNCONFIRMED_MARKET, Severity.WARN))

    def learn_markets(self, usccs: set[str]) -> None:
        if usccs:
            confirmed = Enterprise.objects.filter(
                uscc__in=usccs, status=FilingStatus.CONFIRMED, types__contains=["B1"]
            )
            self.markets |= dict.fromkeys(usccs, False)
            self.markets |= dict.fromkeys(confirmed.values_list("uscc", flat=True), True)

    def check_reported(self, checked: CheckedRows) -> None:
        """T-051: one's own invoice is passed over, another's is an error that names only the day."""
        reported = reported_invoices(set(checked.frame["invoice_number"].unique()) - {""})
        numbers = [number for _, number in reported]
        met = checked.frame.filter(pl.col("invoice_number").is_in(numbers))
        for place, *invoice in met.select("place", "invoice_code", "invoice_number").iter_rows():
            if tuple(invoice) not in reported:
                continue
            owner, moment = reported[tuple(invoice)]
            if owner == self.enterprise.pk:
                checked.known.add(place)
            else:
                day = f"{timezone.localtime(moment):%Y-%m-%d}"
                checked.findings[place].append(finding("T-051", "invoice_number", date=day))

    def compare(self, checked: CheckedRows) -> None:
        """I-007 and T-060 to T-062: right rows against those before them and against what is reported.

        Only rows that share an invoice or a vehicle with another one, or a seller who sold soon after buying,
        are looked at one by one, in the order of the file. Rows reported already are part of history.
        """
        good = checked.frame.filter(~pl.col("place").is_in(checked.bad)).select(COMPARED)
        before = self.accepted if self.accepted is not None else good.clear()
        rows = pl.concat([before.with_columns(place=pl.lit(None, dtype=pl.UInt32)), good])
        is_known = pl.col("place").is_in(list(checked.known))
        history = History()
        history.learn_vehicles(good.filter(~is_known)["vin"].to_list())
        invoice = pl.struct("invoice_code", "invoice_number").is_duplicated()
        vehicle = pl.col("vin").is_duplicated() | pl.col("vin").is_in(list(history.by_vin))
        is_person, bought_on = pl.col("seller_party_kind") == "PERSON", pl.col("original_purchased_on")
        is_short = is_person & (bought_on.dt.offset_by("1y") >= pl.col("traded_on")).fill_null(value=False)
        sellers = rows.filter(pl.col("place").is_not_null() & ~is_known & is_person & (is_short | vehicle))
        if len(sellers):
            keys = sellers["seller_id_key"].unique().to_list()
            history.learn_sellers(keys, sellers["traded_on"].dt.year().unique().to_list())
            history.learn_releases(self.enterprise.pk)
        else:
            keys = []
        alike = rows.filter(invoice | vehicle | pl.col("seller_id_key").is_in(keys))
        refused = self.compare_alike(alike, checked, history)
        self.accepted = (
            rows.filter(~pl.col("place").is_in(refused).fill_null(value=False)) if refused else rows
        )

    def compare_alike(self, alike: pl.DataFrame, checked: CheckedRows, history: History) -> list[int]:
        """The places of rows that repeat another or that history refuses; what stands becomes history."""
        firsts, refused = {}, []
        for row in alike.iter_rows(named=True):
            place, deal = row["place"], to_deal(*(row[name] for name in DEAL_FIELDS))
            keys = (row["invoice_code"], row["invoice_number"]), (deal.vin, deal.traded_on, deal.buyer)
            if place is not None:
                found = []
                if other := next((firsts[key] for key in keys if key in firsts), None):
                    found = [finding("I-007", "invoice_number", row=row["row_no"], other=other)]
                elif place not in checked.known:
                    found = list(history.findings(deal))
                checked.findings[place] += found
                if any(one.stops for one in found):
                    refused.append(place)
                    continue
            firsts |= dict.fromkeys(keys, row["row_no"])
            history.add(deal)
        return refused

    def count(self, checked: CheckedRows) -> None:
        bad = set(checked.bad)
        self.counts["checked_count"] += len(checked.frame)
        self.counts["bad_count"] += len(bad)
        self.counts["good_count"] += len(checked.frame) - len(bad)
        self.counts["known_count"] += len(checked.known - bad)
        self.counts["warned_count"] += len(checked.warned - bad - checked.known)
