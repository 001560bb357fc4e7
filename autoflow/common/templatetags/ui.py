"""Template components: the field, the wrappers, the state word, and how figures and dates are written."""

from datetime import date
from decimal import Decimal

from django import forms, template
from django.forms.boundfield import BoundWidget
from django.template.loader import render_to_string
from django.utils import timezone

from autoflow.common.checks import Severity

register = template.Library()

ABSENT = "–"
IMAGE_MAX_BYTES = 300 * 1024
IMAGE_TYPES = "image/jpeg,image/png"
INLINE_CHOICES = 4
STATE_TONES = {
    "done": {"CONFIRMED", "APPROVED", "DONE", "DELIVERED"},
    "waiting": {
        *("SUBMITTED", "CHANGED", "PENDING", "UPLOADED", "CHECKING", "CHECKED", "WRITING"),
        *("WAITING", "SENDING"),
    },
    "attention": {"RETURNED", "REJECTED", "SUSPENDED"},
    "failed": {"FAILED"},
}
FINDING_GROUPS = (
    ("error", "错误", "须修改后才能提交", {Severity.ERROR, Severity.ERROR_ESCALATE}),
    ("warn", "警告", "请核对，确认无误可继续", {Severity.WARN, Severity.WARN_CONFIRM}),
    ("info", "提示", "供参考", {Severity.INFO}),
)


@register.filter
def amount(value, places=None):
    """A figure with thousands separators; nil is 0, what is absent is a dash."""
    if value is None or value == "":
        return ABSENT
    return f"{Decimal(value):,}" if places is None else f"{Decimal(value):,.{int(places)}f}"


@register.filter
def figure_of(row, name):
    """The figure a list column shows of a row."""
    return getattr(row, name)


@register.filter
def zh_date(value):
    """A date, or the Shanghai day of a moment, as 2026年11月23日."""
    if not value:
        return ABSENT
    day = timezone.localtime(value) if hasattr(value, "hour") else value
    return f"{day.year}年{day.month}月{day.day}日"


@register.filter
def zh_datetime(value):
    """A moment in Shanghai time as 2026年11月23日 14:03."""
    return f"{zh_date(value)} {timezone.localtime(value):%H:%M}" if value else ABSENT


@register.inclusion_tag("components/state.html")
def state(code, text):
    """A state in its own word, with a colour that only repeats it."""
    tone = next((tone for tone, codes in STATE_TONES.items() if code in codes), "idle")
    return {"tone": tone, "text": text}


@register.inclusion_tag("components/crumb.html")
def crumb(label, url=""):
    """A step of the breadcrumb; the page itself has no address."""
    return {"label": label, "url": url}


@register.inclusion_tag("components/field.html")
def field(bound):
    """A control with its label, star, unit, explanation, help and errors, tied together for screen readers.

    The form's code may give the field `starred` (a star though drafts may lack it), `unit`, `explain`
    (指标解释), `types` (the enterprise types it concerns); a file widget may carry `preview_url`;
    a text input with the attribute data-division-picker chooses a division.
    """
    kind = _kind(bound)
    described_by = _described_by(bound)
    context = {
        "bound": bound,
        "kind": kind,
        "target": bound.id_for_label or f"{bound.auto_id}_0",
        "is_starred": bound.field.required or getattr(bound.field, "starred", False),
        "unit": getattr(bound.field, "unit", ""),
        "explain": getattr(bound.field, "explain", ""),
        "types": _words(getattr(bound.field, "types", "")),
        "preview_url": getattr(bound.field.widget, "preview_url", ""),
        "described_by": described_by,
    }
    if kind == "choices":
        context["options"] = _options(bound)
        context["is_inline"] = len(context["options"]) <= INLINE_CHOICES
    elif not bound.is_hidden:
        context["control"] = _control(bound, kind, described_by)
    return context


def _words(value):
    return value if isinstance(value, str) else " ".join(sorted(value))


def _kind(bound):
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
    widget = bound.field.widget
    attrs = bound.build_widget_attrs({"id": bound.auto_id, "class": "form-check-input"})
    data = widget.subwidgets(bound.html_name, bound.value(), attrs=attrs)
    return [BoundWidget(widget, option, bound.form.renderer) for option in data]


def _control(bound, kind, described_by):
    widget = _widget(bound, kind)
    css = {"check": "form-check-input", "select": "form-select"}.get(kind, "form-control")
    attrs = {"class": " ".join(filter(None, [css, widget.attrs.get("class"), _width(widget, kind)]))}
    if bound.errors:
        attrs["class"] += " is-invalid"
    if described_by:
        attrs["aria-describedby"] = described_by
    return bound.as_widget(widget, attrs)


