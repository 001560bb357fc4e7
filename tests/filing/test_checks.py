from datetime import date

import pytest
from stdnum.cn import uscc as credit_code

from autoflow.common.checks import Severity
from filing.checks import Context, check_filing
from filing.sections import FIELDS, IMAGES
from tests.factories import uscc_of

TODAY = date(2026, 11, 23)
BRAND, PRODUCER, FOREIGN = 1, 2, 3
CONTEXT = {
    "today": TODAY,
    "approved_pairs": frozenset({(BRAND, PRODUCER), (BRAND, FOREIGN)}),
    "foreign_producers": frozenset({FOREIGN}),
}
LINE = {
    "brand_id": BRAND,
    "producer_id": PRODUCER,
    "authorization_type": "AUTHORIZED",
    "supplier_name": "测试供应商",
    "supplier_uscc": "",
    "authorized_from": date(2026, 1, 1),
    "authorized_to": date(2030, 12, 31),
    "line_status": "ACTIVE",
}
GRANT = {
    "brand_id": BRAND,
    "grantee_name": "测试经销商",
    "grantee_uscc": uscc_of(7),
    "grantee_role": "DEALER",
    "valid_from": date(2026, 1, 1),
    "valid_to": date(2030, 12, 31),
    "upstream_name": "测试境外公司",
}
RESIDENT = {"name": "商户", "uscc": uscc_of(8), "kind": "B2", "since": date(2026, 1, 1), "until": None}


def image(name, **facts):
    return {"sha256": name, "width": 900, "height": 640, "sharpness": 90, **facts}


BLANK = {name: [] if spec.kind == "codes" else None for name, spec in FIELDS.items()}
BLANK |= {name: "" for name, spec in FIELDS.items() if spec.kind in {"text", "code"}}
COMPLETE = {
    **BLANK,
    "enterprise_name": "杭州测试有限公司",
    "uscc": uscc_of(6),
    "enterprise_types": ["A3"],
    "legal_representative": "测试法人",
    "registered_capital": 500,
    "capital_currency": "CNY",
    "established_on": date(2026, 11, 1),
    "division_code": "330106",
    "jurisdiction_code": "330000",
    "registered_address": "浙江省杭州市西湖区测试路1号",
    "business_address": "浙江省杭州市西湖区测试路1号",
    "contact_name": "测试联系人",
    "contact_mobile": "13800000001",
    "contact_email": "contact@example.com",
    "employee_count": 60,
    "business_area": 6000,
    **{name: image(name) for name in IMAGES},
    "image_sync_acknowledged": True,
    "truth_declared": True,
    "business_modes": ["FOUR_S"],
    "vehicle_scope": ["PASSENGER"],
    "sells_nev": True,
    "sells_import": False,
    "showroom_count": 1,
    "showroom_area": 1200,
    "used_car_business": False,
    "brand_lines": [LINE],
    "authorization_lines": [],
    "residents": [],
}
USED = {
    "place_type": "OWN_SITE",
    "used_staff_count": 10,
    "appraiser_count": 2,
    "can_issue_invoice": True,
    "display_slots": 50,
    "warranty_offered": True,
    "brand_lines": [],
}
KINDS = {
    "A2": {"enterprise_types": ["A2"], "authorization_lines": [GRANT]},
    "A3": {},
    "B1": {
        **USED,
        "enterprise_types": ["B1"],
        "market_name": "测试市场",
        "market_opened_on": TODAY,
        "land_area": 5000,
        "hall_area": 800,
        "parking_capacity": 300,
        "resident_merchant_count": 20,
        "market_services": ["INVOICE"],
        "residents": [RESIDENT],
    },
    "B2": {**USED, "enterprise_types": ["B2"]},
    "B3": {**USED, "enterprise_types": ["B3"], "broker_count": 3, "can_issue_invoice": False},
    "B4": {**USED, "enterprise_types": ["B4"], "auction_licence_no": "第1号", "auctioneer_count": 1},
    "B5": {
        **USED,
        "enterprise_types": ["B5"],
        "can_issue_invoice": False,
        "senior_appraiser_count": 1,
        "appraisal_standard": "GB/T 30323",
    },
}


def found(kind="A3", *, context=None, **changes):
    content = COMPLETE | KINDS[kind] | changes
    return list(check_filing(content, Context(**CONTEXT | (context or {}))))


