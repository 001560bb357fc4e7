"""One row of the import workbook: from cells as they were read to normalised values with findings."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from types import MappingProxyType

from rapidfuzz import fuzz

from autoflow.common.checks import REQUIRED, Finding, finding, invalid
from autoflow.common.codes import code_of, division_code_of, field_spec, read_table
from autoflow.common.identifiers import normalise_phone
from autoflow.common.text import TextRefused, normalise, normalise_number, reject_controls
from autoflow.common.workbooks import CellFault
from usedcar.checks import check_trade, empty_row

TEMPLATE_VERSION = "2026.1"
HEADER_LENGTH = 30
ALIKE = 60
NUMBERS = ("uscc", "id_number", "plate_no", "vin", "registration_cert_no", "invoice_code", "invoice_number")
SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
PLAIN_FIGURE = re.compile(r"-?\d{1,15}(\.\d{1,10})?", re.ASCII)
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
PARTY_LISTS = {"party_kind": "party_kind", "nationality": "countries", "ethnic_group": "ethnic_groups"}
LISTS = {
    "id_type": "id_document_types",
    "plate_type": "plate_types",
    "vehicle_type": "vehicle_types",
    "body_category": "report_vehicle_category",
    "use_nature": "use_natures",
    "fuel_type": "fuel_types",
    **PARTY_LISTS,
}


class CellProblem(ValueError):
    """A cell that cannot be read; carries an I-rule number, or a message where no rule names the fault."""

    def __init__(self, rule: str = "", message: str = "", **values):
        super().__init__(rule or message)
        self.rule, self.message, self.values = rule, message, values


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the template and how its cells are read."""

    identifier: str
    label: str
    read: Callable[[object], object]


@cache
def columns() -> Mapping[str, Column]:
    return {
        row["identifier"]: Column(row["identifier"], row["header_zh"].lstrip("*"), reader_of(row))
        for row in read_table("import_template_columns")
    }


def reader_of(row: Mapping[str, str]) -> Callable[[object], object]:
    """The way to read a column, from its format and name in the template."""
    name = row["identifier"]
    bare = re.sub(r"^(seller|buyer|market)_", "", name)
    match row["cell_format"]:
        case "date":
            return read_date
        case "int":
            return partial(read_figure, decimals=0)
        case "list" if name == "reverse_invoice":
            return read_yes_no
        case "list":
            return partial(read_code, list_name=LISTS.get(bare, bare))
        case "text" if bare in NUMBERS:
            return read_number
        case "text":
            return {"phone": read_phone, "transfer_to_division": read_division}.get(bare, read_text)
    form = "TX_VEHICLE" if name == "displacement" else "TX_DEAL"
    return partial(read_figure, decimals=field_spec(form, name).decimals)


def read_text(value: object) -> str:
    """Free text; a number in such a cell is what the person sees in it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        return normalise(reject_controls(str(value)))
    except TextRefused as error:
        raise CellProblem(message=str(error)) from error


def read_number(value: object) -> str:
    """A number of a document: never a figure, for a figure has lost digits or leading zeros."""
    if not isinstance(value, str) or SCIENTIFIC.fullmatch(value.strip()):
        raise CellProblem("I-003")
    return normalise_number(read_text(value))


def read_phone(value: object) -> str:
    return normalise_phone(read_text(value))


def read_code(value: object, list_name: str) -> str:
    found = code_of(list_name, str(value)) or code_of(list_name, text := read_text(value))
    if found is None:
        raise CellProblem("I-005", value=text[:20])
    return found


def read_yes_no(value: object) -> bool:
    return value if isinstance(value, bool) else read_code(value, "yes_no") == "1"


def read_division(value: object) -> str:
    text = read_text(value)
    found = division_code_of(text)
    if found is None:
        raise CellProblem("I-005", value=text[:20])
    return found


def read_date(value: object) -> date:
    """Only real dates and `YYYY-MM-DD`: anything else could mean two days."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and ISO_DATE.fullmatch(text := read_text(value)):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise CellProblem("I-006") from error
    raise CellProblem("I-006")


