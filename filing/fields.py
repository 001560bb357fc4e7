"""Form fields made from the specification: one field of the table gives one control."""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

from django import forms
from django.utils.html import format_html, format_html_join

from accounts.divisions import find_division
from accounts.forms import DivisionField
from autoflow.common.checks import finding
from autoflow.common.codes import choices, code_of
from autoflow.common.identifiers import normalise_phone
from autoflow.common.images import MAX_BYTES, ImageRefused, clean_image
from autoflow.common.text import TextRefused, normalise, normalise_number, reject_controls
from filing.sections import CONDITIONS

LONG_TEXT = 500
LARGEST = 2_147_483_647
YEARS = range(1900, 2200)
FIGURE = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)
DATE_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"]
PHONES = {"contact_mobile", "contact_phone"}
YES_NO = (("1", "是"), ("0", "否"))
TICKS = {
    "image_sync_acknowledged": (
        "我单位知悉：营业执照正本、副本和公章影像将同步至公安交管部门，用于二手车转让登记免交执照原件。"
    ),
    "truth_declared": "我单位承诺：所填内容与证照一致，并对其真实性负责。",
}


ASKED_ON_CONDITION = {*CONDITIONS, "registered_capital", "upstream_name"}
HELP = {
    "registered_capital": "个体工商户可不填。",
    "enterprise_types": "可多选。勾选后出现相应的填报部分；取消勾选不会丢失已填内容。",
    "resident_market_id": "在交易市场内经营的填写；市场须已备案。",
    "licence_valid_until": "长期有效的不填。",
    "auction_licence_until": "长期有效的不填。",
    "grantee_division": "到地级市即可。",
}
TOO_LONG = {"enterprise_name": "F-001", "contact_mobile": "F-009"}
COPIES = {"business_address": "registered_address"}


class TextField(forms.CharField):
    """Text made comparable before its length is judged; characters nobody can see are refused."""

    def __init__(self, *, normaliser=normalise, **kwargs):
        super().__init__(**kwargs)
        self.normaliser = normaliser

    def to_python(self, value):
        try:
            return self.normaliser(reject_controls(super().to_python(value)))
        except TextRefused as error:
            raise forms.ValidationError(str(error)) from error


class Figure:
    """Figures as people type them, full-width or with thousands separators, and nothing else."""

    def to_python(self, value):
        text = unicodedata.normalize("NFKC", str(value or "")).strip()
        if text and not FIGURE.fullmatch(text):
            raise forms.ValidationError("请填写数字，例如 1200。")
        return super().to_python(text.replace(",", ""))


class CountField(Figure, forms.IntegerField):
    pass


class AmountField(Figure, forms.DecimalField):
    """An amount as it was given, without the zeros the column adds."""

    def prepare_value(self, value):
        if not isinstance(value, Decimal):
            return value
        return value.quantize(1) if value == value.to_integral_value() else value.normalize()


class DayField(forms.DateField):
    """A day within living memory and planning."""

    default_error_messages = {"invalid": "请填写日期，例如 2026-11-23。"}

    def __init__(self, **kwargs):
        super().__init__(input_formats=DATE_FORMATS, widget=forms.DateInput, **kwargs)

    def to_python(self, value):
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip()
        day = super().to_python(value)
        if isinstance(day, date) and day.year not in YEARS:
            raise forms.ValidationError("年份不正确，请核对。")
        return day


class YesNoField(forms.ChoiceField):
    """是 or 否, or not answered yet."""

    def __init__(self, **kwargs):
        super().__init__(choices=YES_NO, widget=forms.RadioSelect, **kwargs)

    def prepare_value(self, value):
        return {True: "1", False: "0"}.get(value, value)

    def to_python(self, value):
        return code_of("yes_no", super().to_python(value)) or super().to_python(value)

    def clean(self, value):
        return {"1": True, "0": False}.get(super().clean(value))


class PictureInput(forms.FileInput):
    preview_url = ""


class ImageField(forms.FileField):
    """One picture, judged by its bytes and drawn anew (rule F-011); cleans to a CleanImage."""

    widget = PictureInput

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        if not upload:
            return None
        try:
            return clean_image(upload.read(MAX_BYTES), size=upload.size)
        except ImageRefused as error:
            raise forms.ValidationError(error.message) from error


