"""What is drawn from a shell is what would be drawn without one, whatever was drawn before."""

from html.parser import HTMLParser
from itertools import permutations

import pytest
from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html_join

from autoflow.common import controls
from tests.autoflow.test_ui import render_field
from tests.elements import Elements

LETTERS = [("a", "甲"), ("b", "乙"), ("c", "丙")]
HOSTILE = ['"><script>', "{value} {prefix} {0} {", "1000-01-01", "\n行", "0", ""]


class Drawn(HTMLParser):
    """The elements and texts of a control, without what a browser does not tell apart: an empty `value`, and
    the chosen option once more at the head of its list.
    """

    def __init__(self, html):
        super().__init__()
        self.parts, self.options = [], set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = {name: value for name, value in attrs if (name, value) != ("value", "") or tag != "input"}
        if tag == "option" and not ("selected" in attrs and attrs["value"]):
            self.options.add(attrs["value"])
        else:
            self.parts.append((tag, attrs))

    def handle_data(self, data):
        if self.lasttag != "option" and data.strip():
            self.parts.append(data.strip())


def _long_list():
    field = forms.ChoiceField(label="品牌", choices=LETTERS)
    field.labels = dict(LETTERS)
    field.option_list = format_html_join("", '<option value="{}">{}</option>', [("", "请选择"), *LETTERS])
    return field


FIELDS = {
    "name": forms.CharField(label="名称", max_length=20, help_text="与执照一致"),
    "remark": forms.CharField(label="说明", widget=forms.Textarea),
    "hidden": forms.CharField(widget=forms.HiddenInput),
    "count": forms.IntegerField(label="数量", min_value=0),
    "day": forms.DateField(label="日期"),
    "radio": forms.ChoiceField(label="选一", choices=LETTERS, widget=forms.RadioSelect),
    "boxes": forms.MultipleChoiceField(label="多选", choices=LETTERS, widget=forms.CheckboxSelectMultiple),
    "tick": forms.BooleanField(label="承诺", help_text="属实"),
    "short": forms.ChoiceField(label="类型", choices=LETTERS),
    "long": _long_list(),
    "picture": forms.ImageField(label="影像"),
}


def _field(name, shells):
    field = FIELDS[name]
    field.__dict__.pop("shells", None)
    if shells is not None:
        field.shells = shells
    return field


class Form(forms.Form):
    """A form over shared fields, as rows and pages have them."""

    def __init__(self, *args, shells, marks=(), reminders=(), preview="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {name: _field(name, shells.get(name)) for name in FIELDS}
        self.out_of_place = {*marks} & {"name", "radio", "boxes", "long"}
        self.unmet = {*marks} & {"count", "boxes", "tick"}
        self.reminders = dict.fromkeys(reminders, "请改正")
        self.previews = {"picture": preview}


def _value(text):
    letter = {"0": "a", "": ""}.get(text, text)
    values = dict.fromkeys(FIELDS, text) | {"radio": letter, "short": letter, "long": letter}
    return values | {"boxes": [letter, "b"] if text else [], "tick": bool(text)}


PAGES = [
    *({"initial": _value(text)} for text in HOSTILE),
    {"initial": _value("a") | {"boxes": ["a", "c"], "day": "2026-02-30"}},
    {"initial": _value("c"), "prefix": "rows-3", "marks": FIELDS, "preview": "/filing/images/7/"},
    {"initial": _value("b"), "prefix": "rows-__prefix__", "preview": "/filing/images/8/"},
    {"initial": _value("b"), "auto_id": "other_%s", "reminders": ["name", "radio", "boxes", "tick", "long"]},
    {"initial": _value("b"), "use_required_attribute": False},
    {"data": _value("b") | {"boxes": ["b", "x"], "tick": "on", "count": "1,2"}},
    {
        "data": _value("a") | {"name": "", "long": "x", "short": "x", "radio": "x", "day": "昨天"},
        "prefix": "",
    },
    {"data": {}},
]


def _page(page, shells):
    page = dict(page)
    if "data" in page:
        listed = {name: value if isinstance(value, list) else [value] for name, value in page["data"].items()}
        page["data"] = MultiValueDict(listed)
    return Form(shells=shells, **page)


def _drawn(page, name, shells):
    drawn = Drawn(render_field(_page(page, shells), name))
    return drawn.parts, drawn.options


@pytest.mark.parametrize("name", FIELDS)
def test_no_page_shows_what_belongs_to_another(name):
    """Every page after every other one: drawn from shells that have seen it, and without any."""
    alone = [_drawn(page, name, {}) for page in PAGES]
    for first, second in permutations(range(len(PAGES)), 2):
        shells = {name: {} for name in FIELDS}
        _drawn(PAGES[first], name, shells)
        parts, options = _drawn(PAGES[second], name, shells)
        assert parts == alone[second][0], (PAGES[first], PAGES[second])
        assert options >= alone[second][1]


def test_pages_in_a_row_share_shells_and_nothing_else():
    shells = {name: {} for name in FIELDS}
    for page in PAGES * 2:
        for name in FIELDS:
            assert _drawn(page, name, shells)[0] == _drawn(page, name, {})[0], (name, page)
    assert shells["name"]
    assert len(shells["boxes"]) < len(PAGES)
    assert not shells["hidden"]


def test_what_somebody_typed_never_enters_a_shell():
    """Texts, addresses of pictures and ticks are put into a copy."""
    shells = {name: {} for name in FIELDS}
    page = {"initial": _value("b") | {"name": "机密", "remark": "机密"}, "preview": "/filing/images/7/"}
    for name in FIELDS:
        _drawn(page, name, shells)
    for name in ("name", "remark", "boxes", "radio", "long", "picture"):
        kept = "".join(shells[name].values())
        assert not [typed for typed in ("机密", "images/7", "checked") if typed in kept], name
        assert ("{0}" if name in {"boxes", "radio"} else "{value}") in kept, name


def test_more_variants_than_a_field_may_keep_are_drawn_all_the_same():
    shells = {"short": {str(number): "" for number in range(controls.MOST_SHELLS)}}
    assert _drawn(PAGES[6], "short", shells) == _drawn(PAGES[6], "short", {})
    assert len(shells["short"]) == controls.MOST_SHELLS


@pytest.mark.parametrize("value", ["a", "", None, "x", '"><script>'])
@pytest.mark.parametrize(
    "choices", [LETTERS, [("", "请选择"), ('"><script>', "<b>&'")], [("组", LETTERS)], []]
)
def test_a_plain_select_is_read_as_the_one_django_draws(choices, value):
    attrs = {"class": "form-select", "required": True, "disabled": False, "aria-label": '"<'}
    ours, theirs = (
        Elements(kind(attrs, choices=choices).render("name", value, {"id": "id_name"}))
        for kind in (controls.PlainSelect, forms.Select)
    )
    assert ours.elements == theirs.elements
    assert [text for text in ours.texts if text] == [text for text in theirs.texts if text]
