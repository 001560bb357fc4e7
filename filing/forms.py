"""The long form of a filing with its sub-tables: what can be stored, and where each message belongs."""

import re
from dataclasses import replace

from django import forms
from django.urls import reverse

from accounts.models import Jurisdiction
from autoflow.common.checks import Finding, finding
from autoflow.common.codes import choices, field_specs
from catalog.models import Brand, Producer
from filing.content import row_values
from filing.enums import LineStatus
from filing.fields import DayField, TextField, form_field
from filing.models import Enterprise
from filing.presentation import division_name
from filing.sections import (
    DERIVED,
    EVERYBODY,
    FIELDS,
    IMAGES,
    PARTS,
    ROW_SETS,
    concerns,
    control_label,
    control_part,
)

ROW_FORMS = {"brand_lines": "FILING_BRAND_LINE", "authorization_lines": "FILING_AUTHORIZATION_LINE"}
NOT_IN_ROWS = {"authorization_image", "line_status"}
STORED_ONLY_WITH = {"brand_id", "producer_id", "grantee_division", "valid_from", "valid_to", "since"}
ROW_KEYS = {
    "brand_lines": ("brand_id", "producer_id", "authorization_type", "supplier_name"),
    "authorization_lines": ("brand_id", "grantee_uscc", "grantee_role"),
    "residents": ("uscc",),
}
ROW_NAMES = {
    "brand_lines": ("品牌", "增加品牌"),
    "authorization_lines": ("授权", "增加授权"),
    "residents": ("商户", "增加商户"),
}
MOST_ROWS = 500


def _initial(filing):
    """What the version says now, as the controls take it."""
    initial = {name: getattr(filing, name) for name in FIELDS if name not in IMAGES}
    initial["division_code"] = division_name(filing.division_code)
    named = Jurisdiction.objects.filter(pk=filing.jurisdiction_code).values_list("name", flat=True)
    initial["jurisdiction_code"] = named.first() or ""
    return initial


class FilingForm(forms.Form):
    """Every field by its identifier; the account's credit code and the derived authority are shown only."""

    def __init__(self, *args, filing, **kwargs):
        super().__init__(*args, initial=_initial(filing), **kwargs)
        markets = Enterprise.objects.markets_near(filing.enterprise)
        for name, spec in FIELDS.items():
            options = markets if name == "resident_market_id" else ()
            self.fields[name] = form_field(spec, options=options)
            self.fields[name].disabled = name in DERIVED
            if spec.applies_to != EVERYBODY:
                self.fields[name].types = spec.applies_to
        self.fields["registered_capital"].help_text = "个体工商户可不填。"
        derived = FIELDS["jurisdiction_code"]
        self.fields["jurisdiction_code"] = TextField(label=derived.label, required=False, disabled=True)
        self.fields["jurisdiction_code"].explain = derived.explain
        self.fields["jurisdiction_code"].help_text = "由所在地区确定，保存后更新。"
        self.show_images(filing)

    def show_images(self, filing):
        for name in IMAGES:
            stored = getattr(filing, f"{name}_id")
            url = reverse("filing:image", args=[filing.pk, name]) if stored else ""
            self.fields[name].widget.preview_url = url

    def forget_errors_elsewhere(self):
        """What does not concern the types chosen may be unreadable: it stays as stored, without a word."""
        types = self.cleaned_data.get("enterprise_types", ())
        for name in [*self.errors]:
            if name in FIELDS and not concerns(FIELDS[name].applies_to, types):
                del self.errors[name]

    @property
    def values(self):
        """What can be stored: fields without an error, images only where a new one came."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in DERIVED}
        for name in IMAGES:
            if not values.get(name):
                values.pop(name, None)
        if "division_code" in values:
            division = values["division_code"]
            values["division_code"] = division.code if division else ""
        return values


class RowForm(forms.Form):
    """One row of a sub-table, stored once it names what it is about; submission asks for the rest."""

    def __init__(self, *args, row_set, options, **kwargs):
        super().__init__(*args, **kwargs)
        if row_set == "residents":
            self.fields |= _resident_fields()
        for name, spec in field_specs(ROW_FORMS[row_set]).items() if row_set in ROW_FORMS else ():
            if name not in NOT_IN_ROWS:
                required = name in STORED_ONLY_WITH
                self.fields[name] = form_field(spec, options=options.get(name, ()), required=required)

    @property
    def row(self):
        """The row as the model's columns take it."""
        row = {name: value for name, value in self.cleaned_data.items() if name != "DELETE"}
        if "grantee_division" in row:
            row["grantee_division_id"] = row.pop("grantee_division").code
        return row


def _resident_fields():
    fields = {
        "name": TextField(label="名称", max_length=100),
        "uscc": form_field(field_specs("FILING_COMMON")["uscc"], required=True),
        "kind": forms.ChoiceField(label="类型", choices=[("", "请选择"), *choices("enterprise_types")]),
        "since": DayField(label="入驻日期"),
        "until": DayField(label="退出日期", required=False),
    }
    fields["uscc"].explain = "入驻商户营业执照上的 18 位代码，用于核对交易填报主体。"
    return fields


class RowSet(forms.BaseFormSet):
    """The rows of one sub-table; equal rows are one."""

    def clean(self):
        seen = set()
        for form in self.kept_forms:
            key = tuple(form.cleaned_data.get(name) for name in ROW_KEYS[self.prefix])
            if key in seen:
                control = ROW_KEYS[self.prefix][1 if self.prefix == "brand_lines" else 0]
                form.add_error(control, _duplicate_message(self.prefix))
            seen.add(key)

    @property
    def kept_forms(self):
        """Rows with something in them that are not to be removed."""
        return [form for form in self.forms if form.has_changed() and not self._should_delete_form(form)]

    @property
    def stored_forms(self):
        return [form for form in self.kept_forms if form.is_valid()] if self.is_bound else self.forms


