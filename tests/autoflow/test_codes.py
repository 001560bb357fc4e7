"""Code lists and field specifications as the rest of the product reads them."""

import pytest

from autoflow.common.codes import (
    choices,
    code_list,
    code_of,
    division_code_of,
    enterprise_types,
    field_spec,
    field_specs,
    name_of,
    read_table,
    selectable,
)


def test_every_field_that_picks_from_a_list_finds_it():
    for row in read_table("fields"):
        spec = field_spec(row["form"], row["identifier"])
        if spec.code_list:
            assert code_list(spec.code_list), spec


def test_every_dropdown_value_of_the_import_template_has_a_code():
    lists = {
        "seller_party_kind": "party_kind",
        "buyer_party_kind": "party_kind",
        "plate_status": "plate_status",
        "origin": "origin",
        "invoice_kind": "invoice_kind",
        "trade_type": "trade_type",
        "dealer_direction": "dealer_direction",
        "reverse_invoice": "yes_no",
        "transfer_type": "transfer_type",
    }
    for row in read_table("import_template_columns"):
        if row["identifier"] in lists:
            for value in row["dropdown"].split(","):
                assert code_of(lists[row["identifier"]], value), value


def test_code_lists_cannot_be_changed():
    with pytest.raises(TypeError):
        code_list("ethnic_groups")["01"] = "x"


def test_countries_start_with_china_and_leave_out_its_regions():
    countries = code_list("countries")
    assert next(iter(countries.items())) == ("CN", "中国")
    assert not {"TW", "HK", "MO"} & set(countries)
    assert len(set(countries.values())) == len(countries) == 246
    assert not any(name.isascii() for name in countries.values())


def test_choices_leave_out_what_may_not_be_picked():
    assert ("14", "拖拉机") not in choices("plate_types")
    assert name_of("plate_types", "14") == "拖拉机"
    assert "110100" not in selectable("divisions")
    assert "330106" in selectable("divisions")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("ethnic_groups", "汉族", "01"),
        ("ethnic_groups", "01", "01"),
        ("plate_status", "无号牌", "NONE"),
        ("party_kind", "企业", "ORG"),
        ("fuel_types", "ｃ", "C"),
        ("countries", " 中国 ", "CN"),
        ("vehicle_types", "小型轿车", "K33"),
        ("vehicle_types", "飞机", None),
    ],
)
def test_code_of_takes_names_and_codes(name, text, expected):
    assert code_of(name, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("330100", "330100"),
        ("浙江省/杭州市", "330100"),
        ("浙江 杭州", "330100"),
        ("北京市", "110000"),
        ("湖北省/仙桃市", "429004"),
        ("110100", None),
        ("杭州市", None),
        ("999999", None),
    ],
)
def test_division_code_of_takes_codes_and_paths(text, expected):
    assert division_code_of(text) == expected


def test_enterprise_types_say_what_they_report():
    market = enterprise_types()["B1"]
    assert (market.group, market.market_reports, market.used_transaction) == ("USED", True, "yes")
    assert enterprise_types()["B3"].used_transaction == "configurable"
    assert "FILING_AUTHORIZATION_LINE" in enterprise_types()["A1"].sections


def test_field_spec_reads_kind_size_and_need():
    capital = field_spec("FILING_COMMON", "registered_capital")
    assert (capital.kind, capital.max_digits, capital.decimals) == ("decimal", 16, 4)
    assert (capital.unit, capital.required, capital.minimum) == ("万元", "C", 0)
    name = field_spec("FILING_COMMON", "enterprise_name")
    assert (name.kind, name.min_length, name.max_length, name.required) == ("text", 2, 100, "R")
    number = field_spec("TX_PARTY", "id_number")
    assert (number.kind, number.encrypted) == ("text", True)
    assert field_spec("MONTHLY_LINE", "stock_adjust_qty").minimum is None
    assert field_spec("FILING_NEWCAR", "business_modes").kind == "codes"


def test_field_spec_knows_who_fills_it_in():
    assert field_spec("FILING_NEWCAR", "showroom_count").applies({"A3"})
    assert not field_spec("FILING_NEWCAR", "showroom_count").applies({"A1", "B1"})
    assert field_spec("FILING_USED", "used_staff_count").applies({"B4"})
    assert field_spec("TX_PARTY", "id_number").applies({"B1"})
    assert not field_spec("TX_PARTY", "id_number").applies({"B5"})


def test_field_specs_of_an_unknown_form_is_an_error():
    with pytest.raises(KeyError):
        field_specs("NOTHING")
