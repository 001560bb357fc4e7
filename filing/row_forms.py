"""The sub-tables of the long form: brands sold, brands granted, merchants of a market."""

from functools import cache

from django import forms
from django.forms.renderers import get_default_renderer
from django.utils.functional import cached_property

from accounts.places import full_name_of
from autoflow.common.checks import finding
from autoflow.common.codes import choices, field_specs
from filing.content import row_values
from filing.enums import LineStatus
from filing.fields import DayField, TextField, form_field
from filing.presentation import line_image_url
from filing.sections import EVERYBODY, PART_OF_ROWS, concerns

ROW_FORMS = {"brand_lines": "FILING_BRAND_LINE", "authorization_lines": "FILING_AUTHORIZATION_LINE"}
NOT_IN_ROWS = {"line_status"}
FROM_CATALOGUE = ("brand_id", "producer_id")
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
REMOVAL_SHELLS = {}


class PlaceField(forms.IntegerField):
    """Which stored row a row of the page is; by itself it makes no row."""

    widget = forms.HiddenInput

    def has_changed(self, initial, data):
        return False


@cache
def _shared_fields(row_set):
    """The controls all rows of all pages share."""
    if row_set == "residents":
        fields = _resident_fields()
    else:
        types = PART_OF_ROWS[row_set].types
        fields = {}
        for name, spec in field_specs(ROW_FORMS[row_set]).items():
            if name not in {*NOT_IN_ROWS, *FROM_CATALOGUE}:
                fields[name] = form_field(spec, required=name in STORED_ONLY_WITH)
            if name in fields and spec.applies_to != types:
                fields[name].types = spec.applies_to
    fields["place"] = PlaceField(required=False, min_value=0, max_value=MOST_ROWS)
    return fields


def catalogue_fields(row_set, options):
    """The controls that pick from the catalogue, shared by the rows of one page."""
    specs = field_specs(ROW_FORMS[row_set]) if row_set in ROW_FORMS else {}
    names = [name for name in FROM_CATALOGUE if name in specs]
    return {name: form_field(specs[name], options=options[name], required=True) for name in names}


def _resident_fields():
    fields = {
        "name": TextField(label="名称", max_length=100),
        "uscc": form_field(field_specs("FILING_COMMON")["uscc"], required=True),
        "kind": forms.ChoiceField(label="类型", choices=[("", "请选择"), *choices("enterprise_types")]),
        "since": DayField(label="入驻日期"),
        "until": DayField(label="退出日期", required=False),
    }
    fields["uscc"].explain = "入驻商户营业执照上的 18 位代码，用于核对交易填报主体。"
    for field in fields.values():
        field.shells = {}
    return fields


class RowForm(forms.Form):
    """One row of a sub-table, stored once it names what it is about; submission asks for the rest.

    `stored_place` is that of the stored row it shows, None for a new one; `preview_url` shows its picture.
    """

    def __init__(self, *args, row_set, catalogue, types, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields |= catalogue | _shared_fields(row_set)
        self.stored_place, self.preview_url = self.initial.get("place"), ""
        self.out_of_place = {
            name
            for name, field in self.fields.items()
            if not concerns(getattr(field, "types", EVERYBODY), types)
        }

    @cached_property
    def unmet(self):
        """Controls that another one of the row does not ask for now."""
        conditions = {name: field.when for name, field in self.fields.items() if hasattr(field, "when")}
        return {name for name, (other, value) in conditions.items() if self[other].value() != value}

    @property
    def previews(self):
        return {"authorization_image": self.preview_url}

    @property
    def row(self):
        """The row as the model's columns take it; a picture not chosen anew is no word about the old one."""
        row = {name: value for name, value in self.cleaned_data.items() if name not in {"DELETE", "place"}}
        if "grantee_division" in row:
            row["grantee_division_id"] = row.pop("grantee_division").code
        if row.get("authorization_image") is None:
            row.pop("authorization_image", None)
        return row


class RowSet(forms.BaseFormSet):
    """The rows of one sub-table beside those stored; equal rows are one."""

    form, renderer = RowForm, get_default_renderer()
    extra, min_num, max_num, absolute_max = 1, 0, MOST_ROWS, MOST_ROWS
    can_delete = can_delete_extra = True
    can_order = validate_max = validate_min = False

    def __init__(self, *args, stored, is_current=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.stored = [row_values(self.prefix, row) for row in stored]
        if self.is_bound:
            self.full_clean()
            for form in self.forms:
                form.stored_place = self._place_of(form, is_current)
        self._show_pictures(stored)

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["DELETE"].shells = REMOVAL_SHELLS

    def _place_of(self, form, is_current):
        """The stored row a posted row was made from; by its key, when others stored the list anew since."""
        if is_current:
            place = form.cleaned_data.get("place")
            return place if place in range(len(self.stored)) else None
        keys = [_key(self.prefix, row) for row in self.stored]
        key = _key(self.prefix, form.cleaned_data)
        return keys.index(key) if key in keys else None

    def _show_pictures(self, rows):
        for form in self.forms:
            stored = rows[form.stored_place] if form.stored_place is not None else None
            form.preview_url = line_image_url(stored)

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
    def pairs(self):
        """(form, row) of what is to be stored: a row that cannot be read stays as it was stored."""
        keys, pairs = {_key(self.prefix, form.row) for form in self.kept_forms if form.is_valid()}, []
        for form in self.kept_forms:
            before = self.stored[form.stored_place] if form.stored_place is not None else {}
            if form.is_valid():
                picture = {name: before[name] for name in before if name == "authorization_image_id"}
                pairs.append((form, picture | form.row))
            elif before and _key(self.prefix, before) not in keys:
                keys.add(_key(self.prefix, before))
                pairs.append((form, before))
        return pairs

    @property
    def stored_forms(self):
        """The forms of the rows stored, in the order of their list."""
        return [form for form, _ in self.pairs] if self.is_bound else self.initial_forms

    def keep(self, rows):
        """Go on with the rows as they are stored now, under the same page."""
        stored_forms = self.stored_forms
        self.stored = [row_values(self.prefix, row) for row in rows]
        for form in self.forms:
            form.stored_place = None
        for place, form in enumerate(stored_forms):
            form.stored_place = place
        self._show_pictures(rows)


def _key(row_set, row):
    return tuple(row.get(name) or "" for name in ROW_KEYS[row_set])


def _duplicate_message(row_set):
    return finding("F-016", row_set).message if row_set == "brand_lines" else "与前面的一行重复，请删除一行。"


def stored_rows(filing, name):
    """The rows of a version that may be edited; ended brands are history."""
    if not filing.pk:
        return []
    rows = getattr(filing, name).all()
    return [row for row in rows if name != "brand_lines" or row.line_status == LineStatus.ACTIVE]


def _initial(name, row, place):
    """A stored row as the controls take it."""
    values = row_values(name, row) | {"place": place}
    if "grantee_division_id" in values:
        values["grantee_division"] = full_name_of(row.grantee_division_id)
    return values


def make_row_set(name, data, files, *, rows, is_current, **given):
    """Rows come as a whole list; a page that does not send a sub-table leaves it as it is."""
    kwargs = {"prefix": name, "stored": rows, "form_kwargs": {"row_set": name, **given}}
    if data is not None and f"{name}-TOTAL_FORMS" in data:
        return RowSet(data, files, is_current=is_current, **kwargs)
    return RowSet(initial=[_initial(name, row, place) for place, row in enumerate(rows)], **kwargs)