def _duplicate_message(row_set):
    return finding("F-016", row_set).message if row_set == "brand_lines" else "与前面的一行重复，请删除一行。"


class FilingForms:
    """The whole page: the form and its sub-tables over one version, with the data posted if there is any."""

    def __init__(self, filing, data=None, files=None):
        self.filing = filing
        self.revision = filing.revision
        self.posted_revision = _number(data["revision"]) if data and "revision" in data else filing.revision
        self.form = FilingForm(data, files, filing=filing)
        self.options = _catalogue_options()
        self.row_sets = {name: self._row_set(name, data) for name in ROW_SETS}
        if data is not None:
            self.form.is_valid()
            self.form.forget_errors_elsewhere()
            for row_set in self.row_sets.values():
                row_set.is_valid()

    def _row_set(self, name, data):
        """Rows come as a whole list; a page that does not send a sub-table leaves it as it is."""
        factory = forms.formset_factory(
            RowForm, RowSet, extra=1, can_delete=True, max_num=MOST_ROWS, absolute_max=MOST_ROWS
        )
        kwargs = {"prefix": name, "form_kwargs": {"row_set": name, "options": self.options}}
        if data is not None and f"{name}-TOTAL_FORMS" in data:
            return factory(data, **kwargs)
        return factory(initial=_rows_of(self.filing, name), **kwargs)

    def _concerned(self):
        """The sub-tables posted that concern the types chosen."""
        types = self.form.cleaned_data.get("enterprise_types", self.filing.enterprise_types)
        parts = [part for part in PARTS if part.row_set and concerns(part.types, types)]
        row_sets = {part.row_set: self.row_sets[part.row_set] for part in parts}
        return {name: row_set for name, row_set in row_sets.items() if row_set.is_bound}

    @property
    def values(self):
        return self.form.values

    @property
    def rows(self):
        """The rows that can be stored, for the sub-tables that are as a whole readable."""
        return {
            name: [form.row for form in row_set.stored_forms]
            for name, row_set in self._concerned().items()
            if row_set.management_form.is_valid()
        }

    def is_valid(self):
        """Whether everything typed can be stored."""
        return all([not self.form.errors, *(row_set.is_valid() for row_set in self._concerned().values())])

    @property
    def bound(self):
        """What the error summary lists."""
        return [self.form, *self._concerned().values()] if self.form.is_bound else []

    def keep(self, filing):
        """Go on with the version as it is stored now, under the same page."""
        self.filing, self.revision = filing, filing.revision
        self.form.show_images(filing)

    def add_findings(self, findings):
        """Put each message at its control; what belongs to a whole sub-table stands above its rows."""
        stored = {name: row_set.stored_forms for name, row_set in self._concerned().items()}
        for found in findings:
            row_set, _, rest = found.field.partition("-")
            if row_set not in ROW_SETS:
                self.form.add_error(found.field, found.message)
            elif rest and row_set in stored:
                number, _, column = rest.partition("-")
                stored[row_set][int(number)].add_error(column, found.message)
            else:
                self.form.add_error(None, f"“{control_label(found.field)}”：{found.message}")

    def tasks(self, findings):
        """What each part still lacks before it can be handed in."""
        types = self.filing.enterprise_types
        missing = {part.key: 0 if concerns(part.types, types) else _asked(part) for part in PARTS}
        for found in findings:
            missing[control_part(found.field)] += found.stops
        return [
            {
                "label": part.title,
                "url": f"#{part.key}",
                "missing": missing[part.key],
                "types": _types_text(part.types),
            }
            for part in PARTS
        ]

    @property
    def parts(self):
        """The parts in order with their controls and rows, for the template."""
        return [
            {
                "key": part.key,
                "title": part.title,
                "types": _types_text(part.types),
                "controls": [self.form[spec.identifier] for spec in part.fields],
                "row_set": self.row_sets.get(part.row_set),
                "row_name": ROW_NAMES.get(part.row_set, ("", ""))[0],
                "row_adding": ROW_NAMES.get(part.row_set, ("", ""))[1],
            }
            for part in PARTS
        ]


def _number(text):
    """The revision a page was made from; one that was tampered with matches nothing."""
    return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else -1


def _types_text(types):
    return "" if types == EVERYBODY else " ".join(sorted(types))


def _asked(part):
    """What a part would ask for, if its types were chosen."""
    return sum(spec.required == "R" for spec in part.fields) + (part.row_set == "brand_lines")


def _catalogue_options():
    """The approved catalogue as options, read once for all rows."""
    brands = list(Brand.objects.approved().order_by("name").values_list("pk", "name"))
    producers = list(Producer.objects.approved().order_by("name").values_list("pk", "name"))
    return {"brand_id": brands, "producer_id": producers}


def _rows_of(filing, name):
    """Stored rows as the controls take them; ended brands are history and not for editing."""
    if not filing.pk:
        return []
    rows = getattr(filing, name).order_by("pk")
    if name == "brand_lines":
        rows = rows.filter(line_status=LineStatus.ACTIVE)
    if name == "authorization_lines":
        rows = rows.select_related("grantee_division")
    return [_row_initial(name, row) for row in rows]


def _row_initial(name, row):
    values = row_values(name, row)
    if "grantee_division_id" in values:
        values["grantee_division"] = row.grantee_division.full_name
    return values


def named(found: Finding):
    """A finding that also says which field it is about, for the panel above the form."""
    return replace(found, message=f"“{control_label(found.field)}”：{found.message}")
