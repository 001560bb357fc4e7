"""A reason explains something, or it is no reason."""

import pytest

from reporting.explanations import EMPTY, TOO_SHORT, fault_of


@pytest.mark.parametrize(
    "text",
    [
        "核实无误",
        "数据已核实无误。",
        "已核对，无误",
        "经核实，数据属实",
        "以上数据真实准确",
        "情况属实！",
        "已确认无误",
        "无",
        "正常",
    ],
)
def test_stock_phrases_are_refused(text):
    assert fault_of(text) == EMPTY


@pytest.mark.parametrize("text", ["大促", "啊啊啊啊啊啊", "、、、、、、、"])
def test_too_little_is_refused(text):
    assert fault_of(text) == TOO_SHORT


@pytest.mark.parametrize(
    "text", ["8月集中交付公交公司25辆", "核实无误，系国庆促销销量增加", "厂家停产老款清库"]
)
def test_a_text_of_substance_passes(text):
    assert fault_of(text) == ""
