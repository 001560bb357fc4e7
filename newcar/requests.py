"""«增加车型» and «增加排量» on the page of a month: what is asked of the catalogue for its brand lines."""

from django import forms

from accounts.enums import Permission
from accounts.permissions import decide
from autoflow.common.errors import BusinessError
from catalog.enums import CatalogKind
from catalog.forms import CHOOSE, DisplacementsField, ModelFieldsForm, RequestForm
from catalog.guard import guard_of
from catalog.names import spelled
from catalog.services import request_displacement, request_model

ASK_MODEL, ASK_DISPLACEMENT = "ask-model", "ask-displacement"
MEND = "请先修改标出的各项。"


class ModelRequest(ModelFieldsForm):
    """A model of one of the enterprise's brand lines with its first displacements."""

    brand_line = forms.ChoiceField(label="品牌和生产商")
    field_order = ("brand_line",)

    def __init__(self, *args, brand_lines, **kwargs):
        super().__init__(*args, **kwargs)
        self.brand_lines = {
            f"{number}:{line.brand_id}:{line.producer_id}": line for number, line in enumerate(brand_lines)
        }
        self.fields["brand_line"].choices = [
            CHOOSE,
            *(
                (key, f"{line.brand.name}（{line.producer.name}）—{line.supplier_name}")
                for key, line in self.brand_lines.items()
            ),
        ]

    def send(self, by):
        """The request; the values of the lines that can be chosen now."""
        key = self.cleaned_data["brand_line"]
        line = self.brand_lines[key]
        model = request_model(**self.arguments_for(line.brand_id, line.producer_id), by=by)
        number = key.split(":")[0]
        return {f"{number}:{model.pk}:{one.value}" for one in model.displacements.all()}

    @property
    def guard(self):
        """What the catalogue knows that looks like the name; while it is typed, the catalogue's own address
        answers, which reads brand and producer from the key of the line.
        """
        line = self.brand_lines.get(self["brand_line"].value())
        return guard_of(
            CatalogKind.MODEL,
            spelled(self["model_name"].value() or "") if self.is_bound else "",
            self.user,
            field="model_name",
            brand_id=line and line.brand_id,
            producer_id=line and line.producer_id,
            confirmed=self.confirmed,
            difference=self["difference"].value() or "",
        )


class DisplacementRequest(RequestForm):
    """More displacements of a model that can be chosen."""

    prefix = "more"
    model = forms.ChoiceField(label="车型")
    displacement = DisplacementsField()

    def __init__(self, *args, offers, **kwargs):
        super().__init__(*args, **kwargs)
        models = {}
        for offer in offers:
            number, model_id, value = offer.value.split(":")
            models.setdefault(f"{number}:{model_id}", (offer, []))[1].append(value)
        self.fields["model"].choices = [
            CHOOSE,
            *((key, _known(offer.line, values)) for key, (offer, values) in models.items()),
        ]

    def send(self, by):
        """The request; the values of the lines that can be chosen now."""
        key = self.cleaned_data["model"]
        added = request_displacement(
            model_id=int(key.split(":")[1]),
            values=self.evidence,
            displacements=self.cleaned_data["displacement"],
            by=by,
        )
        return {f"{key}:{one.value}" for one in added}


def _known(line, displacements):
    return f"{line['brand']} {line['model']}（已有{'、'.join(displacements)}）—{line['supplier_name']}"


class CatalogueRequests:
    """Both forms on the page; the one whose button was pressed is bound."""

    def __init__(self, brand_lines, offers, user, data):
        action = data.get("action") if data is not None else ""
        self.model = ModelRequest(
            data if action == ASK_MODEL else None, user=user, brand_lines=brand_lines, label_suffix=""
        )
        self.displacement = DisplacementRequest(
            data if action == ASK_DISPLACEMENT else None, user=user, offers=offers, label_suffix=""
        )

    def ask(self, action, by):
        """Send the request of the button pressed; None when it was another button."""
        forms_of = {
            ASK_MODEL: (self.model, CatalogKind.MODEL),
            ASK_DISPLACEMENT: (self.displacement, CatalogKind.DISPLACEMENT),
        }
        if action not in forms_of:
            return None
        form, kind = forms_of[action]
        if not (decision := decide(by, Permission.CATALOG_REQUEST, kind)):
            raise BusinessError(decision.reason)
        if not form.is_valid():
            raise BusinessError(MEND)
        try:
            return form.send(by)
        except BusinessError as error:
            form.add_refusal(error)
            raise

    def cleared(self, data):
        """What was posted without the requests that were sent."""
        kept = data.copy()
        for form in (self.model, self.displacement):
            for name in form.fields:
                kept.pop(form.add_prefix(name), None)
        kept.pop("confirmed", None)
        kept["action"] = "add"
        return kept