def marks(*args, **kwargs):
    return [(row.rule, row.field) for row in found(*args, **kwargs)]


@pytest.mark.parametrize("kind", KINDS)
def test_complete_filing_of_each_kind_has_no_findings(kind):
    assert marks(kind) == []


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        ("A3", {"enterprise_name": "一"}, ("F-001", "enterprise_name")),
        ("A3", {"uscc": "9133010600000"}, ("F-002", "uscc")),
        ("A3", {"group_uscc": uscc_of(6)[:17] + "Z"}, ("F-002", "group_uscc")),
        ("A3", {"group_uscc": uscc_of(6)[:16] + uscc_of(7)[16:]}, ("F-003", "group_uscc")),
        ("A3", {"established_on": date(2026, 8, 1)}, ("F-020", "established_on")),
        ("B2", {"established_on": date(2026, 9, 22)}, ("F-020", "established_on")),
        ("A3", {"established_on": date(2026, 11, 24)}, ("INVALID", "established_on")),
        ("A3", {"established_on": date(1949, 9, 30)}, ("INVALID", "established_on")),
        ("A3", {"opened_on": date(2026, 10, 31)}, ("INVALID", "opened_on")),
        ("A3", {"licence_valid_until": date(2026, 11, 22)}, ("F-013", "licence_valid_until")),
        ("A3", {"contact_mobile": "2380000000"}, ("F-009", "contact_mobile")),
        ("A3", {"contact_phone": "8765"}, ("INVALID", "contact_phone")),
        ("A3", {"contact_email": "nobody"}, ("F-010", "contact_email")),
        ("A3", {"website": "javascript:alert(1)"}, ("INVALID", "website")),
        ("A3", {"website": "http://[x"}, ("INVALID", "website")),
        ("A3", {"postal_code": "31000"}, ("INVALID", "postal_code")),
        ("A3", {"registered_address": "路一号"}, ("INVALID", "registered_address")),
        ("A3", {"registered_capital": None}, ("REQUIRED", "registered_capital")),
        ("A3", {"registered_capital": 0}, ("INVALID", "registered_capital")),
        ("A3", {"sells_nev": None}, ("REQUIRED", "sells_nev")),
        ("A3", {"business_modes": []}, ("REQUIRED", "business_modes")),
        ("A3", {"seal_image": None}, ("REQUIRED", "seal_image")),
        ("A3", {"seal_image": image("s", height=599)}, ("F-012", "seal_image")),
        (
            "A3",
            {"licence_duplicate_image": image("licence_original_image")},
            ("F-014", "licence_duplicate_image"),
        ),
        ("A3", {"truth_declared": False}, ("F-019", "truth_declared")),
        ("A3", {"image_sync_acknowledged": None}, ("F-019", "image_sync_acknowledged")),
        ("A3", {"showroom_area": 6001}, ("F-021", "showroom_area")),
        ("A3", {"sales_staff_count": 40, "service_staff_count": 21}, ("F-021", "sales_staff_count")),
        ("A3", {"brand_lines": []}, ("F-015", "brand_lines")),
        ("A3", {"brand_lines": [LINE | {"line_status": "ENDED"}]}, ("F-015", "brand_lines")),
        ("A3", {"brand_lines": [LINE | {"producer_id": 9}]}, ("F-016", "brand_lines-0-producer_id")),
        ("A3", {"brand_lines": [LINE | {"supplier_name": ""}]}, ("REQUIRED", "brand_lines-0-supplier_name")),
        (
            "A3",
            {"brand_lines": [LINE | {"authorization_type": ""}]},
            ("REQUIRED", "brand_lines-0-authorization_type"),
        ),
        (
            "A3",
            {"brand_lines": [LINE, LINE | {"authorized_to": None}]},
            ("REQUIRED", "brand_lines-1-authorized_to"),
        ),
        (
            "A3",
            {"brand_lines": [LINE | {"authorized_to": date(2026, 1, 1)}]},
            ("INVALID", "brand_lines-0-authorized_to"),
        ),
        (
            "A3",
            {"brand_lines": [LINE | {"authorized_to": date(2030, 12, 30)}]},
            ("F-017", "brand_lines-0-authorized_to"),
        ),
        ("A3", {"brand_lines": [LINE | {"supplier_uscc": "1"}]}, ("F-002", "brand_lines-0-supplier_uscc")),
        ("A3", {"sells_import": True}, ("INVALID", "sells_import")),
        (
            "A2",
            {"authorization_lines": [GRANT | {"brand_id": 9}]},
            ("INVALID", "authorization_lines-0-brand_id"),
        ),
        (
            "A2",
            {"authorization_lines": [GRANT | {"upstream_name": ""}]},
            ("REQUIRED", "authorization_lines-0-upstream_name"),
        ),
        (
            "A2",
            {"authorization_lines": [GRANT | {"grantee_uscc": ""}]},
            ("REQUIRED", "authorization_lines-0-grantee_uscc"),
        ),
        (
            "A2",
            {"authorization_lines": [GRANT | {"valid_to": date(2026, 1, 1)}]},
            ("INVALID", "authorization_lines-0-valid_to"),
        ),
        ("B1", {"land_area": 0}, ("INVALID", "land_area")),
        ("B1", {"hall_area": 50001}, ("F-021", "hall_area")),
        ("B1", {"resident_merchant_count": 0}, ("F-021", "resident_merchant_count")),
        ("B1", {"market_opened_on": date(2026, 11, 24)}, ("INVALID", "market_opened_on")),
        ("B1", {"residents": [RESIDENT | {"uscc": "1"}]}, ("F-002", "residents-0-uscc")),
        ("B1", {"residents": [RESIDENT | {"until": date(2025, 1, 1)}]}, ("INVALID", "residents-0-until")),
        ("B2", {"place_type": "IN_MARKET"}, ("REQUIRED", "resident_market_id")),
        ("B3", {"can_issue_invoice": True}, ("INVALID", "can_issue_invoice")),
        ("B4", {"auction_licence_no": ""}, ("F-018", "auction_licence_no")),
        ("B4", {"auctioneer_count": 0}, ("INVALID", "auctioneer_count")),
        ("B5", {"senior_appraiser_count": 3}, ("F-021", "senior_appraiser_count")),
    ],
)
def test_each_rule_fires_alone(kind, changes, expected):
    assert marks(kind, **changes) == [expected]


