"""Template components: the field, the wrappers, the state word, and how figures and dates are written."""

from decimal import Decimal
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html

from autoflow.common.checks import Severity
from autoflow.common.controls import draw, words
from autoflow.common.shells import place, plain_shell, shell_of

register = template.Library()

ABSENT = "–"
MOST_SHELLS = 200
OF_ROW = {"place", "DELETE"}
ROW_TEXTS = ("label", "number", "controls", "place_name", "stored_place", "removal")
STATE_TONES = {
    "done": {"CONFIRMED", "APPROVED", "DONE", "DELIVERED"},
    "waiting": {
        *("SUBMITTED", "CHANGED", "PENDING", "UPLOADED", "CHECKING", "CHECKED", "WRITING"),
        *("WAITING", "SENDING", "UNDOING"),
    },
    "attention": {"RETURNED", "REJECTED", "SUSPENDED", "ASKING"},
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


@register.simple_tag
def state(code, text):
    """A state in its own word, with a colour that only repeats it; lists have several in each row."""
    tone = next((tone for tone, codes in STATE_TONES.items() if code in codes), "idle")
    return format_html(plain_shell("components/state.html", "tone", "text"), tone=tone, text=text)


@register.inclusion_tag("components/crumb.html")
def crumb(label, url=""):
    """A step of the breadcrumb; the page itself has no address."""
    return {"label": label, "url": url}


@register.simple_tag
def field(bound):
    """A control with its label, star, unit, explanation, help and errors, tied together for screen readers.

    The form's code may give the field `starred` (a star though drafts may lack it), `unit`, `explain`
    (指标解释), `types` (the enterprise types it concerns), `when` (name and value of the control it depends
    on), `copies` (the control it often repeats); a file widget may carry `preview_url`; a text input with
    the attribute data-division-picker chooses a division. The form may name fields `out_of_place` for its
    types, or `unmet` in what they depend on, and give `previews` of stored pictures.

    A field with `shells`, a dict, never changes: it is drawn once, and later its value is put in. A select
    with `labels` (of its values) has its options as HTML in `option_list`.
    """
    return draw(bound)


@register.simple_tag
def fields(controls, *but):
    """The controls of a form one after the other, save those named."""
    return _drawn(controls, but)


def _drawn(controls, but=()):
    drawn = [draw(bound) for bound in controls if bound.name not in but]
    return format_html("{}" * len(drawn), *drawn) if drawn else ""


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
    errors = [{"href": f"#{formset.prefix}", "text": text} for text in formset.non_form_errors()]
    for number, form in enumerate(formset.forms, start=1):
        errors += _form_errors(form, f"第{number}行")
    return errors


def _form_errors(form, place=""):
    form.is_summarised = True
    if not form.errors:
        return []
    errors = [{"href": "", "text": f"{place}{text}"} for text in form.non_field_errors()]
    for bound in form:
        target = bound.id_for_label or f"{bound.auto_id}_0"
        errors += [
            {"href": f"#{target}", "text": f"{place}{_naming(bound.label, text)}"} for text in bound.errors
        ]
    return errors


def _naming(label, text):
    """A message that names its control by itself is not told twice whose it is."""
    return text if f"“{label}”" in text else f"“{label}”：{text}"


@register.inclusion_tag("components/findings.html")
def findings(found):
    """Findings of the numbered rules, errors first."""
    rows = list(found)
    groups = []
    for tone, title, advice, severities in FINDING_GROUPS:
        of_tone = [(row, getattr(row, "href", "")) for row in rows if row.severity in severities]
        groups.append({"tone": tone, "title": title, "advice": advice, "rows": of_tone})
    return {"groups": [group for group in groups if group["rows"]]}


@register.inclusion_tag("components/brand_lines.html")
def brand_lines(formset, row_label="品牌", add_label="增加品牌", options_url="", is_required=False):
    """The rows of a formset, to add, remove and restore; a search chooses brand and producer."""
    return {
        "formset": formset,
        "rows": [_formset_row(form, row_label, number) for number, form in enumerate(formset, start=1)],
        "empty_row": _formset_row(formset.empty_form, row_label, ""),
        "row_label": row_label,
        "add_label": add_label,
        "options_url": options_url,
        "is_required": is_required,
    }


def _formset_row(form, label, number):
    errors = form.non_field_errors()
    shell = _row_shell(len(errors), "place" in form.fields, "DELETE" in form.fields)
    stored_place = getattr(form, "stored_place", None)
    return format_html(
        shell,
        label=label,
        number=number,
        controls=_drawn(form, OF_ROW),
        place_name=form.add_prefix("place"),
        stored_place="" if stored_place is None else stored_place,
        removal=_drawn(form[name] for name in ("DELETE",) if name in form.fields),
        **{f"error{index}": text for index, text in enumerate(errors)},
    )


@lru_cache(maxsize=MOST_SHELLS)
def _row_shell(error_count, has_place, can_be_removed):
    facts = {"has_place": has_place, "can_be_removed": can_be_removed}
    errors = [place(f"error{index}") for index in range(error_count)]
    texts = {name: place(name) for name in ROW_TEXTS}
    return shell_of("components/_formset_row.html", facts | texts | {"errors": errors})


@register.inclusion_tag("components/task_list.html")
def task_list(items, label):
    """The parts of a page with what each still lacks: label, url, missing, faults, types and is_hidden."""
    return {"label": label, "items": [_task(**item) for item in items]}


def _task(*, types, is_hidden, missing, **texts):
    return format_html(_task_shell(types, is_hidden, bool(missing)), missing=missing, **texts)


@lru_cache(maxsize=MOST_SHELLS)
def _task_shell(types, is_hidden, is_missing):
    facts = {"types": types, "is_hidden": is_hidden, "is_missing": is_missing}
    texts = {name: place(name) for name in ("label", "url", "missing", "faults")}
    return shell_of("components/_task.html", facts | texts)


@register.simple_block_tag
def panel(content, title, element_id="", types="", is_hidden=False):
    """A part of a page; `types` names the enterprise types it concerns, `is_hidden` that none is chosen."""
    return format_html(_panel_shell(element_id, words(types), bool(is_hidden)), title=title, body=content)


@lru_cache(maxsize=MOST_SHELLS)
def _panel_shell(element_id, types, is_hidden):
    facts = {"element_id": element_id, "types": types, "is_hidden": is_hidden}
    return shell_of("components/panel.html", facts | {name: place(name) for name in ("title", "body")})


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
