"""Figures as persons type them: full-width digits and thousands separators are read, nothing is guessed."""

import re
import unicodedata
from decimal import Decimal

from django import forms

WHOLE = re.compile(r"-?(\d{1,9}|\d{1,3}(,\d{3}){1,2})", re.ASCII)
DECIMAL = re.compile(r"-?(\d{1,14}|\d{1,3}(,\d{3}){1,4})(\.\d{1,2})?", re.ASCII)
TOO_FINE = re.compile(r"-?[\d,]+\.\d{3,}", re.ASCII)
CENT = Decimal("0.01")
Figure = int | str | None


def read_figure(raw: str, *, is_whole: bool) -> tuple[Figure, str]:
    """The figure as content keeps it, and why it cannot be read: a quantity is an int, an amount is text with
    two decimals, so that JSON keeps it exactly; nothing typed is None.
    """
    text = unicodedata.normalize("NFKC", raw).strip()
    if not text:
        return None, ""
    if is_whole:
        return (int(text.replace(",", "")), "") if WHOLE.fullmatch(text) else (None, "请填写整数。")
    if DECIMAL.fullmatch(text):
        return str(Decimal(text.replace(",", "")).quantize(CENT)), ""
    fault = "最多两位小数，请四舍五入后填写。" if TOO_FINE.fullmatch(text) else "请填写数字。"
    return None, fault


def decimal_of(figure: Figure) -> Decimal:
    """A figure to reckon with; nothing counts as nil."""
    return Decimal(figure or 0)


class FigureField(forms.CharField):
    """One figure of the table of fields, with its unit and its explanation."""

    def __init__(self, spec, **kwargs):
        super().__init__(label=spec.label, max_length=30, required=False, **kwargs)
        self.spec, self.unit, self.explain = spec, spec.unit, spec.explain
        self.starred = spec.required == "R"
        mode = "numeric" if spec.kind == "int" else "decimal"
        self.widget.attrs |= {"inputmode": mode, "autocomplete": "off", "class": "control-short"}

    def clean(self, value):
        figure, fault = read_figure(super().clean(value), is_whole=self.spec.kind == "int")
        if not fault and figure is not None and self.spec.minimum is not None:
            fault = "" if decimal_of(figure) >= self.spec.minimum else "不能为负。"
        if not fault and self.spec.maximum is not None and decimal_of(figure) > self.spec.maximum:
            fault = f"不能大于 {self.spec.maximum:,}。"
        if fault:
            raise forms.ValidationError(fault)
        return figure


class FiguresForm(forms.Form):
    """Figures of the table of fields; what cannot be read is stored as absent, and the page says so."""

    def __init__(self, data=None, *, specs, content):
        super().__init__(data, initial=content)
        self.fields |= {spec.identifier: FigureField(spec) for spec in specs}

    @property
    def figures(self) -> dict[str, Figure]:
        if not self.is_bound:
            return {name: self.initial.get(name) for name in self.fields}
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}
