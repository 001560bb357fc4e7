"""Each rule on a trade: a row that breaks it, and the sound row that does not."""

from datetime import date
from decimal import Decimal

import pytest

from autoflow.common.checks import Severity
from usedcar.checks import check_trade, empty_row

TODAY = date(2026, 3, 31)
REPORTER = "91310115MAXXXXX15H"
SOUND = {
    "seller_party_kind": "PERSON",
    "seller_name": "张三",
    "seller_nationality": "CN",
    "seller_ethnic_group": "01",
    "seller_id_type": "RESIDENT_ID",
    "seller_id_number": "110101190001010014",
    "seller_phone": "13800000001",
    "buyer_party_kind": "ORG",
    "buyer_name": "西湖二手车经销有限公司",
    "buyer_uscc": REPORTER,
    "plate_no": "京A00001",
    "plate_status": "HAS",
    "plate_type": "02",
    "vehicle_type": "K33",
    "vin": "LSVTEST11N2000001",
    "maker_model": "某某牌ABC7150A",
    "use_nature": "A",
    "fuel_type": "A",
    "origin": "DOMESTIC",
    "displacement": Decimal("1.5"),
    "first_registered_on": date(2022, 6, 1),
    "invoice_kind": "PAPER",
    "invoice_code": "037001900317",
    "invoice_number": "00000001",
    "invoice_date": date(2026, 3, 20),
    "traded_on": date(2026, 3, 20),
    "price": Decimal("45000.00"),
    "trade_type": "DIRECT",
    "transfer_type": "SAME_CITY",
    "mileage_km": 68000,
}
BUYER = {
    "buyer_party_kind": "PERSON",
    "buyer_name": "李四",
    "buyer_uscc": "",
    "buyer_nationality": "CN",
    "buyer_ethnic_group": "01",
    "buyer_id_type": "RESIDENT_ID",
    "buyer_id_number": "11010119070707006X",
}
FOREIGNER = {
    **BUYER,
    "buyer_nationality": "US",
    "buyer_ethnic_group": "",
    "buyer_id_type": "FOREIGN_PASSPORT",
}
DEALER = {"trade_type": "DEALER", "dealer_direction": "BUY_IN", "reverse_invoice": True}


def findings(**changes):
    return list(check_trade({**SOUND, **changes}, TODAY, REPORTER))


def brief(found):
    return [(finding.rule, finding.field, finding.severity) for finding in found]


def error(rule, field):
    return [(rule, field, Severity.ERROR)]


def warn(rule, field):
    return [(rule, field, Severity.WARN)]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        BUYER,
        {**FOREIGNER, "buyer_id_number": "X0000000T"},
        DEALER,
        {"seller_name": "买买提·艾力"},
        {"plate_no": "京AD00001", "plate_type": "52", "fuel_type": "C"},
        {"plate_no": "京AF00001", "plate_type": "52", "fuel_type": "O"},
        {"plate_no": "", "plate_status": "NONE", "plate_type": "41", "registration_cert_no": "000000000001"},
        {"vehicle_type": "K31", "body_category": "SUV"},
        {"invoice_kind": "DIGITAL", "invoice_code": "", "invoice_number": "25110000000000000001"},
        {"transfer_type": "CROSS_PROVINCE", "transfer_to_division": "330100"},
        {"market_uscc": "91110105XXXXXXXX04"},
        {"origin": "IMPORTED", "vin": "WVWTEST5XKA000005", "first_registered_on": date(2020, 1, 2)},
        {"buyer_phone": "0571-88880000"},
        {"price": Decimal(1000)},
        {"price": Decimal(3_000_000)},
        {"traded_on": date(2026, 2, 17)},
        {"mileage_km": None},
    ],
)
def test_check_trade_sound_row_has_no_findings(changes):
    assert findings(**changes) == []


@pytest.mark.parametrize(
    "name", ["seller_party_kind", "seller_name", "vin", "price", "traded_on", "transfer_type"]
)
def test_check_trade_required_column_is_named(name):
    found = findings(**{name: empty_row()[name]})
    assert ("REQUIRED", name) in [(finding.rule, finding.field) for finding in found]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"buyer_uscc": ""}, "buyer_uscc"),
        ({"seller_id_number": ""}, "seller_id_number"),
        ({"seller_id_type": ""}, "seller_id_type"),
        ({"seller_nationality": ""}, "seller_nationality"),
        ({"plate_no": ""}, "plate_no"),
        ({"plate_no": "", "plate_status": "NONE", "plate_type": "41"}, "registration_cert_no"),
        ({"vehicle_type": "K31"}, "body_category"),
        ({"invoice_code": ""}, "invoice_code"),
        ({"trade_type": "DEALER"}, "dealer_direction"),
        ({**DEALER, "reverse_invoice": None}, "reverse_invoice"),
        ({"transfer_type": "SAME_PROVINCE"}, "transfer_to_division"),
    ],
)
def test_check_trade_conditionally_required_column_is_named(changes, name):
    assert brief(findings(**changes)) == error("REQUIRED", name)


