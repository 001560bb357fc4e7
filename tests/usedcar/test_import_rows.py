"""Cells as people paste them, and the header in any order."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from autoflow.common.checks import import_message
from autoflow.common.codes import read_table
from autoflow.common.workbooks import CellFault
from usedcar.import_rows import check_row, columns, match_header, parse_row

TODAY = date(2026, 3, 31)
NAMES = [row["identifier"] for row in read_table("import_template_columns")]
HEADERS = [row["header_zh"] for row in read_table("import_template_columns")]


def parsed(name, cell):
    values, found = parse_row([cell], [name], 12)
    return values[name], [import_message(12, columns()[name].label, finding) for finding in found]


@pytest.mark.parametrize(
    ("name", "cell", "expected"),
    [
        ("seller_name", "  张　三 ", "张 三"),
        ("seller_name", 12.0, "12"),
        ("vin", "ｌsvtest11n2000001 ", "LSVTEST11N2000001"),
        ("plate_no", "京A·0 0001", "京A00001"),
        ("seller_phone", "+86 138-0000-0001", "13800000001"),
        ("seller_phone", 13800000001.0, "13800000001"),
        ("seller_nationality", "中国", "CN"),
        ("buyer_ethnic_group", " 汉族", "01"),
        ("plate_status", "无号牌", "NONE"),
        ("reverse_invoice", "是", True),
        ("reverse_invoice", False, False),
        ("transfer_to_division", "浙江省/杭州市", "330100"),
        ("transfer_to_division", 330100.0, "330100"),
        ("traded_on", date(2026, 3, 1), date(2026, 3, 1)),
        ("traded_on", datetime.fromisoformat("2026-03-01T00:00:00"), date(2026, 3, 1)),
        ("traded_on", "2026-03-01", date(2026, 3, 1)),
        ("price", 45000.1, Decimal("45000.10")),
        ("price", 0.1 + 0.2, Decimal("0.30")),
        ("price", "45000", Decimal("45000.00")),
        ("price", 45000, Decimal("45000.00")),
        ("displacement", 1.5, Decimal("1.5")),
        ("mileage_km", 68000.0, 68000),
        ("mileage_km", "-5", -5),
        ("remark", "   ", ""),
        ("traded_on", "  ", None),
        ("vehicle_type", None, ""),
    ],
)
def test_parse_row_reads_what_people_mean(name, cell, expected):
    assert parsed(name, cell) == (expected, [])


@pytest.mark.parametrize(
    ("name", "cell", "message"),
    [
        (
            "buyer_id_number",
            1.10101e17,
            "第12行“买方证件号码”被存为数字，已丢失精度，请把该列设为“文本”后重新粘贴。[I-003]",
        ),
        (
            "vin",
            "1.10101E+17",
            "第12行“车辆识别代号”被存为数字，已丢失精度，请把该列设为“文本”后重新粘贴。[I-003]",
        ),
        (
            "invoice_number",
            1.0,
            "第12行“发票号码”被存为数字，已丢失精度，请把该列设为“文本”后重新粘贴。[I-003]",
        ),
        (
            "price",
            CellFault.FORMULA,
            "第12行“车价合计（元）”含公式、错误值或合并单元格，请粘贴为数值。[I-004]",
        ),
        (
            "fuel_type",
            "空气",
            "第12行“燃料种类”的值“空气”不在可选项中，请从下拉列表选择。[I-005]",
        ),
        (
            "transfer_to_division",
            "999999",
            "第12行“转入地区”的值“999999”不在可选项中，请从下拉列表选择。[I-005]",
        ),
        ("traded_on", "2026/3/1", "第12行“交易日期”请填写日期，格式如2025-03-31。[I-006]"),
        ("traded_on", "2026-02-30", "第12行“交易日期”请填写日期，格式如2025-03-31。[I-006]"),
        ("traded_on", 45747.0, "第12行“交易日期”请填写日期，格式如2025-03-31。[I-006]"),
        ("price", "45,000", "第12行“车价合计（元）”：请填写数字，不要带千分位、单位或其他字符。"),
        ("price", "8_6000", "第12行“车价合计（元）”：请填写数字，不要带千分位、单位或其他字符。"),
        ("price", "NaN", "第12行“车价合计（元）”：请填写数字，不要带千分位、单位或其他字符。"),
        ("price", 1e308, "第12行“车价合计（元）”：数字过大或不正确。"),
        ("price", float("nan"), "第12行“车价合计（元）”：数字过大或不正确。"),
        ("price", 1.234, "第12行“车价合计（元）”：最多保留2位小数。"),
        ("price", True, "第12行“车价合计（元）”：请填写数字。"),
        ("price", date(2026, 3, 1), "第12行“车价合计（元）”：请填写数字。"),
        ("mileage_km", 6.8, "第12行“行驶里程（公里）”：请填写整数。"),
        (
            "seller_name",
            "张\u200b三",
            "第12行“卖方名称（姓名）”：含有不可见字符（U+200B），请删除后重新输入。",
        ),
    ],
)
def test_parse_row_names_row_column_and_fault(name, cell, message):
    value, messages = parsed(name, cell)
    assert messages == [message]
    assert value in ("", None)


def test_parse_row_long_value_is_quoted_in_part_only():
    _, (message,) = parsed("fuel_type", "x" * 500)
    assert len(message) < 80


def test_parse_row_person_without_nationality_is_chinese():
    values, _ = parse_row(["个人", "企业"], ["seller_party_kind", "buyer_party_kind"], 3)
    assert (values["seller_nationality"], values["buyer_nationality"]) == ("CN", "")


def test_parse_row_unknown_columns_are_passed_over():
    values, found = parse_row(["x", "京A00001"], [None, "plate_no"], 3)
    assert (values["plate_no"], found) == ("京A00001", [])


def test_check_row_unreadable_cell_is_not_called_missing_as_well():
    _, found = check_row([1.0], ["vin"], 3, TODAY, "")
    assert [finding.rule for finding in found if finding.field == "vin"] == ["I-003"]


def test_check_row_joins_reading_and_rules():
    values, found = check_row(["个人", "张3"], ["seller_party_kind", "seller_name"], 12, TODAY, "")
    messages = [import_message(12, columns()[finding.field].label, finding) for finding in found]
    assert values["seller_name"] == "张3"
    assert "第12行“卖方名称（姓名）”：姓名（名称）不正确。[T-001]" in messages


def test_match_header_takes_any_order_stars_and_blanks():
    assert match_header(HEADERS).names == NAMES
    mixed = [header.replace("*", "") + " " for header in reversed(HEADERS)]
    header = match_header(mixed)
    assert (header.names, header.has_questions, header.notes) == (NAMES[::-1], False, [])


def test_match_header_names_unknown_missing_and_repeated_columns():
    cells = [
        "车牌号",
        *[header for header in HEADERS if header != "车牌照号"],
        "*卖方名称（姓名）",
        "",
        "完全无关的内容",
    ]
    header = match_header(cells)
    assert header.names[0] is None
    assert header.unknown == {"车牌号": "plate_no", "完全无关的内容": ""}
    assert (header.repeated, header.missing) == (["卖方名称（姓名）"], ["plate_no"])
    assert header.has_questions


def test_match_header_follows_the_answers_and_names_what_is_left_out():
    cells = ["车牌号", *[header for header in HEADERS if header not in ("车牌照号", "备注")], "经办人"]
    header = match_header(cells, {"车牌号": "plate_no", "经办人": ""})
    assert (header.names[0], header.names[-1], header.has_questions) == ("plate_no", None, False)
    assert header.notes == ["列“经办人”不在模板中，没有导入。", "文件没有列“备注”，按空白处理。"]


def test_nearest_column_is_asked_about_once():
    cells = ["车辆识别代码", "车辆识别代吗", *[header for header in HEADERS if header != "*车辆识别代号"]]
    assert sorted(match_header(cells).unknown.values()) == ["", "vin"]
