"""Every vector of check_vectors.json, and the traps of libraries it does not name."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.common import identifiers
from autoflow.common.checks import INVALID
from autoflow.common.text import normalise_number

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "check_vectors.json").read_text(encoding="utf-8"))
TODAY = date(2026, 3, 31)


def vectors(group):
    return [pytest.param(vector, id=f"{vector['value']}") for vector in VECTORS[group]]


def assert_as_told(faults, vector):
    """A valid value breaks only the rule it is said to warn about, another one exactly the rule named."""
    expected = vector.get("warn") if vector["valid"] else vector["rule"]
    assert faults == ((expected,) if expected else ())


def number_of(vector):
    number = normalise_number(vector["value"])
    assert number == vector.get("normalized", number)
    return number


@pytest.mark.parametrize("vector", vectors("uscc"))
def test_uscc_vector(vector):
    assert_as_told(identifiers.uscc_faults(number_of(vector)), vector)


@pytest.mark.parametrize("vector", vectors("resident_id"))
def test_resident_id_vector(vector):
    assert_as_told(identifiers.id_number_faults("RESIDENT_ID", number_of(vector), TODAY), vector)


@pytest.mark.parametrize("vector", vectors("hmt_residence_permit"))
def test_hmt_residence_vector(vector):
    assert_as_told(identifiers.id_number_faults("HMT_RESIDENCE", number_of(vector), TODAY), vector)


@pytest.mark.parametrize("vector", vectors("foreign_permanent_resident"))
def test_foreign_permanent_resident_vector(vector):
    number = number_of(vector)
    kind = "FOREIGN_PR_NEW" if number.startswith("9") else "FOREIGN_PR_OLD"
    assert_as_told(identifiers.id_number_faults(kind, number, TODAY), vector)


@pytest.mark.parametrize("vector", vectors("travel_documents"))
def test_travel_document_vector(vector):
    assert_as_told(identifiers.id_number_faults(vector["type"], number_of(vector), TODAY), vector)


@pytest.mark.parametrize("vector", vectors("vin"))
def test_vin_vector(vector):
    vin = number_of(vector)
    assert_as_told(identifiers.vin_faults(vin, TODAY.year), vector)
    if "check_digit" in vector:
        assert identifiers.has_vin_check_digit(vin) == vector["check_digit"]


@pytest.mark.parametrize("vector", vectors("plate"))
def test_plate_vector(vector):
    plate = number_of(vector)
    assert_as_told(identifiers.plate_faults(plate), vector)
    assert identifiers.plate_pattern(plate) == vector.get("pattern")


@pytest.mark.parametrize(
    "vector", [pytest.param(v, id=f"{v['code']}-{v['number']}") for v in VECTORS["invoice"]]
)
def test_invoice_vector(vector):
    code_holds = (
        identifiers.is_invoice_code(vector["code"]) if vector["kind"] == "PAPER" else not vector["code"]
    )
    number_holds = identifiers.is_invoice_number(vector["kind"], vector["number"])
    assert (code_holds and number_holds) == vector["valid"]
    if vector["kind"] == "PAPER" and vector["valid"]:
        assert identifiers.is_usual_invoice_code(vector["code"]) == ("warn" not in vector)


@pytest.mark.parametrize("vector", vectors("mobile"))
def test_mobile_vector(vector):
    number = identifiers.normalise_phone(vector["value"])
    assert number == vector.get("normalized", number)
    assert identifiers.is_mobile(number) == vector["valid"]


@pytest.mark.parametrize(
    "number", ["0571-88880000", "010-88880000-12", "057188880000", "400-800-0000", "8008000000"]
)
def test_landline_passes(number):
    assert identifiers.is_phone(identifiers.normalise_phone(number))


@pytest.mark.parametrize("number", ["88880000", "0571-888", "12345", "", "138000000001", "٠571-88880000"])
def test_landline_wrong_is_refused(number):
    assert not identifiers.is_phone(identifiers.normalise_phone(number))


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        ("CN_PASSPORT", "E00000001", ()),
        ("CN_PASSPORT", "00000000", (INVALID,)),
        ("MILITARY_ID", "军字第00000001号", ()),
        ("MILITARY_ID", "!", (INVALID,)),
        ("OTHER", "AB-0001", ()),
        ("OTHER", "A", (INVALID,)),
        ("UNKNOWN", "", ()),
        ("HMT_RESIDENCE", "810000210001010016", ("T-015",)),
    ],
)
def test_other_documents_are_judged_by_their_shape(kind, number, expected):
    assert identifiers.id_number_faults(kind, number, TODAY) == expected


@given(st.text(max_size=20))
def test_any_text_is_answered_and_never_raises(text):
    number = normalise_number(text)
    identifiers.uscc_faults(number)
    identifiers.vin_faults(number, TODAY.year)
    identifiers.plate_faults(number)
    identifiers.normalise_phone(text)
    for kind in identifiers.ID_PATTERNS:
        identifiers.id_number_faults(kind, number, TODAY)


def test_matching_id_number_drops_the_count_of_renewals():
    assert identifiers.matching_id_number("HM_PERMIT", "M0000000101") == "M00000001"
    assert identifiers.matching_id_number("TW_PERMIT", "00000001") == "00000001"


def test_id_types_follow_the_nationality():
    assert identifiers.id_types_for("CN")[0] == "RESIDENT_ID"
    assert "HM_PERMIT" in identifiers.id_types_for("US")
    assert "RESIDENT_ID" not in identifiers.id_types_for("US")
    assert identifiers.id_types_for("US")[-1] == "OTHER"


@pytest.mark.parametrize(
    ("code", "latest_year", "expected"),
    [
        ("N", 2026, 2022),
        ("S", 2026, 2025),
        ("S", 2000, 1995),
        ("V", 2026, 2027),
        ("W", 2026, 1998),
        ("U", 2026, None),
    ],
)
def test_vin_model_year_is_the_newest_possible(code, latest_year, expected):
    assert identifiers.vin_model_year(f"LSVTEST11{code}2000001", latest_year) == expected


def test_vin_before_2005_needs_no_check_digit():
    assert identifiers.vin_faults("LSVTEST15N2000001", latest_year=1993) == ("T-033",)


@pytest.mark.parametrize(
    ("vin", "expected"),
    [("LSVTEST11N2A0000B", ("T-034",)), ("LS9TEST11N2A0000B", ()), ("LSVTEST11U2000001", ("T-034",))],
)
def test_vin_last_four_and_year_code(vin, expected):
    faults = identifiers.vin_faults(vin, TODAY.year)
    assert tuple(fault for fault in faults if fault == "T-034") == expected


def test_vin_bad_position_and_suggestion():
    assert identifiers.vin_bad_position("LSVTEST11N2O00001") == 12
    assert identifiers.vin_suggestion("LSVTEST11N2O00001") == "LSVTEST11N2000001"
    assert identifiers.vin_bad_position("LSVTEST11N2000001") is None
    assert identifiers.vin_suggestion("LSVTEST11N2000001") is None
    assert identifiers.vin_suggestion("LSVTEST11N2-00001") is None


def test_nev_letter_is_read_from_both_kinds_of_plate():
    assert identifiers.nev_letter("京AD00001", "nev_small") == "D"
    assert identifiers.nev_letter("鲁A00001F", "nev_large") == "F"
    assert identifiers.nev_letter("京A00001", "ordinary") == ""


@pytest.mark.parametrize(
    ("masked", "expected"),
    [
        (identifiers.mask_id("110101190001010014"), "110*************14"),
        (identifiers.mask_id("12345"), "*****"),
        (identifiers.mask_id(""), ""),
        (identifiers.mask_phone("13800000001"), "138******01"),
        (identifiers.mask_name("买买提·艾力"), "买*****"),
        (identifiers.mask_name(""), ""),
    ],
)
def test_masks_hide_all_but_the_ends(masked, expected):
    assert masked == expected
