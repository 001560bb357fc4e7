"""The rules on one used-car trade as pure functions, the same for the form and the import.

A row maps the identifiers of import_template_columns.csv to normalised values: text and codes are "" when
empty, dates, figures and `reverse_invoice` are None; what is left out counts as empty.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from autoflow.common.checks import Finding, Severity, finding, invalid, required
from autoflow.common.codes import code_rows, field_specs, read_table, rows_by_code
from autoflow.common.identifiers import (
    LEGACY_FRAME,
    id_number_faults,
    id_types_for,
    is_invoice_code,
    is_invoice_number,
    is_phone,
    is_usual_invoice_code,
    matching_id_number,
    nev_letter,
    plate_faults,
    plate_pattern,
    uscc_faults,
    vin_faults,
    vin_model_year,
)

Row = Mapping[str, object]
PARTIES = (("seller", "卖方"), ("buyer", "买方"))
MONTH = timedelta(days=31)
FULL_VIN_SINCE = date(1999, 1, 1)
BATTERY_LETTERS = frozenset("DABCE")


@cache
def labels() -> Mapping[str, str]:
    """What each column is called, without the star of the required ones."""
    return {row["identifier"]: row["header_zh"].lstrip("*") for row in read_table("import_template_columns")}


@cache
def always_required() -> tuple[str, ...]:
    return tuple(row["identifier"] for row in read_table("import_template_columns") if row["required"] == "R")


@cache
def text_lengths() -> Mapping[str, tuple[int, int]]:
    """Shortest and longest text of the columns that no numbered rule measures."""
    specs = {**field_specs("TX_VEHICLE"), **field_specs("TX_DEAL")}
    fields = {
        name: specs[name]
        for name in ("maker_model", "registration_cert_no", "engine_no", "transferee_office", "remark")
    }
    party = field_specs("TX_PARTY")
    for prefix, _ in PARTIES:
        fields |= {f"{prefix}_{name}": party[name] for name in ("name", "address")}
    return {name: (spec.min_length or 0, spec.max_length) for name, spec in fields.items()}


@cache
def empty_row() -> Mapping[str, object]:
    """Every column with the value that stands for nothing entered."""
    formats = {row["identifier"]: row["cell_format"] for row in read_table("import_template_columns")}
    empty = {name: "" if kind in ("text", "list") else None for name, kind in formats.items()}
    return MappingProxyType({**empty, "reverse_invoice": None})


def check_trade(row: Row, today: date, reporter_uscc: str) -> Iterator[Finding]:
    """Every finding on one trade that needs no other row; the database answers for the rest."""
    row = {**empty_row(), **{name: value for name, value in row.items() if value is not None}}
    yield from check_required(row)
    yield from check_lengths(row)
    for prefix, party in PARTIES:
        yield from check_party(row, prefix, party, today)
    yield from check_parties(row, reporter_uscc)
    yield from check_plate(row)
    yield from check_vehicle(row)
    yield from check_vin(row, today)
    yield from check_dates(row, today)
    yield from check_invoice(row)
    yield from check_price(row)
    yield from check_transfer(row)
    yield from check_mileage(row)


def check_required(row: Row) -> Iterator[Finding]:
    for name in always_required():
        if row.get(name) in ("", None):
            yield required(name, labels()[name])
    for name in conditionally_required(row):
        if row.get(name) in ("", None):
            yield required(name, labels()[name])


def conditionally_required(row: Row) -> Iterator[str]:
    """Columns that other values of the row call for."""
    for prefix, _ in PARTIES:
        if row[f"{prefix}_party_kind"] == "ORG":
            yield f"{prefix}_uscc"
        elif row[f"{prefix}_party_kind"] == "PERSON":
            yield from (f"{prefix}_nationality", f"{prefix}_id_type", f"{prefix}_id_number")
    if row["plate_status"] == "HAS":
        yield "plate_no"
    elif row["plate_status"] == "NONE":
        yield "registration_cert_no"
    if needs_body_choice(row["vehicle_type"]):
        yield "body_category"
    if row["invoice_kind"] == "PAPER":
        yield "invoice_code"
    if row["trade_type"] == "DEALER":
        yield "dealer_direction"
        if row["dealer_direction"] == "BUY_IN" and row["seller_party_kind"] == "PERSON":
            yield "reverse_invoice"
    if row["transfer_type"] in ("SAME_PROVINCE", "CROSS_PROVINCE"):
        yield "transfer_to_division"


def needs_body_choice(vehicle_type: str) -> bool:
    found = rows_by_code("vehicle_types").get(vehicle_type)
    return found is not None and found["needs_body_choice"] == "1"


def check_lengths(row: Row) -> Iterator[Finding]:
    for name, (shortest, longest) in text_lengths().items():
        text = row.get(name)
        if text and not shortest <= len(text) <= longest:
            limits = f"须为{shortest}–{longest}个字" if shortest else f"不能超过{longest}个字"
            yield invalid(name, f"“{labels()[name]}”{limits}，当前{len(text)}个字。")


def check_party(row: Row, prefix: str, party: str, today: date) -> Iterator[Finding]:
    """T-001 and the numbers of the seller or the buyer."""
    kind, name = row[f"{prefix}_party_kind"], row[f"{prefix}_name"]
    if name and (len(name) < 2 or (kind == "PERSON" and any(map(str.isdigit, name)))):
        yield finding("T-001", f"{prefix}_name", party=party)
    yield from check_unused_numbers(row, prefix, kind)
    if kind == "ORG":
        yield from check_uscc(row[f"{prefix}_uscc"], f"{prefix}_uscc", party)
    elif kind == "PERSON":
        yield from check_person(row, prefix, party, today)
    if row.get(f"{prefix}_phone") and not is_phone(row[f"{prefix}_phone"]):
        yield finding("F-009", f"{prefix}_phone")


def check_unused_numbers(row: Row, prefix: str, kind: str) -> Iterator[Finding]:
    """A number the kind of party does not have is kept as typed, as far as there is room for it."""
    for name, owner, longest in (("uscc", "ORG", 18), ("id_number", "PERSON", 40)):
        number = row[f"{prefix}_{name}"]
        if kind != owner and len(number) > longest:
            label = labels()[f"{prefix}_{name}"]
            yield invalid(f"{prefix}_{name}", f"“{label}”不能超过{longest}个字，当前{len(number)}个字。")


def check_uscc(uscc: str, field: str, party: str) -> Iterator[Finding]:
    for fault in uscc_faults(uscc) if uscc else ():
        yield finding("F-005W", field) if fault == "F-005W" else finding("T-002", field, party=party)


def check_person(row: Row, prefix: str, party: str, today: date) -> Iterator[Finding]:
    """T-010 to T-019: the document fits the nationality, its number is possible."""
    nationality, id_type, number = (
        row[f"{prefix}_{name}"] for name in ("nationality", "id_type", "id_number")
    )
    if nationality and id_type and id_type not in id_types_for(nationality):
        yield finding("T-019", f"{prefix}_id_type")
    if nationality == "CN" and id_type == "RESIDENT_ID" and not row[f"{prefix}_ethnic_group"]:
        yield finding("T-019", f"{prefix}_ethnic_group")
    for fault in id_number_faults(id_type, number, today) if number else ():
        field = f"{prefix}_id_number"
        if fault == "INVALID":
            yield invalid(field, f"{party}证件号码与证件类型的格式不符，请核对。")
        else:
            yield finding(fault, field, party=party)


def check_parties(row: Row, reporter_uscc: str) -> Iterator[Finding]:
    """T-003 seller and buyer differ, T-004 a dealer buys or sells itself."""
    if is_same_party(row):
        yield finding("T-003", "buyer_uscc" if row["buyer_party_kind"] == "ORG" else "buyer_id_number")
    if row["trade_type"] == "DEALER":
        own_side = {"BUY_IN": "buyer", "SELL_OUT": "seller"}.get(row["dealer_direction"])
        if own_side and (row[f"{own_side}_party_kind"] != "ORG" or row[f"{own_side}_uscc"] != reporter_uscc):
            yield finding("T-004", f"{own_side}_uscc")
    yield from check_uscc(row["market_uscc"], "market_uscc", "交易市场")


def is_same_party(row: Row) -> bool:
    """Same code, or same document; a renewal count at the end of a number does not make another person."""
    if row["seller_party_kind"] != row["buyer_party_kind"]:
        return False
    if row["buyer_party_kind"] == "ORG":
        return bool(row["buyer_uscc"]) and row["buyer_uscc"] == row["seller_uscc"]
    if not row["buyer_id_number"]:
        return False
    seller, buyer = (
        (row[f"{prefix}_id_type"], matching_id_number(row[f"{prefix}_id_type"], row[f"{prefix}_id_number"]))
        for prefix, _ in PARTIES
    )
    return seller == buyer


def check_plate(row: Row) -> Iterator[Finding]:
    """T-020 to T-024."""
    plate = row["plate_no"]
    pattern = plate_pattern(plate) if plate else "none"
    for fault in plate_faults(plate) if plate else ():
        yield finding(fault, "plate_no")
    if pattern is None:
        return
    plate_type = rows_by_code("plate_types").get(row["plate_type"])
    if plate_type and plate_type["pattern_key"] != pattern and (plate or row["plate_status"] == "NONE"):
        yield finding("T-022", "plate_type")
    if (letter := nev_letter(plate, pattern)) and is_other_energy(letter, row["fuel_type"]):
        yield finding("T-023", "fuel_type")


def is_other_energy(letter: str, fuel_type: str) -> bool:
    """A new-energy plate on a fuel vehicle, or a battery letter on another kind of drive."""
    fuel = rows_by_code("fuel_types").get(fuel_type)
    if fuel is None:
        return False
    return fuel["energy_group"] == "ICE" or (letter in BATTERY_LETTERS and fuel["energy_group"] != "BEV")


def check_vehicle(row: Row) -> Iterator[Finding]:
    """T-025, T-035 and the figures of the vehicle that no numbered rule names."""
    vehicle_type = rows_by_code("vehicle_types").get(row["vehicle_type"])
    if vehicle_type and vehicle_type["in_scope"] == "0":
        yield finding("T-025", "vehicle_type")
    if row.get("displacement") is not None and not 0 <= row["displacement"] <= 20:
        yield invalid("displacement", "排量单位为升，须在0.0–20.0之间。")
    number = row.get("registration_cert_no")
    if number and not (len(number) == 12 and number.isdigit()):
        yield invalid("registration_cert_no", "登记证书编号一般为12位数字，请核对。", Severity.WARN)


def check_vin(row: Row, today: date) -> Iterator[Finding]:
    """T-030 to T-037 and T-042."""
    vin, registered_on = row["vin"], row["first_registered_on"]
    if not vin:
        return
    if row.get("is_legacy_frame_no") and len(vin) != 17:
        yield from check_legacy_frame(vin, registered_on)
        return
    latest_year = (registered_on or today).year
    faults = vin_faults(vin, latest_year)
    for fault in faults:
        yield finding(fault, "vin", n=len(vin))
    if faults and faults[0] in ("T-030", "T-031", "T-036"):
        return
    if contradicts_origin(vin, row["origin"]):
        yield finding("T-035", "vin")
    model_year = vin_model_year(vin, latest_year)
    if registered_on and model_year and not -1 <= registered_on.year - model_year <= 5:
        yield finding("T-042", "first_registered_on")


def contradicts_origin(vin: str, origin: str) -> bool:
    """Vehicles made in China start with L or H, imported ones never with L."""
    return vin[0] not in "LH" if origin == "DOMESTIC" else origin == "IMPORTED" and vin[0] == "L"


def check_legacy_frame(number: str, registered_on: date | None) -> Iterator[Finding]:
    """A frame number from before vehicles had 17 characters."""
    if not LEGACY_FRAME.fullmatch(number):
        yield finding("T-030", "vin", n=len(number))
    if registered_on and registered_on >= FULL_VIN_SINCE:
        yield finding("T-037", "vin")


def check_dates(row: Row, today: date) -> Iterator[Finding]:
    """T-040 the order of registration, purchase and trade."""
    registered_on, traded_on, purchased_on = (
        row.get(name) for name in ("first_registered_on", "traded_on", "original_purchased_on")
    )
    if registered_on and (registered_on < date(1970, 1, 1) or (traded_on and registered_on > traded_on)):
        yield finding("T-040", "first_registered_on")
    if purchased_on and traded_on and purchased_on > traded_on:
        yield invalid("original_purchased_on", "初始购买时间不能晚于交易日期。")
    elif purchased_on and registered_on and (purchased_on - registered_on).days > 366:
        yield invalid(
            "original_purchased_on", "初始购买时间晚于初次登记日期一年以上，请核对。", Severity.WARN
        )
    yield from check_invoice_dates(row, today)


def check_invoice_dates(row: Row, today: date) -> Iterator[Finding]:
    """T-041: not in the future, invoice and trade within 31 days, not older than 24 months."""
    traded_on, invoice_date = row["traded_on"], row["invoice_date"]
    for field, day in (("traded_on", traded_on), ("invoice_date", invoice_date)):
        if day and day > today:
            yield finding("T-041", field, severity=Severity.ERROR)
            return
    if traded_on and invoice_date and invoice_date < traded_on - MONTH:
        yield finding("T-041", "invoice_date", severity=Severity.ERROR)
    elif traded_on and invoice_date and invoice_date > traded_on + MONTH:
        yield finding("T-041", "invoice_date", severity=Severity.WARN)
    elif traded_on and is_older(traded_on, today, years=2):
        yield finding("T-041", "traded_on", severity=Severity.WARN)


def is_older(day: date, today: date, *, years: int) -> bool:
    return (today.year - day.year, today.month, today.day) > (years, day.month, day.day)


def check_invoice(row: Row) -> Iterator[Finding]:
    """T-050 and the length of the number, which depends on the kind of invoice."""
    kind, code, number = row["invoice_kind"], row["invoice_code"], row["invoice_number"]
    if kind == "DIGITAL" and code:
        yield invalid("invoice_code", "数电票没有发票代码，请留空。")
    elif kind == "PAPER" and code and not is_invoice_code(code):
        yield finding("T-050", "invoice_code", severity=Severity.ERROR)
    elif kind == "PAPER" and code and not is_usual_invoice_code(code):
        yield finding("T-050", "invoice_code", severity=Severity.WARN)
    if kind and number and not is_invoice_number(kind, number):
        digits = {"PAPER": "纸质发票号码为8位数字", "DIGITAL": "数电票号码为20位数字"}[kind]
        yield invalid("invoice_number", f"{digits}，当前{len(number)}位，请核对。")


def check_price(row: Row) -> Iterator[Finding]:
    """T-052: yuan, not ten thousand yuan."""
    price, original = row["price"], row.get("original_price")
    if price is not None:
        if not 0 < price <= 50_000_000:
            yield finding("T-052", "price", severity=Severity.ERROR, price=price)
        elif not 1000 <= price <= 3_000_000:
            yield finding("T-052", "price", severity=Severity.WARN, price=price)
    if original is not None:
        if original <= 0:
            yield invalid("original_price", "初始购买价格须大于0，不填请留空。")
        elif original > 50_000_000:
            yield invalid("original_price", "初始购买价格不能超过5000万元，请确认单位是“元”。")
        elif price and original < price * Decimal("0.2"):
            yield invalid("original_price", "初始购买价格远低于车价合计，请核对。", Severity.INFO)


@cache
def province_of_plate() -> Mapping[str, str]:
    return {row["plate_prefix"]: row["code"][:2] for row in code_rows("provinces") if row["plate_prefix"]}


def check_transfer(row: Row) -> Iterator[Finding]:
    """T-053: the kind of transfer against the provinces of plate and destination."""
    here = province_of_plate().get(row["plate_no"][:1])
    there = (row.get("transfer_to_division") or "")[:2]
    if not (here and there and row["transfer_type"]):
        return
    if (here == there) == (row["transfer_type"] == "CROSS_PROVINCE"):
        yield finding("T-053", "transfer_type")


def check_mileage(row: Row) -> Iterator[Finding]:
    """T-054: kilometres, not ten thousand kilometres."""
    mileage, registered_on, traded_on = (
        row.get(name) for name in ("mileage_km", "first_registered_on", "traded_on")
    )
    if mileage is None:
        return
    if not 0 <= mileage <= 2_000_000:
        yield finding("T-054", "mileage_km", severity=Severity.ERROR, km=mileage)
    elif registered_on and traded_on:
        years = (traded_on - registered_on).days / 365.25
        if (mileage < 100 and years > 1) or mileage > 60_000 * max(years, 1):
            yield finding("T-054", "mileage_km", severity=Severity.WARN, km=mileage)
