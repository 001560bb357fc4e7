"""How one control of a form is drawn: from its template, or from a shell that was drawn once."""

import re
from copy import copy
from datetime import date
from functools import lru_cache

from django import forms
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html, format_html_join

from autoflow.common.shells import place, with_places

IMAGE_MAX_BYTES = 300 * 1024
IMAGE_TYPES = "image/jpeg,image/png"
INLINE_CHOICES = 4
WITH_TEXT = {"text", "division", "number", "date"}
FILES = {"image", "file"}
MOST_SHELLS = 100
MOST_PREFIXES = 2000
TICKED, NOTHING = map(conditional_escape, (" checked", ""))
OPTION = (
    '<div class="form-check"><input type="{}" name="{}" value="{}"{}{}>'
    '<label class="form-check-label" for="{}">{}</label></div>'
)
PREFIX_PLACE, VALUE_PLACE, REMINDER_PLACE = map(place, ("prefix", "value", "reminder"))
LINE_BREAK = re.compile(r"\s*\n\s*")
DATE_PLACE = "1000-01-01"
DAY_SHOWN, FIGURE_SHOWN = forms.DateInput(format="%Y-%m-%d"), forms.TextInput()


class PlainSelect(forms.Select):
    """A drop-down whose options are written without a template for each."""

    def _render(self, template_name, context, renderer=None):
        widget = context["widget"]
        if any(name for name, _, _ in widget["optgroups"]):
            return super()._render(template_name, context, renderer)
        options = [option for _, group, _ in widget["optgroups"] for option in group]
        written = format_html_join("", '<option value="{}"{}>{}</option>', map(_option_parts, options))
        return format_html(
            '<select name="{}"{}>{}</select>', widget["name"], flatatt(widget["attrs"]), written
        )


def _option_parts(option):
    return option["value"], flatatt(option["attrs"]), option["label"]


def draw(bound):
    """The HTML of a control; what the field may carry is told at the tag `field`. What has errors is drawn
    anew, and so is what is hidden, a mere value.
    """
    kind = getattr(bound.field, "drawn_as", "") or _kind(bound)
    if kind == "hidden":
        return bound.as_widget()
    value = _preview(bound) if kind == "image" else bound.value()
    if hasattr(bound.field, "shells") and bound.name not in bound.form.errors:
        return _from_shell(bound, kind, value)
    return _from_template(bound, kind, value, _reminder(bound))


def _reminder(bound):
    """What a reader asked to have mended here; a form with such words names them in `reminders`."""
    return getattr(bound.form, "reminders", {}).get(bound.name, "")


def words(value):
    return value if isinstance(value, str) else " ".join(sorted(value))


def _preview(bound):
    """The address of the picture stored; a form with pictures of its own names them in `previews`."""
    previews = getattr(bound.form, "previews", {})
    return previews.get(bound.name, getattr(bound.field.widget, "preview_url", ""))


def _from_template(bound, kind, value, reminder):
    described_by = _described_by(bound)
    context = {
        "bound": bound,
        "kind": kind,
        "target": bound.id_for_label or f"{bound.auto_id}_0",
        "is_starred": bound.field.required or getattr(bound.field, "starred", False),
        "unit": getattr(bound.field, "unit", ""),
        "explain": getattr(bound.field, "explain", ""),
        "copies": getattr(bound.field, "copies", ""),
        "types": words(getattr(bound.field, "types", "")),
        "is_out_of_place": _is_out_of_place(bound),
        "when": _condition(bound),
        "is_unmet": _is_unmet(bound),
        "preview_url": value if kind == "image" else "",
        "described_by": described_by,
        "reminder": reminder,
    }
    if kind == "choices":
        options = _options(bound)
        context["options"] = _boxes(options, value == VALUE_PLACE)
        context["is_inline"] = len(options) <= INLINE_CHOICES
    else:
        context["control"] = _control(bound, kind, described_by, value)
    return render_to_string("components/field.html", context)


def _is_out_of_place(bound):
    return bound.name in getattr(bound.form, "out_of_place", ())


def _is_unmet(bound):
    return bound.name in getattr(bound.form, "unmet", ())


def _condition(bound):
    """`name=value` of the control, in the same form or row, that this one depends on."""
    if not hasattr(bound.field, "when"):
        return ""
    name, value = bound.field.when
    return f"{bound.html_name.removesuffix(bound.name)}{name}={value}"


def _from_shell(bound, kind, value):
    """A shell is the HTML of a field with a place for its prefix and, where it has them, for its value or its
    ticks and for a reminder. Whatever else may differ between two pages is part of the variant.
    """
    shells, form, reminder = bound.field.shells, bound.form, _reminder(bound)
    put, text = _place_and_text(bound.field, kind, value)
    variant = (
        *(form.auto_id, form.use_required_attribute, _is_out_of_place(bound), _is_unmet(bound)),
        *(bool(reminder), put or _plain(value), kind in FILES and not bound.initial),
    )
    shell = shells.get(variant)
    if shell is None:
        shell = _shell(bound, kind, put or value, reminder and REMINDER_PLACE)
        if len(shells) < MOST_SHELLS:
            shells[variant] = shell
    ticks = _ticks(bound.field.widget, value) if kind == "choices" else ()
    prefix = _escaped_prefix(bound.html_name.removesuffix(bound.name))
    more = {"reminder": reminder} if reminder else {}
    return format_html(shell, *ticks, prefix=prefix, value=text or NOTHING, **more)


@lru_cache(maxsize=MOST_PREFIXES)
def _escaped_prefix(prefix):
    return conditional_escape(prefix)


