"""Normalisation of text and refusal of characters nobody sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.common.text import (
    TextRefused,
    hidden_character,
    normalise,
    normalise_number,
    prose,
    reject_controls,
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  杭州  西湖 ", "杭州 西湖"),
        ("ＡＢＣ１２３", "ABC123"),
        ("\u3000大众\u3000", "大众"),
        ("", ""),
        ("a\tb\nc", "a b c"),
        ("⼤众", "大众"),
    ],
)
def test_normalise_makes_text_comparable(raw, expected):
    assert normalise(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("粤B·9T99Z", "粤B9T99Z"), ("苏e 00a01", "苏E00A01"), (" １1x ", "11X"), ("粤B・9T99Z", "粤B9T99Z")],
)
def test_normalise_number_drops_blanks_and_dots(raw, expected):
    assert normalise_number(raw) == expected


@given(st.text())
def test_normalise_twice_changes_nothing_more(text):
    once = normalise(text)
    assert normalise(once) == once


@pytest.mark.parametrize("text", ["𠮷野", "买买提·艾力", "多行\n备注\t", "O'Neill", "", "全角　空格"])
def test_reject_controls_ordinary_text_passes(text):
    assert reject_controls(text) == text


@pytest.mark.parametrize(
    "character", ["\u200b", "\u202e", "\u2066", "\ufeff", "\x00", "\x1b", "\u00ad", "\ue000", "\ud800"]
)
def test_reject_controls_hidden_character_is_refused(character):
    with pytest.raises(TextRefused, match=f"U\\+{ord(character):04X}"):
        reject_controls(f"张{character}三")
    assert hidden_character(f"张{character}三") == character


def test_words_to_a_person_keep_their_punctuation_and_nothing_else():
    assert prose(" 发票８号，\n已退回（ＶＩＮ 错）。 ") == "发票8号， 已退回（VIN 错）。"