def test_check_trade_empty_row_names_every_required_column_and_nothing_else():
    found = list(check_trade({}, TODAY, REPORTER))
    assert {finding.rule for finding in found} == {"REQUIRED"}
    assert len(found) == 20
    assert found[0].message == "请填写“卖方类别”。"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"seller_name": "张"}, error("T-001", "seller_name")),
        ({"seller_name": "张3"}, error("T-001", "seller_name")),
        ({"buyer_uscc": "91310115MAXXXXX15J"}, error("T-002", "buyer_uscc")),
        ({"buyer_uscc": "91110105XXXXXXXX3D"}, warn("F-005W", "buyer_uscc")),
        ({"market_uscc": "123"}, error("T-002", "market_uscc")),
        (
            {"seller_party_kind": "ORG", "seller_uscc": REPORTER, "seller_id_number": ""},
            error("T-003", "buyer_uscc"),
        ),
        ({**BUYER, "buyer_id_number": SOUND["seller_id_number"]}, error("T-003", "buyer_id_number")),
        ({**DEALER, "buyer_uscc": "91110105XXXXXXXX04"}, error("T-004", "buyer_uscc")),
        ({**DEALER, **BUYER}, error("T-004", "buyer_uscc")),
        ({**DEALER, "dealer_direction": "SELL_OUT"}, error("T-004", "seller_uscc")),
        ({"seller_id_number": "11010119000101001"}, error("T-010", "seller_id_number")),
        ({"seller_id_number": "110101190001010010"}, error("T-011", "seller_id_number")),
        ({"seller_id_number": "110101190002300013"}, error("T-012", "seller_id_number")),
        ({"seller_id_number": "129999190001010013"}, warn("T-013", "seller_id_number")),
        ({"seller_id_number": "110101000101001"}, error("T-014", "seller_id_number")),
        (
            {"seller_id_type": "HMT_RESIDENCE", "seller_id_number": "840000190001010013"},
            error("T-015", "seller_id_number"),
        ),
        (
            {"seller_id_type": "HM_PERMIT", "seller_id_number": "K00000001"},
            error("T-016", "seller_id_number"),
        ),
        ({**FOREIGNER, "buyer_id_number": "X00-0000"}, error("T-017", "buyer_id_number")),
        (
            {**FOREIGNER, "buyer_id_type": "FOREIGN_PR_OLD", "buyer_id_number": "US1110019000101"},
            error("T-018", "buyer_id_number"),
        ),
        ({"seller_ethnic_group": ""}, error("T-019", "seller_ethnic_group")),
        (
            {**FOREIGNER, "buyer_id_type": "RESIDENT_ID", "buyer_id_number": BUYER["buyer_id_number"]},
            error("T-019", "buyer_id_type"),
        ),
        (
            {"seller_id_type": "CN_PASSPORT", "seller_id_number": "00000000"},
            error("INVALID", "seller_id_number"),
        ),
        ({"seller_phone": "12345"}, error("F-009", "seller_phone")),
    ],
)
def test_check_trade_parties(changes, expected):
    assert brief(findings(**changes)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"plate_no": "京I00001"}, error("T-020", "plate_no")),
        ({"plate_no": "WJ00001"}, error("T-021", "plate_no")),
        ({"plate_type": "52"}, warn("T-022", "plate_type")),
        (
            {"plate_no": "", "plate_status": "NONE", "registration_cert_no": "000000000001"},
            warn("T-022", "plate_type"),
        ),
        ({"plate_no": "京AD00001", "plate_type": "52"}, warn("T-023", "fuel_type")),
        ({"plate_no": "京AD00001", "plate_type": "52", "fuel_type": "O"}, warn("T-023", "fuel_type")),
        ({"plate_no": "京A12XYZ"}, warn("T-024", "plate_no")),
        ({"vehicle_type": "T11"}, error("T-025", "vehicle_type")),
        ({"displacement": Decimal("20.1")}, error("INVALID", "displacement")),
        ({"registration_cert_no": "12"}, warn("INVALID", "registration_cert_no")),
        ({"maker_model": "A"}, error("INVALID", "maker_model")),
        ({"remark": "长" * 231}, error("INVALID", "remark")),
        (
            {"transfer_type": "CROSS_PROVINCE", "transfer_to_division": "110000"},
            warn("T-053", "transfer_type"),
        ),
        (
            {"transfer_type": "SAME_PROVINCE", "transfer_to_division": "330100"},
            warn("T-053", "transfer_type"),
        ),
    ],
)
def test_check_trade_plate_and_vehicle(changes, expected):
    assert brief(findings(**changes)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"vin": "LSVTEST11N200000"}, error("T-030", "vin")),
        ({"vin": "LSVTEST11N2I00001"}, error("T-031", "vin")),
        ({"vin": "LSVTEST15N2000001"}, [("T-032", "vin", Severity.WARN_CONFIRM)]),
        (
            {"vin": "WVWZZZ1KZ6A000001", "origin": "IMPORTED", "first_registered_on": date(2007, 1, 1)},
            [("T-033", "vin", Severity.INFO)],
        ),
        ({"vin": "LSVTEST1XN2A0000B"}, warn("T-034", "vin")),
        ({"origin": "IMPORTED"}, warn("T-035", "vin")),
        ({"vin": "WVWTEST5XKA000005", "first_registered_on": date(2020, 1, 2)}, warn("T-035", "vin")),
        ({"vin": "1" * 17}, error("T-036", "vin")),
        ({"vin": "AB12345", "is_legacy_frame_no": True}, warn("T-037", "vin")),
        ({"vin": "AB12345", "is_legacy_frame_no": True, "first_registered_on": date(1998, 1, 1)}, []),
        (
            {"vin": "A-1", "is_legacy_frame_no": True, "first_registered_on": date(1998, 1, 1)},
            error("T-030", "vin"),
        ),
        ({"first_registered_on": date(2020, 6, 1)}, warn("T-042", "first_registered_on")),
    ],
)
def test_check_trade_vin(changes, expected):
    assert brief(findings(mileage_km=None, **changes)) == expected