def test_no_type_asks_for_one_and_for_nothing_that_depends_on_it():
    assert marks(enterprise_types=[]) == [("F-006", "enterprise_types")]


def test_enterprise_must_be_registered_with_the_market_supervision():
    assert ("F-004", "uscc") in marks(uscc="12100000000000000X")


def test_appraiser_who_also_trades_is_asked_to_confirm():
    changes = {**KINDS["B5"], "enterprise_types": ["B2", "B5"], "can_issue_invoice": True}
    assert marks("B2", **changes) == [("F-007", "enterprise_types")]


def test_body_inside_the_credit_code_only_warns():
    start = "91330106MA0000060"
    code = start + credit_code.calc_check_digit(start)
    (warning,) = found(group_uscc=code)
    assert (warning.rule, warning.severity) == ("F-005W", Severity.WARN)


def test_individual_business_needs_no_capital():
    start = "92" + uscc_of(6)[2:17]
    code = start + credit_code.calc_check_digit(start)
    assert marks(uscc=code, registered_capital=None) == []


def test_what_does_not_concern_the_types_is_not_looked_at():
    assert marks(display_slots=None, market_name="", residents=[RESIDENT | {"uscc": "1"}]) == []


def test_import_with_a_foreign_producer_is_plausible():
    assert marks(sells_import=True, brand_lines=[LINE | {"producer_id": FOREIGN}]) == []


def test_a_change_is_never_late_and_renewals_may_be_three_years():
    context = {"is_change": True}
    renewal = LINE | {"authorized_to": date(2028, 12, 31)}
    assert marks(context=context, established_on=date(2020, 1, 1), brand_lines=[renewal]) == []


@pytest.mark.parametrize(
    ("changes", "severity"),
    [
        ({"contact_email": "x"}, Severity.ERROR),
        ({"showroom_area": 9000}, Severity.WARN),
        ({"sells_import": True}, Severity.WARN),
        ({"brand_lines": [LINE | {"authorized_to": date(2027, 1, 1)}]}, Severity.INFO),
    ],
)
def test_severity_of_findings(changes, severity):
    assert [row.severity for row in found(**changes)] == [severity]
