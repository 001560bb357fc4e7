"""Findings take number, severity and words from the table of rules."""

import pytest

from autoflow.common.checks import Finding, Severity, finding, import_message, invalid, required, rules


def test_finding_takes_message_and_severity_from_the_table():
    assert finding("T-011", "buyer_id_number", party="买方") == Finding(
        "T-011", "buyer_id_number", "买方身份证号码校验不通过，请逐位核对。", Severity.ERROR
    )


def test_finding_missing_value_is_a_programming_error():
    with pytest.raises(KeyError):
        finding("T-011", "buyer_id_number")


def test_finding_of_two_severities_needs_one_named():
    assert finding("T-050", "invoice_code", severity=Severity.WARN).severity == "warn"
    with pytest.raises(ValueError, match="unpack"):
        finding("T-050", "invoice_code")
    with pytest.raises(ValueError, match="T-011"):
        finding("T-011", "x", severity=Severity.WARN, party="买方")


def test_every_rule_of_the_table_is_read():
    assert len(rules()) == 128
    assert rules()["T-062"].severities == (Severity.ERROR_ESCALATE,)


def test_findings_know_whether_they_stop():
    assert required("vin", "车辆识别代号").stops
    assert finding("T-062", "seller").stops
    assert finding("T-032", "vin").asks
    told = finding("T-033", "vin")
    assert (told.stops, told.asks) == (False, False)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            finding("T-011", "buyer_id_number", party="买方"),
            "第12行“买方证件号码”：身份证号码校验不通过，请逐位核对。[T-011]",
        ),
        (
            finding("I-006", "buyer_id_number", row=12, col="买方证件号码"),
            "第12行“买方证件号码”请填写日期，格式如2025-03-31。[I-006]",
        ),
        (required("x", "买方证件号码"), "第12行“买方证件号码”：请填写“买方证件号码”。"),
        (invalid("x", "不能超过200个字。"), "第12行“买方证件号码”：不能超过200个字。"),
    ],
)
def test_import_message_names_row_column_and_rule(found, expected):
    assert import_message(12, "买方证件号码", found) == expected