def _widget(bound, kind):
    """The widget as it is shown; dates and figures that cannot be read stay as they were typed."""
    widget = bound.field.widget
    attrs = widget.attrs
    if kind == "date":
        return forms.DateInput(
            {**attrs, "type": "date" if _is_date(bound.value()) else "text"}, format="%Y-%m-%d"
        )
    if kind == "number":
        attrs = {name: value for name, value in attrs.items() if name not in {"min", "max", "step", "type"}}
        mode = "numeric" if widget.attrs.get("step", 1) in {1, "1"} else "decimal"
        return forms.TextInput({"inputmode": mode, "autocomplete": "off", **attrs})
    if kind == "image":
        return forms.FileInput({"accept": IMAGE_TYPES, "data-max-bytes": IMAGE_MAX_BYTES, **attrs})
    if kind == "file":
        return forms.FileInput(attrs)
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


@register.inclusion_tag("components/error_summary.html")
def error_summary(*sources):
    """All errors of the forms and formsets given, each a link to its control."""
    errors = []
    for source in sources:
        if hasattr(source, "management_form"):
            errors += _formset_errors(source)
        else:
            errors += _form_errors(source)
    return {"errors": errors}


def _formset_errors(formset):
    if not formset.is_bound:
        return []
    errors = [{"href": "", "text": text} for text in formset.non_form_errors()]
    for number, form in enumerate(formset.forms, start=1):
        errors += _form_errors(form, f"第{number}行")
    return errors


def _form_errors(form, place=""):
    form.is_summarised = True
    errors = [{"href": "", "text": f"{place}{text}"} for text in form.non_field_errors()]
    for bound in form:
        target = bound.id_for_label or f"{bound.auto_id}_0"
        errors += [{"href": f"#{target}", "text": f"{place}“{bound.label}”：{text}"} for text in bound.errors]
    return errors


@register.inclusion_tag("components/findings.html")
def findings(found):
    """Findings of the numbered rules, errors first."""
    rows = list(found)
    groups = []
    for tone, title, advice, severities in FINDING_GROUPS:
        of_tone = [row for row in rows if row.severity in severities]
        groups.append({"tone": tone, "title": title, "advice": advice, "rows": of_tone})
    return {"groups": [group for group in groups if group["rows"]]}


@register.inclusion_tag("components/brand_lines.html")
def brand_lines(formset, row_label="品牌", add_label="增加品牌", producers_url=""):
    """The rows of a formset, to add, remove and restore; choosing a brand narrows its producers."""
    return {
        "formset": formset,
        "row_label": row_label,
        "add_label": add_label,
        "producers_url": producers_url,
    }


@register.simple_block_tag
def panel(content, title, element_id="", types=""):
    """A part of a page; `types` names the enterprise types it concerns."""
    context = {"title": title, "element_id": element_id, "types": _words(types), "body": content}
    return render_to_string("components/panel.html", context)


@register.simple_block_tag
def page_header(content, title, lead=""):
    """The heading of a page with its main action at the right."""
    return render_to_string("components/page_header.html", {"title": title, "lead": lead, "actions": content})


@register.simple_block_tag
def data_table(content, caption, is_stacked=False):
    """Heads and rows come from the block; a narrow screen scrolls them, or stacks them by data-label."""
    context = {"caption": caption, "is_stacked": is_stacked, "body": content}
    return render_to_string("components/data_table.html", context)


@register.simple_block_tag
def filter_bar(content, search_label="搜索", name="q", value="", chips=()):
    """A search kept in the address: one box that says what it knows, more controls, chips to take off."""
    context = {
        "search_label": search_label,
        "name": name,
        "value": value,
        "chips": chips,
        "controls": content,
    }
    return render_to_string("components/filter_bar.html", context)


@register.simple_block_tag(takes_context=True)
def confirm(
    context,
    content,
    label,
    title,
    consequence,
    action,
    button="",
    tone="primary",
    is_open=False,
    is_quiet=False,
):
    """A step that asks first, naming the object and the consequence; the block adds what the step needs.

    A quiet one is not the main step of its page.
    """
    return render_to_string(
        "components/confirm_dialog.html",
        {
            "csrf_token": context.get("csrf_token", ""),
            "label": label,
            "title": title,
            "consequence": consequence,
            "action": action,
            "button": button or label,
            "tone": tone,
            "is_open": is_open,
            "is_quiet": is_quiet,
            "body": content,
        },
    )
