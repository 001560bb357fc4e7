"""The rules on a trade over columns: which rows certainly keep every one of them.

checks.py alone states the rules and their messages. A row is called clean only where it has nothing to say;
wherever a column leaves a doubt the row is not clean, and goes to it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache, reduce
from operator import add, and_

import polars as pl

from autoflow.common.codes import rows_by_code
from autoflow.common.identifiers import (
    ID_PATTERNS,
    INVOICE_CODE,
    INVOICE_NUMBERS,
    LANDLINE,
    MOBILE,
    PATTERNS,
    VIN,
    VIN_PLACEHOLDERS,
    VIN_VALUES,
    VIN_WEIGHTS,
    YEAR_CODES,
    id_number_faults,
    id_types_for,
    known_division_codes,
    uscc_faults,
)
from usedcar.checks import (
    BATTERY_LETTERS,
    MONTH,
    PARTIES,
    always_required,
    needs_body_choice,
    province_of_plate,
    text_lengths,
)
from usedcar.import_columns import schema

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
COMMON_PLATES = ("ordinary", "nev_small", "nev_large")
C = pl.col


def clean_rows(frame: pl.DataFrame, today: date, reporter_uscc: str) -> pl.Series:
    """The rows that were read and about which check_trade finds nothing."""
    known = frame.with_columns(**told_by_functions(frame, today))
    return reduce(and_, (known.select(rule).to_series() for rule in rules(today, reporter_uscc)))


@lru_cache(maxsize=8)
def rules(today: date, reporter_uscc: str) -> tuple[pl.Expr, ...]:
    """Every rule over columns, some together: polars plans many small expressions faster than a large one."""
    parts = (
        (C("is_read"), *required_filled(), *lengths_kept()),
        *(party_clean(prefix, today) for prefix, _ in PARTIES),
        (*parties_differ(reporter_uscc), *plate_clean(), *vehicle_clean()),
        vin_clean(today),
        (*dates_clean(today), *invoice_clean(), *figures_clean(), *transfer_clean()),
    )
    return tuple(pl.all_horizontal(rule.fill_null(value=False) for rule in part) for part in parts)


def rust(pattern: re.Pattern) -> str:
    """A pattern as fullmatch with ASCII digits reads it."""
    return rf"^(?:{pattern.pattern})$".replace(r"\d", "[0-9]")


def matches(name: str, *patterns: re.Pattern) -> pl.Expr:
    return C(name).str.contains("|".join(map(rust, patterns)))


def is_one_of(column: pl.Expr, values: Iterable[str]) -> pl.Expr:
    return column.is_in(sorted(values))


def looked_up(column: pl.Expr, table: Mapping[str, object], kind=pl.String) -> pl.Expr:
    """What a table of ours says about a code; null where it has no such code."""
    return column.replace_strict(dict(table), default=None, return_dtype=kind)


def attribute(column: str, code_table: str, name: str) -> pl.Expr:
    return looked_up(C(column), {code: row[name] for code, row in rows_by_code(code_table).items()})


def unless(condition: pl.Expr, rule: pl.Expr) -> pl.Expr:
    """The condition is met, or else the rule is kept."""
    return condition.fill_null(value=False) | rule.fill_null(value=False)


def is_empty(name: str) -> pl.Expr:
    return C(name) == "" if schema()[name] == pl.String else C(name).is_null()


def told_by_functions(frame: pl.DataFrame, today: date) -> dict[str, pl.Series]:
    """What the functions of the rules say about each organisation code and each rarer document."""
    told = {}
    for name in ("seller_uscc", "buyer_uscc", "market_uscc"):
        known = {code: not (code and uscc_faults(code)) for code in frame[name].unique()}
        told[f"{name}_ok"] = frame[name].replace_strict(known, return_dtype=pl.Boolean)
    for prefix, _ in PARTIES:
        documents = frame.select(f"{prefix}_id_type", f"{prefix}_id_number")
        rare = documents.filter((pl.first() != "RESIDENT_ID") & (pl.last() != "")).unique()
        bad = [number for kind, number in rare.iter_rows() if id_number_faults(kind, number, today)]
        told[f"{prefix}_document_ok"] = ~documents.to_series(1).is_in(bad)
    return told


def required_filled() -> Iterator[pl.Expr]:
    for name in always_required():
        yield ~is_empty(name)
    yield unless(C("plate_status") != "HAS", ~is_empty("plate_no"))
    yield unless(C("plate_status") != "NONE", ~is_empty("registration_cert_no"))
    choosy = [code for code in rows_by_code("vehicle_types") if needs_body_choice(code)]
    yield unless(~is_one_of(C("vehicle_type"), choosy), ~is_empty("body_category"))
    yield unless(C("invoice_kind") != "PAPER", ~is_empty("invoice_code"))
    yield unless(C("trade_type") != "DEALER", ~is_empty("dealer_direction"))
    bought = (C("trade_type") == "DEALER") & (C("dealer_direction") == "BUY_IN")
    yield unless(~bought | (C("seller_party_kind") != "PERSON"), ~is_empty("reverse_invoice"))
    yield unless(C("transfer_type") == "SAME_CITY", ~is_empty("transfer_to_division"))


def lengths_kept() -> Iterator[pl.Expr]:
    for name, (shortest, longest) in text_lengths().items():
        yield is_empty(name) | C(name).str.len_chars().is_between(shortest, longest)


def party_clean(prefix: str, today: date) -> Iterator[pl.Expr]:
    """T-001, T-002, T-010 to T-019 and F-009."""
    kind, nationality = C(f"{prefix}_party_kind"), C(f"{prefix}_nationality")
    id_type, number = C(f"{prefix}_id_type"), f"{prefix}_id_number"
    name, is_firm, is_person = C(f"{prefix}_name"), kind == "ORG", kind == "PERSON"
    yield name.str.len_chars() >= 2
    yield unless(is_firm, ~name.str.contains(r"\p{N}"))
    yield unless(is_person, ~is_empty(f"{prefix}_uscc") & C(f"{prefix}_uscc_ok"))
    yield unless(is_person, is_empty(number))
    yield unless(is_firm, is_empty(f"{prefix}_uscc"))
    yield unless(is_firm, ~is_empty(number) & C(f"{prefix}_document_ok"))
    fits = [is_one_of(id_type, id_types_for("CN")), is_one_of(id_type, id_types_for("US"))]
    yield unless(is_firm, pl.when(nationality == "CN").then(fits[0]).otherwise((nationality != "") & fits[1]))
    yield unless(is_firm | (id_type != "RESIDENT_ID"), ~is_empty(f"{prefix}_ethnic_group"))
    yield unless(is_firm | (id_type != "RESIDENT_ID"), resident_id_clean(number, today))
    yield is_empty(f"{prefix}_phone") | matches(f"{prefix}_phone", MOBILE, LANDLINE)


def resident_id_clean(name: str, today: date) -> pl.Expr:
    """T-010 to T-014: shape, check digit, birth date and division."""
    number = C(name)
    check = number.str.slice(17).replace("X", "10").cast(pl.Int64, strict=False)
    born = number.str.slice(6, 8)
    return (
        matches(name, ID_PATTERNS["RESIDENT_ID"])
        & ((weighted_sum(number.str.slice(0, 17), ID_WEIGHTS) + check) % 11 == 1)
        & born.str.to_date("%Y%m%d", strict=False).is_between(date(1900, 1, 1), today)
        & is_one_of(number.str.slice(0, 6), known_division_codes())
    )


def vin_sum(vin: pl.Expr) -> pl.Expr:
    """The check sum of a VIN, each character by its value; null where a character has none."""
    places = ((place, weight) for place, weight in enumerate(VIN_WEIGHTS) if weight)
    shares = (
        looked_up(vin.str.slice(place, 1), {char: n * weight for char, n in VIN_VALUES.items()}, pl.Int64)
        for place, weight in places
    )
    return reduce(add, shares)


def weighted_sum(digits: pl.Expr, weights: tuple[int, ...]) -> pl.Expr:
    """The sum of the digits of a text, each times its weight; null where it is no row of digits."""
    number, last = digits.cast(pl.Int64, strict=False), len(weights) - 1
    shares = (number // 10 ** (last - place) % 10 * weight for place, weight in enumerate(weights) if weight)
    return reduce(add, shares)


def parties_differ(reporter_uscc: str) -> Iterator[pl.Expr]:
    """T-003, T-004 and the code of the market."""
    same_firm = (C("buyer_uscc") != "") & (C("buyer_uscc") == C("seller_uscc"))
    same_person = (C("buyer_id_number") != "") & (
        C("buyer_id_number").str.slice(0, 9) == C("seller_id_number").str.slice(0, 9)
    )
    yield ~same_firm
    yield unless(
        C("buyer_id_type") == "HM_PERMIT",
        (C("buyer_id_number") == "") | (C("buyer_id_number") != C("seller_id_number")),
    )
    yield unless(C("buyer_id_type") != "HM_PERMIT", ~same_person)
    for direction, own in (("BUY_IN", "buyer"), ("SELL_OUT", "seller")):
        is_own = (C(f"{own}_party_kind") == "ORG") & (C(f"{own}_uscc") == reporter_uscc)
        yield unless((C("trade_type") != "DEALER") | (C("dealer_direction") != direction), is_own)
    yield C("market_uscc_ok")


def plate_clean() -> Iterator[pl.Expr]:
    """T-020 to T-024: the three common kinds of plate that fit their type and the drive, or none at all."""
    plate, fuel = C("plate_no"), attribute("fuel_type", "fuel_types", "energy_group")
    shape = pl.when(plate == "").then(pl.lit("none"))
    for key in COMMON_PLATES:
        shape = shape.when(matches("plate_no", PATTERNS[key])).then(pl.lit(key))
    shape = shape.otherwise(None)
    letter = pl.when(shape == "nev_small").then(plate.str.slice(2, 1)).otherwise(plate.str.slice(-1))
    yield attribute("plate_type", "plate_types", "pattern_key") == shape
    yield unless(shape != "ordinary", plate.str.slice(2).str.count_matches("[A-Z]") <= 2)
    yield unless(
        ~is_one_of(shape, ("nev_small", "nev_large")),
        (fuel != "ICE") & (~is_one_of(letter, BATTERY_LETTERS) | (fuel == "BEV")),
    )


def vehicle_clean() -> Iterator[pl.Expr]:
    """T-025 and the figures of the vehicle."""
    yield attribute("vehicle_type", "vehicle_types", "in_scope") != "0"
    yield unless(C("displacement").is_null(), C("displacement").is_between(0, 20))
    yield is_empty("registration_cert_no") | C("registration_cert_no").str.contains("^[0-9]{12}$")


def vin_clean(today: date) -> Iterator[pl.Expr]:
    """T-030 to T-036 and T-042: a VIN with its check digit, wherever it was made."""
    vin, registered_on = C("vin"), C("first_registered_on")
    latest = registered_on.dt.year().fill_null(today.year).cast(pl.Int64)
    year = 1980 + looked_up(vin.str.slice(9, 1), {code: n for n, code in enumerate(YEAR_CODES)}, pl.Int64)
    model_year = year + pl.max_horizontal(pl.lit(0), latest + 1 - year) // 30 * 30
    check = vin.str.slice(8, 1).replace("X", "10").cast(pl.Int64, strict=False)
    first = vin.str.slice(0, 1)
    yield matches("vin", VIN)
    yield vin.str.slice(0, 16) != vin.str.slice(1, 16)
    yield ~is_one_of(vin, VIN_PLACEHOLDERS)
    yield vin_sum(vin) % 11 == check
    yield vin.str.slice(13).str.contains("^[0-9]{4}$")
    yield unless(C("origin") != "DOMESTIC", is_one_of(first, "LH"))
    yield unless(C("origin") != "IMPORTED", first != "L")
    yield (latest - model_year).is_between(-1, 5)


def dates_clean(today: date) -> Iterator[pl.Expr]:
    """T-040 and T-041."""
    registered_on, traded_on, invoice_date = C("first_registered_on"), C("traded_on"), C("invoice_date")
    purchased_on = C("original_purchased_on")
    day = traded_on.dt.year() * 10_000 + traded_on.dt.month().cast(pl.Int32) * 100 + traded_on.dt.day()
    yield registered_on.is_between(date(1970, 1, 1), traded_on)
    yield unless(purchased_on.is_null(), purchased_on <= traded_on)
    yield unless(purchased_on.is_null(), (purchased_on - registered_on).dt.total_days() <= 366)
    yield traded_on <= today
    yield invoice_date <= today
    yield (invoice_date - traded_on).is_between(-MONTH, MONTH)
    yield day >= (today.year - 2) * 10_000 + today.month * 100 + today.day


def invoice_clean() -> Iterator[pl.Expr]:
    """T-050 and the length of the number."""
    code, is_paper = C("invoice_code"), C("invoice_kind") == "PAPER"
    is_usual = code.str.starts_with("0") & code.str.ends_with("17")
    yield unless(~is_paper, matches("invoice_code", INVOICE_CODE) & is_usual)
    yield unless(is_paper, code == "")
    yield unless(~is_paper, matches("invoice_number", INVOICE_NUMBERS["PAPER"]))
    yield unless(is_paper, matches("invoice_number", INVOICE_NUMBERS["DIGITAL"]))


def figures_clean() -> Iterator[pl.Expr]:
    """T-052 and T-054."""
    price, original, mileage = C("price"), C("original_price"), C("mileage_km")
    years = (C("traded_on") - C("first_registered_on")).dt.total_days() / 365.25
    yield price.is_between(1000, 3_000_000)
    yield unless(original.is_null(), (original >= price * 0.2 + 0.01) & original.is_between(0.01, 50_000_000))
    yield unless(mileage.is_null(), mileage.is_between(0, 2_000_000))
    yield unless(mileage.is_null(), (mileage >= 100) | (years <= 1))
    yield unless(mileage.is_null(), mileage <= 60_000 * pl.max_horizontal(years, pl.lit(1.0)))


def transfer_clean() -> Iterator[pl.Expr]:
    """T-053."""
    here = looked_up(C("plate_no").str.slice(0, 1), province_of_plate())
    there, is_cross = C("transfer_to_division").str.slice(0, 2), C("transfer_type") == "CROSS_PROVINCE"
    yield unless(here.is_null() | (there == ""), (here == there) != is_cross)
