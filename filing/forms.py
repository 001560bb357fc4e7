"""The long form of a filing with its sub-tables: what can be stored, and where each message belongs."""

import re
from dataclasses import replace
from functools import cache

from django import forms
from django.urls import reverse

from accounts.places import full_name_of
from autoflow.common.checks import Finding
from autoflow.common.codes import name_of
from autoflow.common.pinyin import by_sound
from catalog.enums import CatalogStatus
from catalog.models import Brand, Producer
from filing.fields import TextField, form_field
from filing.models import Enterprise
from filing.row_forms import ROW_NAMES, catalogue_fields, make_row_set, stored_rows
from filing.sections import (
    CONDITIONS,
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

OF_ONE_PAGE = {"resident_market_id", "registered_capital"}


def _initial(filing):
    """What the version says now, as the controls take it."""
    initial = {name: getattr(filing, name) for name in FIELDS if name not in IMAGES}
    initial["division_code"] = full_name_of(filing.division_code)
    initial["jurisdiction_code"] = name_of("jurisdictions", filing.jurisdiction_code)
    return initial


@cache
def _shared_fields():
    """The controls that are the same on every page."""
    fields = {name: form_field(spec) for name, spec in FIELDS.items() if name not in OF_ONE_PAGE}
    derived = FIELDS["jurisdiction_code"]
    fields["jurisdiction_code"] = TextField(label=derived.label, required=False)
    fields["jurisdiction_code"].starred = True
    fields["jurisdiction_code"].explain = derived.explain
    fields["jurisdiction_code"].help_text = "由所在地区确定，保存后更新。"
    fields["jurisdiction_code"].shells = {}
    for name, field in fields.items():
        field.disabled = name in DERIVED
        if FIELDS[name].applies_to != EVERYBODY:
            field.types = FIELDS[name].applies_to
    return fields


def _market_field(filing):
    spec = FIELDS["resident_market_id"]
    field = form_field(spec, options=list(Enterprise.objects.markets_near(filing.enterprise)))
    field.types = spec.applies_to
    return field


def _capital_field(uscc):
    """The capital of an individual business (code 92…) may stay open."""
    return form_field(FIELDS["registered_capital"], starred=not uscc.startswith("92"))


class FilingForm(forms.Form):
    """Every field by its identifier; the account's credit code and the derived authority are shown only."""

    def __init__(self, *args, filing, **kwargs):
        super().__init__(*args, initial=_initial(filing), **kwargs)
        own = {
            "resident_market_id": _market_field(filing),
            "registered_capital": _capital_field(filing.enterprise.uscc),
        }
        self.fields = {name: own.get(name) or _shared_fields()[name] for name in FIELDS}
        self.show_images(filing)

    def show_images(self, filing):
        self.previews = {
            name: reverse("filing:image", args=[filing.pk, name])
            for name in IMAGES
            if getattr(filing, f"{name}_id")
        }

    def place_parts(self, types):
        """Name the controls that wait for another enterprise type, or for another answer."""
        self.out_of_place = {name for name, spec in FIELDS.items() if not concerns(spec.applies_to, types)}
        of_form = {name: condition for name, condition in CONDITIONS.items() if name in FIELDS}
        self.unmet = {name for name, (other, value) in of_form.items() if self[other].value() != value}

    def forget_errors_elsewhere(self, types):
        """What does not concern the types chosen may be unreadable: it stays as stored, without a word."""
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


class FilingForms:
    """The whole page: the form and its sub-tables over one version, with the data posted if there is any."""

    def __init__(self, filing, data=None, files=None, *, user):
        self.filing = filing
        self.revision = filing.revision
        self.posted_revision = _number(data["revision"]) if data and "revision" in data else filing.revision
        self.form = FilingForm(data, files, filing=filing)
        self.types = filing.enterprise_types
        if data is not None:
            self.form.is_valid()
            self.types = self.form.cleaned_data.get("enterprise_types", [])
            self.form.forget_errors_elsewhere(self.types)
        self.form.place_parts(self.types)
        self.row_sets = self._make_row_sets(data, files, user)

    def _make_row_sets(self, data, files, user):
        rows = {name: stored_rows(self.filing, name) for name in ROW_SETS}
        options = _catalogue_options(user, rows)
        given = {"is_current": self.posted_revision == self.revision, "types": self.types}
        return {
            name: make_row_set(
                name, data, files, rows=rows[name], catalogue=catalogue_fields(name, options), **given
            )
            for name in ROW_SETS
        }

    def _concerned(self):
        """The sub-tables posted that concern the types chosen."""
        parts = [part for part in PARTS if part.row_set and concerns(part.types, self.types)]
        row_sets = {part.row_set: self.row_sets[part.row_set] for part in parts}
        return {name: row_set for name, row_set in row_sets.items() if row_set.is_bound}

    @property
    def values(self):
        return self.form.values

    @property
    def rows(self):
        """The rows that can be stored, also of sub-tables whose types are not ticked at the moment."""
        return {
            name: [row for _, row in row_set.pairs]
            for name, row_set in self.row_sets.items()
            if row_set.is_bound and row_set.management_form.is_valid()
        }

    def is_valid(self):
        """Whether everything typed can be stored."""
        return all([not self.form.errors, *(row_set.is_valid() for row_set in self._concerned().values())])

    @property
    def bound(self):
        """What the error summary lists."""
        return [self.form, *self._concerned().values()] if self.form.is_bound else []

    @property
    def left_out(self):
        """What an automatic save could not keep, in words; empty when it kept everything."""
        labels = [f"“{self.form[name].label}”" for name in self.form.errors if name in FIELDS]
        rows = sum(
            not form.is_valid() for row_set in self._concerned().values() for form in row_set.kept_forms
        )
        parts = []
        if labels:
            parts.append("、".join(labels[:3]) + ("等" if len(labels) > 3 else ""))
        if rows:
            parts.append(f"没有填完的 {rows} 行")
        return f"；{'和'.join(parts)}还没有保存，请检查" if parts else ""

    @property
    def places(self):
        """The stored row of each row on the page, by the prefix of its controls."""
        forms_bound = [
            form for row_set in self.row_sets.values() if row_set.is_bound for form in row_set.forms
        ]
        return {form.prefix: form.stored_place for form in forms_bound if form.stored_place is not None}

    def keep(self, filing):
        """Go on with the version as it is stored now, under the same page."""
        self.filing, self.revision = filing, filing.revision
        self.form.show_images(filing)
        for name, row_set in self.row_sets.items():
            if row_set.is_bound:
                row_set.keep(stored_rows(filing, name))

    def add_findings(self, findings):
        """Put each message at its control; what belongs to a whole sub-table stands above its rows."""
        for found in findings:
            form, name = self._control(found.field)
            if form is None:
                self.row_sets[name].non_form_errors().append(
                    f"“{control_label(found.field)}”：{found.message}"
                )
            else:
                form.add_error(name, found.message)

    def _control(self, field):
        """The form and the name of the control a finding is about; no form for a whole sub-table."""
        row_set, _, rest = field.partition("-")
        if row_set not in ROW_SETS:
            return self.form, field
        number, _, column = rest.partition("-")
        forms_stored = self.row_sets[row_set].stored_forms
        if not rest or int(number) >= len(forms_stored):
            return None, row_set
        return forms_stored[int(number)], column

    def linked(self, found):
        """A finding that names its field and leads to its control, or to the rows it is about."""
        form, name = self._control(found.field)
        control = form[name] if form else None
        target = (control.id_for_label or f"{control.auto_id}_0") if control else self.row_sets[name].prefix
        return replace(named(found), href=f"#{target}")

    def faults(self, findings):
        """The controls that keep each part from being handed in, by the key of the part."""
        faults = {part.key: [] for part in PARTS}
        for found in findings:
            form, name = self._control(found.field)
            control = form.add_prefix(name) if form else name
            if found.stops and control not in faults[control_part(found.field)]:
                faults[control_part(found.field)].append(control)
        return faults

    def tasks(self, findings):
        """The list of parts with what each still lacks before it can be handed in."""
        faults = self.faults(findings)
        return [
            {
                "label": part.title,
                "url": f"#{part.key}",
                "missing": len(faults[part.key]),
                "faults": " ".join(faults[part.key]),
                "types": _types_text(part.types),
                "is_hidden": not concerns(part.types, self.types),
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
                "is_hidden": not concerns(part.types, self.types),
                "controls": [self.form[spec.identifier] for spec in part.fields],
                "row_set": self.row_sets.get(part.row_set),
                "row_name": ROW_NAMES.get(part.row_set, ("", ""))[0],
                "is_required": part.row_set == "brand_lines",
                "row_adding": ROW_NAMES.get(part.row_set, ("", ""))[1],
            }
            for part in PARTS
        ]


def _number(text):
    """The revision a page was made from; one that was tampered with matches nothing."""
    return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else -1


def _types_text(types):
    return "" if types == EVERYBODY else " ".join(sorted(types))


def _catalogue_options(user, rows):
    """The entries this person may choose, and those stored rows name whatever became of them."""
    lines = [*rows["brand_lines"], *rows["authorization_lines"]]
    stored = {
        "brand_id": {line.brand_id for line in lines},
        "producer_id": {line.producer_id for line in rows["brand_lines"]},
    }
    return {
        name: by_sound(
            (key, f"{text}（待审核）" if status == CatalogStatus.PENDING else text)
            for key, text, status in (
                model.objects.usable_by(user) | model.objects.filter(pk__in=stored[name])
            ).values_list("pk", "name", "status")
        )
        for name, model in (("brand_id", Brand), ("producer_id", Producer))
    }


def named(found: Finding):
    """A finding that also says which field it is about, for the panel above the form."""
    return replace(found, message=f"“{control_label(found.field)}”：{found.message}")
