"""HTML that a page repeats many times: drawn from its template once, filled for each row."""

import re
from functools import lru_cache
from secrets import token_hex

from django.template.loader import render_to_string

SALT = f"0{token_hex(8)}0"  # nobody can type it
MOST_PLAIN = 50
PLACE = re.compile(rf"{SALT}(\w+?){SALT}")


def place(name: str) -> str:
    """What stands for a value while a shell is drawn; a template writes it out and decides nothing by it."""
    return f"{SALT}{name}{SALT}"


def with_places(html: str) -> str:
    """HTML drawn with places as a format string, which `format_html` fills with escaped values."""
    return PLACE.sub(r"{\1}", html.replace("{", "{{").replace("}", "}}"))


@lru_cache(maxsize=MOST_PLAIN)
def plain_shell(template: str, *names: str) -> str:
    """The one shell of a template that only writes texts."""
    return shell_of(template, {name: place(name) for name in names})


def shell_of(template: str, context: dict) -> str:
    """A template drawn with places in its context, its indentation made one space; what differs otherwise is
    another shell. The caller keeps it, never under what somebody typed.
    """
    return with_places(" ".join(render_to_string(template, context).split()))