class AreaField(DivisionField):
    """A division of any level (到地级即可)."""

    def clean(self, value):
        text = forms.CharField.clean(self, value)
        division = find_division(text) if text else None
        if text and division is None:
            raise forms.ValidationError("没有找到该地区，请填写全称（如“浙江省杭州市”）或六位区划代码。")
        return division


class KeyField(forms.TypedChoiceField):
    """A row of another table by its key, out of (key, name) pairs read once for all rows of a page."""

    def __init__(self, *, options=(), **kwargs):
        super().__init__(coerce=int, empty_value=None, **kwargs)
        self.labels = {str(key): name for key, name in options}
        self.option_list = _option_list(tuple(options))

    def valid_value(self, value):
        return str(value) in self.labels


@lru_cache(maxsize=64)
def _option_list(options):
    """The options as HTML: hundreds of them, the same in every row and on the next page."""
    listed = format_html_join("", '<option value="{}">{}</option>', options)
    return format_html('<option value="">请选择</option>{}', listed)


def form_field(spec, *, options=(), required=False, starred=None):
    """The control of one field; drafts may lack anything, so stars are shown but not enforced here.

    A form may share it with other forms, as long as nobody changes it.
    """
    field = _bare_field(spec, {"label": spec.label, "required": required}, options)
    on_condition = spec.identifier in ASKED_ON_CONDITION
    field.starred = spec.required == "R" or on_condition if starred is None else starred
    field.unit = spec.unit
    field.explain = spec.explain
    field.help_text = HELP.get(spec.identifier, field.help_text)
    if spec.identifier in CONDITIONS:
        field.when = CONDITIONS[spec.identifier]
    if spec.identifier in COPIES:
        field.copies = COPIES[spec.identifier]
    field.error_messages |= _messages(spec)
    field.shells = _shells(spec.form, spec.identifier, required, field.starred)
    return field


def _messages(spec):
    """What is said of a value that cannot even be stored, in the words of the rules where they have some."""
    messages = {"required": f"请填写“{spec.label}”。"}
    if spec.kind in {"int", "decimal"}:
        low, high = spec.minimum or 0, spec.maximum
        between = f"“{spec.label}”应在 {low} 至 {high} 之间。" if high else f"“{spec.label}”不能小于 {low}。"
        messages |= {"min_value": between, "max_value": between}
    elif spec.kind == "text":
        rule = TOO_LONG.get(spec.identifier, "F-002" if spec.identifier.endswith("uscc") else "")
        told = finding(rule, spec.identifier).message if rule else ""
        messages["max_length"] = told or f"“{spec.label}”最多 {spec.max_length} 个字，请缩短。"
    return messages


@cache
def _shells(form, identifier, required, starred):
    """Drawn once for all pages, also where a page has options of its own."""
    return {}


def _bare_field(spec, basics, options):
    match spec.kind:
        case "text":
            return _text_field(spec, basics)
        case "int":
            return CountField(min_value=spec.minimum, max_value=spec.maximum or LARGEST, **basics)
        case "decimal":
            size = {"max_digits": spec.max_digits, "decimal_places": spec.decimals}
            return AmountField(min_value=spec.minimum, max_value=spec.maximum, **size, **basics)
        case "date":
            return DayField(**basics)
        case "bool" if spec.identifier in TICKS:
            return forms.BooleanField(help_text=TICKS[spec.identifier], **basics)
        case "bool":
            return YesNoField(**basics)
        case "codes":
            widget = forms.CheckboxSelectMultiple
            return forms.MultipleChoiceField(choices=choices(spec.code_list), widget=widget, **basics)
        case "code" if spec.code_list == "divisions":
            return (DivisionField if spec.identifier == "division_code" else AreaField)(**basics)
        case "code":
            return forms.ChoiceField(choices=[("", "请选择"), *choices(spec.code_list)], **basics)
        case "fk":
            return KeyField(options=options, **basics)
        case "image":
            return ImageField(**basics)
    raise ValueError(f"{spec.form}.{spec.identifier}: no control for kind {spec.kind}")


def _text_field(spec, basics):
    if spec.identifier in PHONES:
        return TextField(normaliser=normalise_phone, max_length=spec.max_length, **basics)
    if spec.identifier.endswith("uscc"):
        return TextField(normaliser=normalise_number, max_length=spec.max_length, **basics)
    widget = forms.Textarea({"rows": 3}) if spec.max_length >= LONG_TEXT else forms.TextInput
    return TextField(max_length=spec.max_length, widget=widget, **basics)
