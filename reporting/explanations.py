"""Warnings may pass when the enterprise explains them: a reason from the list and a text of substance."""

import re

from autoflow.common.checks import Finding
from autoflow.common.text import prose
from reporting.enums import ReasonCode

MIN_LENGTH = 5
STOCK_WORDS = re.compile(
    "核实|核对|确认|检查|查证|复核|属实|无误|无异常|正确|准确|真实|没有问题|没问题|无问题|正常|如实填报|如实|同上|一致"
    "|以上|上述|数据|数字|金额|数量|情况|信息|内容|本单位|单位|公司|企业|部门|已经|已|经|均|都|我|本|是|好|的|了|请|知|无"
)
NOISE = re.compile(r"[\s，。,.；;、!！?？:：“”\"'（）()\-—~～·…]+")
TOO_SHORT = f"说明至少 {MIN_LENGTH} 个字，写清原因，例如“8月集中交付某单位班车25辆”。"
EMPTY = "“核实无误”之类的话不算说明，请写清为什么会这样，例如“8月集中交付某单位班车25辆”。"


def fault_of(text: str) -> str:
    """Why a text explains nothing; empty when it does."""
    bare = NOISE.sub("", text)
    said = STOCK_WORDS.sub("", bare)
    if bare and not said:
        return EMPTY
    if len(bare) < MIN_LENGTH or len(set(said)) < 3:
        return TOO_SHORT
    return ""


def key_of(found: Finding) -> str:
    return f"{found.rule}:{found.field}"


def posted(data) -> dict[str, tuple[str, str]]:
    """What a page sent: {finding key: (reason code, text)}."""
    given = {}
    for number in range(min(_count(data), 2000)):
        key = data.get(f"reason-{number}-key", "")
        code = data.get(f"reason-{number}-code", "")
        code = code if code in ReasonCode.values else ""
        given[key] = (code, prose(data.get(f"reason-{number}-text", ""))[:500])
    return given


def _count(data):
    text = data.get("reasons", "")
    return int(text) if re.fullmatch(r"\d{1,4}", text, re.ASCII) else 0


def unexplained(findings: list[Finding], given: dict, note: str) -> list[Finding]:
    """The warnings without a reason: one of their own, or the note on the whole report."""
    if note and not fault_of(note):
        return []
    return [found for found in findings if found.asks and not _is_explained(given.get(key_of(found)))]


def _is_explained(reason):
    return reason is not None and bool(reason[0]) and not fault_of(reason[1])