def test_check_trade_vin_length_is_told():
    assert findings(vin="LSVTEST11N200000")[0].message == "车辆识别代号应为17位，当前16位。"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"first_registered_on": date(2026, 3, 21)}, error("T-040", "first_registered_on")),
        ({"first_registered_on": date(1969, 12, 31)}, error("T-040", "first_registered_on")),
        ({"original_purchased_on": date(2026, 3, 21)}, error("INVALID", "original_purchased_on")),
        ({"original_purchased_on": date(2023, 7, 1)}, warn("INVALID", "original_purchased_on")),
        ({"traded_on": date(2026, 4, 1)}, error("T-041", "traded_on")),
        ({"invoice_date": date(2026, 4, 1)}, error("T-041", "invoice_date")),
        ({"invoice_date": date(2026, 2, 16)}, error("T-041", "invoice_date")),
        ({"traded_on": date(2026, 2, 16)}, warn("T-041", "invoice_date")),
        (
            {"traded_on": date(2024, 3, 30), "invoice_date": date(2024, 3, 30)},
            warn("T-041", "traded_on"),
        ),
        ({"traded_on": date(2024, 3, 31), "invoice_date": date(2024, 3, 31)}, []),
    ],
)
def test_check_trade_dates(changes, expected):
    found = brief(findings(vin="", mileage_km=None, **changes))
    assert [item for item in found if item[1] != "vin"] == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"invoice_code": "03700190031"}, error("T-050", "invoice_code")),
        ({"invoice_code": "037001900311"}, warn("T-050", "invoice_code")),
        ({"invoice_number": "0000001"}, error("INVALID", "invoice_number")),
        (
            {"invoice_kind": "DIGITAL", "invoice_number": "25110000000000000001"},
            error("INVALID", "invoice_code"),
        ),
        (
            {"invoice_kind": "DIGITAL", "invoice_code": "", "invoice_number": "2511000000000000001"},
            error("INVALID", "invoice_number"),
        ),
        ({"price": Decimal(0)}, error("T-052", "price")),
        ({"price": Decimal("50000000.01")}, error("T-052", "price")),
        ({"price": Decimal("999.99")}, warn("T-052", "price")),
        ({"price": Decimal("3000000.01")}, warn("T-052", "price")),
        ({"original_price": Decimal(0)}, error("INVALID", "original_price")),
        ({"original_price": Decimal(8999)}, [("INVALID", "original_price", Severity.INFO)]),
        ({"mileage_km": -1}, error("T-054", "mileage_km")),
        ({"mileage_km": 2_000_001}, error("T-054", "mileage_km")),
        ({"mileage_km": 6}, warn("T-054", "mileage_km")),
        ({"mileage_km": 400_000}, warn("T-054", "mileage_km")),
    ],
)
def test_check_trade_invoice_price_and_mileage(changes, expected):
    assert brief(findings(**changes)) == expected


def test_check_trade_messages_hold_no_personal_numbers():
    found = findings(seller_id_number="110101190001010010", seller_phone="12345")
    assert len(found) == 2
    assert not any("110101" in finding.message or "12345" in finding.message for finding in found)
