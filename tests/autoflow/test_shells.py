"""A template drawn once and filled many times says what it would say drawn each time."""

import pytest
from django.utils.html import format_html

from autoflow.common.shells import SALT, place, shell_of
from autoflow.common.templatetags.ui import STATE_TONES

HOSTILE = ["<script>\"&'", "{tone} {0} {", "}}{{ text }}", "", "甲  乙"]


@pytest.fixture
def shell():
    return shell_of("components/state.html", {"tone": place("tone"), "text": place("text")})


@pytest.mark.parametrize("text", HOSTILE)
def test_values_are_put_in_escaped(shell, text):
    drawn = format_html(shell, tone=next(iter(STATE_TONES)), text=text)
    assert drawn == format_html('<span class="state state-done">{}</span>', text)


def test_a_shell_keeps_places_and_no_layout(shell):
    assert SALT not in shell
    assert ("{tone}" in shell, "{text}" in shell, "\n" in shell) == (True, True, False)