def read_figure(value: object, decimals: int) -> Decimal | int:
    """A figure with at most so many decimals; signs of thousands and units are refused, not guessed."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise CellProblem(message="请填写数字。")
    if isinstance(value, float):
        figure = from_float(value, decimals)
    else:
        text = read_text(value)
        if not PLAIN_FIGURE.fullmatch(text):
            raise CellProblem(message="请填写数字，不要带千分位、单位或其他字符。")
        figure = Decimal(text)
    if figure != figure.quantize(Decimal(1).scaleb(-decimals)):
        raise CellProblem(message=f"最多保留{decimals}位小数。" if decimals else "请填写整数。")
    return figure.quantize(Decimal(1).scaleb(-decimals)) if decimals else int(figure)


def from_float(value: float, decimals: int) -> Decimal:
    """The figure a person typed, without the dust that binary fractions leave."""
    if not math.isfinite(value) or abs(value) >= 1e15:
        raise CellProblem(message="数字过大或不正确。")
    rounded = Decimal(repr(round(value, decimals)))
    return rounded if math.isclose(value, rounded, rel_tol=1e-12, abs_tol=1e-9) else Decimal(repr(value))


def parse_row(cells: Sequence[object], names: Sequence[str | None], row_number: int):
    """Values by identifier, and the findings on cells that could not be read (I-003 to I-006)."""
    values, findings, known = dict(empty_row()), [], columns()
    for name, cell in zip(names, cells, strict=False):
        if cell == "" or cell is None or name is None:
            continue
        column = known[name]
        if type(cell) is CellFault:
            findings.append(finding("I-004", name, row=row_number, col=column.label))
            continue
        try:
            values[name] = column.read(cell)
        except CellProblem as problem:
            if not is_blank(cell):
                findings.append(to_finding(problem, column, row_number))
    for party in ("seller", "buyer"):
        if values[f"{party}_party_kind"] == "PERSON" and not values[f"{party}_nationality"]:
            values[f"{party}_nationality"] = "CN"
    return values, findings


def is_blank(cell: object) -> bool:
    return isinstance(cell, str) and not cell.strip()


def to_finding(problem: CellProblem, column: Column, row_number: int) -> Finding:
    if problem.rule:
        return finding(problem.rule, column.identifier, row=row_number, col=column.label, **problem.values)
    return invalid(column.identifier, problem.message)


def check_row(
    cells: Sequence[object], names: Sequence[str | None], row_number: int, today: date, reporter_uscc: str
) -> tuple[dict[str, object], list[Finding]]:
    """A row read and checked; a cell that could not be read is not called missing as well."""
    values, findings = parse_row(cells, names, row_number)
    unread = {found.field for found in findings}
    findings += [
        found
        for found in check_trade(values, today, reporter_uscc)
        if not (found.rule == REQUIRED and found.field in unread)
    ]
    return values, findings


def header_key(cell: object) -> str:
    return re.sub(r"[\s*＊]+", "", normalise(str(cell)))


@cache
def names_by_header() -> Mapping[str, str]:
    return {header_key(column.label): column.identifier for column in columns().values()}


@dataclass
class Header:
    """What the columns of a file are: `names` by place; `unknown` headers with the nearest column that is
    missing, if any is near; columns left out, and those given twice.
    """

    names: list[str | None]
    unknown: dict[str, str]
    missing: list[str]
    repeated: list[str]
    ignored: list[str]

    @property
    def lacks_required(self) -> bool:
        return bool(required_columns() & set(self.missing))

    @property
    def has_questions(self) -> bool:
        """Somebody must say what a header means before rows are read by it."""
        return any(self.unknown.values()) or bool(self.unknown and self.lacks_required)

    @property
    def notes(self) -> list[str]:
        """What the result page tells about columns that are extra or left out."""
        extra = [f"列“{key}”不在模板中，没有导入。" for key in (*self.ignored, *self.unknown)]
        return extra + [f"文件没有列“{columns()[name].label}”，按空白处理。" for name in self.missing]


def match_header(cells: Iterable[object], answers: Mapping[str, str] = MappingProxyType({})) -> Header:
    """The identifier of each column whatever its place; `answers` say what unknown headers mean."""
    known, names, repeated, keys = names_by_header(), [], [], []
    for cell in cells:
        key = header_key(cell)[:HEADER_LENGTH]
        name = known.get(key) or answers.get(key) or None
        if name is None and key:
            keys.append(key)
        elif name is not None and name in names:
            repeated.append(columns()[name].label)
            name = None
        names.append(name)
    missing = [name for name in columns() if name not in names]
    unknown = nearest([key for key in dict.fromkeys(keys) if key not in answers], missing)
    ignored = [key for key in dict.fromkeys(keys) if key in answers]
    return Header(names, unknown, missing, repeated, ignored)


def nearest(keys: Iterable[str], missing: Iterable[str]) -> dict[str, str]:
    """Each unknown header with the missing column that it most resembles, each column once, the most alike
    first.
    """
    labels = {name: header_key(columns()[name].label) for name in missing}
    pairs = ((fuzz.ratio(key, label), key, name) for key in keys for name, label in labels.items())
    found: dict[str, str] = {}
    for likeness, key, name in sorted(pairs, key=lambda pair: -pair[0]):
        if likeness >= ALIKE and key not in found and name not in found.values():
            found[key] = name
    return {key: found.get(key, "") for key in keys}


@cache
def required_columns() -> frozenset[str]:
    return frozenset(
        row["identifier"] for row in read_table("import_template_columns") if row["required"] == "R"
    )
