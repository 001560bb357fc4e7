"""The look-alike guard as a page shows it, the same while typing and after a refused post."""

from dataclasses import dataclass, replace

from catalog.checks import tick_of
from catalog.lookalikes import findings_while_typing

TICKS = {
    "C-002": "确为车型名称，不是配置或版本",
    "C-003": "确为车型名称的一部分",
    "C-005": "不是同一车型",
    "C-006": "确为车型名称",
    "C-012": "已查看，列表中没有所需项",
}


@dataclass(frozen=True, slots=True)
class Question:
    """Something a rule asks, with the tick that answers it."""

    message: str
    rule: str
    tick: str
    label: str
    is_ticked: bool
    needs_words: bool


def questions(findings, confirmed):
    """What the findings ask, ticked as it was before."""
    return [
        Question(
            message=found.message,
            rule=found.rule,
            tick=tick_of(found),
            label=TICKS[found.rule],
            is_ticked=tick_of(found) in confirmed,
            needs_words=found.rule == "C-005",
        )
        for found in findings
        if found.asks
    ]


def guard_of(kind, text, user, *, field="", brand_id=None, producer_id=None, confirmed=(), difference=""):
    """Everything the guard shows for a name; nothing before there is one."""
    context = {"kind": kind, "difference": difference, "stops": [], "questions": [], "nearest": []}
    if not text:
        return context
    found, nearest = findings_while_typing(kind, text, user, brand_id=brand_id, producer_id=producer_id)
    found = [replace(each, field=field or each.field) for each in found]
    return context | {
        "stops": [each for each in found if each.stops],
        "questions": questions(found, confirmed),
        "nearest": nearest,
    }