def _place_and_text(field, kind, value):
    """What stands for the value in the shell, and what is put there; a tick and a short select have a shell
    for each value. The boxes and radio buttons of a choice are ticked one by one: ticks are never
    part of a shell.
    """
    if kind == "choices":
        return VALUE_PLACE, ""
    if hasattr(field, "labels"):
        return VALUE_PLACE, _chosen_first(field, value)
    if kind == "image":
        return (VALUE_PLACE if value else ""), value
    if kind not in WITH_TEXT:
        return "", ""
    put = DATE_PLACE if kind == "date" and _is_date(value) else VALUE_PLACE
    if value is None or value == "":
        return put, ""
    shown = {"date": DAY_SHOWN, "number": FIGURE_SHOWN}.get(kind, field.widget)
    return put, shown.format_value(value)


def _ticks(widget, value):
    """What marks each box or button of a choice; its options stand in no groups."""
    chosen = widget.format_value(value)
    return [TICKED if str(code) in chosen else NOTHING for code, _ in widget.choices]


def _plain(value):
    return tuple(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _chosen_first(field, value):
    """The long list of options, headed by the chosen one."""
    label = field.labels.get(str(value))
    if label is None:
        return field.option_list
    return format_html('<option value="{}" selected>{}</option>{}', value, label, field.option_list)


def _shell(bound, kind, value, reminder):
    """The shell of a field, which never changes: from now on its kind is known."""
    bound.field.drawn_as = kind
    probe = copy(bound)
    probe.html_name = f"{PREFIX_PLACE}{bound.name}"
    html = LINE_BREAK.sub("\n", _from_template(probe, kind, value, reminder))
    if hasattr(bound.field, "labels"):
        html = html.replace(f'<option value="">{VALUE_PLACE}</option>', VALUE_PLACE)
    return with_places(html.replace(DATE_PLACE, VALUE_PLACE))


def _kind(bound):
    if bound.is_hidden:
        return "hidden"
    match bound.field.widget:
        case forms.RadioSelect():
            return "choices"
        case forms.CheckboxInput():
            return "check"
        case forms.Select():
            return "select"
        case forms.FileInput() as widget:
            is_image = isinstance(bound.field, forms.ImageField) or hasattr(widget, "preview_url")
            return "image" if is_image else "file"
        case forms.DateInput():
            return "date"
        case forms.NumberInput():
            return "number"
    return "division" if "data-division-picker" in bound.field.widget.attrs else "text"


def _described_by(bound):
    parts = {
        "error": bound.errors,
        "helptext": bound.help_text,
        "unit": getattr(bound.field, "unit", ""),
    }
    return " ".join(f"{bound.auto_id}_{name}" for name, present in parts.items() if present)


def _options(bound):
    """The radio buttons or boxes of a choice, each with its own id."""
    attrs = bound.build_widget_attrs({"id": bound.auto_id, "class": "form-check-input"})
    return list(bound.field.widget.subwidgets(bound.html_name, bound.value(), attrs=attrs))


def _boxes(options, has_places=False):
    """The boxes of a choice, each ticked or with a place for its tick."""
    ticks = [
        place(str(number)) if has_places else TICKED if option["selected"] else NOTHING
        for number, option in enumerate(options)
    ]
    return format_html_join("", OPTION, map(_parts, options, ticks))


def _parts(option, tick):
    attrs = {name: value for name, value in option["attrs"].items() if name != "checked"}
    return option["type"], option["name"], option["value"], flatatt(attrs), tick, attrs["id"], option["label"]


def _control(bound, kind, described_by, value):
    widget = _widget(bound, kind, value)
    css = {"check": "form-check-input", "select": "form-select"}.get(kind, "form-control")
    attrs = {"class": " ".join(filter(None, [css, widget.attrs.get("class"), _width(widget, kind)]))}
    if bound.errors:
        attrs["class"] += " is-invalid"
    if described_by:
        attrs["aria-describedby"] = described_by
    probe = copy(bound)
    probe.value = lambda: value
    return probe.as_widget(widget, attrs)


def _widget(bound, kind, value):
    """The widget as it is shown; dates and figures that cannot be read stay as they were typed."""
    widget = bound.field.widget
    attrs = widget.attrs
    if kind == "date":
        return forms.DateInput({**attrs, "type": "date" if _is_date(value) else "text"}, format="%Y-%m-%d")
    if kind == "number":
        attrs = {name: value for name, value in attrs.items() if name not in {"min", "max", "step", "type"}}
        mode = "numeric" if widget.attrs.get("step", 1) in {1, "1"} else "decimal"
        return forms.TextInput({"inputmode": mode, "autocomplete": "off", **attrs})
    if kind == "image":
        return forms.FileInput({"accept": IMAGE_TYPES, "data-max-bytes": IMAGE_MAX_BYTES, **attrs})
    if kind == "file":
        return forms.FileInput(attrs)
    if kind == "select" and hasattr(bound.field, "labels"):
        listed = (
            [("", VALUE_PLACE)] if value == VALUE_PLACE else [("", "请选择"), *bound.field.labels.items()]
        )
        return PlainSelect(attrs, choices=listed)
    if type(widget) is forms.Select:
        return PlainSelect(attrs, choices=widget.choices)
    return widget


def _is_date(value):
    """Whether a native date input can show the value; it would drop any other."""
    if not isinstance(value, str):
        return True
    try:
        return value == "" or date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _width(widget, kind):
    """A control is about as wide as what belongs in it."""
    if kind in {"date", "number"}:
        return "control-short"
    length = int(widget.attrs.get("maxlength") or 0) if kind == "text" else 0
    return "control-code" if 0 < length <= 6 else "control-medium" if 0 < length <= 30 else ""
