"""What an enterprise types when it asks for an entry: shape only, the rules are the service's."""

from django import forms

from accounts.forms import FieldsetForm
from autoflow.common.checks import finding, rules
from autoflow.common.codes import choices
from autoflow.common.identifiers import uscc_faults
from autoflow.common.pinyin import by_sound
from autoflow.common.text import BLANKS, TextRefused, normalise, normalise_number, reject_controls
from catalog.checks import tick_of
from catalog.enums import BrandCategory, CatalogKind, ProducerKind
from catalog.models import Brand, BrandProducer, Producer
from catalog.workbook import SEPARATORS

CHOOSE = ("", "请选择")
LINK, NEW = "LINK", "NEW"
USCC_REFUSED = "统一社会信用代码不正确，请核对 18 位代码。"


def one_line(text):
    """A remark as it was written, its punctuation included, without needless blanks."""
    return BLANKS.sub(" ", text).strip()


class NameField(forms.CharField):
    """Text in the form names are stored in; characters nobody can see are refused."""

    def __init__(self, *, normaliser=normalise, **kwargs):
        super().__init__(**kwargs)
        self.normaliser = normaliser
        self.widget.attrs["autocomplete"] = "off"

    def to_python(self, value):
        try:
            return self.normaliser(reject_controls(super().to_python(value)))
        except TextRefused as error:
            raise forms.ValidationError(str(error)) from error


class LongSelect(forms.Select):
    """A drop-down of hundreds of options, written by one template; options may carry their brands, so that
    a chosen brand narrows them in the page.
    """

    template_name = "catalog/_long_select.html"
    brands_of = None

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        option["brands"] = None
        if value and self.brands_of is not None:
            option["brands"] = " ".join(map(str, self.brands_of.get(int(value), ())))
        return option


class RequestForm(FieldsetForm):
    """What every request has: optional evidence, and ticks for the questions the rules ask."""

    evidence_url = forms.URLField(
        label="依据链接",
        max_length=300,
        required=False,
        assume_scheme="https",
        help_text="选填，例如生产商官网或工信部公告的网址。",
        error_messages={"invalid": "请填写完整的网址，例如 https://www.example.com。"},
    )
    evidence_note = NameField(
        label="依据说明",
        max_length=200,
        required=False,
        normaliser=one_line,
        help_text="选填，例如公告批次、车型上市时间。",
    )
    difference = NameField(label="与相近车型的区别", max_length=200, required=False, normaliser=one_line)
    guarded = ()

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        for field in self.fields.values():
            verb = "选择" if isinstance(field, forms.ChoiceField) else "填写"
            field.error_messages["required"] = f"请{verb}“{field.label}”。"

    @property
    def confirmed(self):
        """The questions ticked, as the guard names them."""
        return self.data.getlist("confirmed") if self.is_bound else []

    @property
    def evidence(self):
        return {name: self.cleaned_data[name] for name in ("evidence_url", "evidence_note", "difference")}

    def add_refusal(self, error):
        """Errors go to their controls, questions to the guard, the refusal itself to the top."""
        for found in error.findings:
            if found.stops and found.field in self.fields:
                self.add_error(found.field, found.message)
            elif found.stops:
                self.add_error(None, found.message)
        unanswered = [each for each in error.findings if each.asks and tick_of(each) not in self.confirmed]
        if unanswered or not error.findings:
            self.add_error(None, str(error))


def _producer_columns(data, prefix=""):
    """A new producer; one at home is of China, and only there a credit code makes sense."""
    is_domestic = data[f"{prefix}kind"] == ProducerKind.DOMESTIC
    return {
        "name": data[f"{prefix}name"],
        "kind": data[f"{prefix}kind"],
        "country": "CN" if is_domestic else data[f"{prefix}country"],
        "uscc": data[f"{prefix}uscc"] if is_domestic else "",
    }


def _check_producer(form, prefix=""):
    kind, country = form.cleaned_data.get(f"{prefix}kind"), form.cleaned_data.get(f"{prefix}country")
    uscc = form.cleaned_data.get(f"{prefix}uscc")
    if kind == ProducerKind.FOREIGN and country in ("", "CN"):
        form.add_error(f"{prefix}country", "境外生产商请选择所在国家。")
    if kind == ProducerKind.DOMESTIC and uscc and uscc_faults(uscc):
        form.add_error(f"{prefix}uscc", USCC_REFUSED)


def _kind_field(**kwargs):
    return forms.ChoiceField(label="类别", choices=ProducerKind.choices, widget=forms.RadioSelect, **kwargs)


def _country_field(label, **kwargs):
    return forms.ChoiceField(label=label, choices=choices("countries"), widget=LongSelect, **kwargs)


def _uscc_field():
    return NameField(
        label="统一社会信用代码",
        max_length=18,
        required=False,
        normaliser=normalise_number,
        help_text="境内生产商选填。",
    )


class BrandForm(RequestForm):
    guarded = ((CatalogKind.BRAND, "name"), (CatalogKind.PRODUCER, "producer_name"))

    name = NameField(label="品牌名称", max_length=50, help_text="中文名称；没有中文名称的写官方名称。")
    name_en = NameField(label="英文名", max_length=50, required=False)
    country = _country_field("品牌归属国", initial="CN")
    category = forms.ChoiceField(label="类别", choices=BrandCategory.choices, initial=BrandCategory.PASSENGER)
    producer_mode = forms.ChoiceField(
        label="生产商",
        choices=[(LINK, "关联目录中已有的生产商"), (NEW, "新增生产商")],
        initial=LINK,
        widget=forms.RadioSelect,
        help_text="新增品牌必须新增或关联生产商，请先在已有生产商中查找。",
    )
    producer = forms.ChoiceField(label="已有生产商", required=False, widget=LongSelect)
    producer_name = NameField(
        label="新生产商名称",
        max_length=100,
        required=False,
        help_text="境内填营业执照上的全称，境外填官方中文名称。",
    )
    producer_kind = _kind_field(initial=ProducerKind.DOMESTIC, required=False)
    producer_country = _country_field("所在国家", initial="CN", required=False)
    producer_uscc = _uscc_field()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        producers = Producer.objects.usable_by(self.user).values_list("pk", "name")
        self.fields["producer"].choices = [CHOOSE, *by_sound(producers)]

    def clean(self):
        data = super().clean()
        if data.get("producer_mode") == NEW:
            if not data.get("producer_name") and "producer_name" not in self.errors:
                self.add_error("producer_name", "请填写新生产商名称。")
            if not data.get("producer_kind"):
                self.add_error("producer_kind", "请选择境内或境外。")
            _check_producer(self, "producer_")
        elif not data.get("producer") and "producer" not in self.errors:
            self.add_error("producer", finding("C-011", "producer").message)
        return data

    @property
    def arguments(self):
        data = self.cleaned_data
        is_new = data["producer_mode"] == NEW
        columns = ("name", "name_en", "country", "category")
        return {
            "values": {name: data[name] for name in columns} | self.evidence,
            "producer_id": None if is_new else int(data["producer"]),
            "new_producer": _producer_columns(data, "producer_") if is_new else None,
            "confirmed": self.confirmed,
        }


class ProducerForm(RequestForm):
    guarded = ((CatalogKind.PRODUCER, "name"),)

    name = NameField(
        label="生产商名称", max_length=100, help_text="境内填营业执照上的全称，境外填官方中文名称。"
    )
    kind = _kind_field(initial=ProducerKind.DOMESTIC)
    country = _country_field("所在国家", initial="CN", required=False)
    uscc = _uscc_field()
    brand = forms.ChoiceField(
        label="所属品牌",
        required=False,
        widget=LongSelect,
        help_text="选填；品牌也没有的，请改为新增品牌。",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        brands = Brand.objects.usable_by(self.user).values_list("pk", "name")
        self.fields["brand"].choices = [("", "暂不关联"), *by_sound(brands)]

    def clean(self):
        data = super().clean()
        _check_producer(self)
        return data

    @property
    def arguments(self):
        data = self.cleaned_data
        return {
            "values": _producer_columns(data) | self.evidence,
            "brand_id": int(data["brand"]) if data["brand"] else None,
            "confirmed": self.confirmed,
        }


class LinkForm(RequestForm):
    """A brand and a producer that are both in the catalogue, but not with each other."""

    brand = forms.ChoiceField(label="品牌", widget=LongSelect)
    producer = forms.ChoiceField(label="生产商", widget=LongSelect)
    field_order = ("brand", "producer")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, model in (("brand", Brand), ("producer", Producer)):
            approved = model.objects.approved().values_list("pk", "name")
            self.fields[name].choices = [CHOOSE, *by_sound(approved)]

    @property
    def arguments(self):
        data = self.cleaned_data
        return {
            "values": self.evidence,
            "brand_id": int(data["brand"]),
            "producer_id": int(data["producer"]),
        }


class DisplacementsField(NameField):
    """One displacement or several; each is judged by the rules, as it was typed."""

    def __init__(self, **kwargs):
        super().__init__(
            label="排量",
            max_length=60,
            help_text="一位小数，例如 1.5；有多个排量的用顿号分开。新能源车型可填 0。",
            **kwargs,
        )
        self.unit = "升"

    def clean(self, value):
        return [each for each in SEPARATORS.split(super().clean(value)) if each]


class ModelFieldsForm(RequestForm):
    """What is asked of a new model, whichever way its brand and producer are chosen."""

    guarded = ((CatalogKind.MODEL, "model_name"),)

    model_name = NameField(
        label="车型名称",
        max_length=60,
        help_text="只写标准车型名称，不写排量、配置、年款，前面一般不加品牌；各版本合并为同一车型。",
    )
    report_category = forms.ChoiceField(label="车辆类别")
    energy_type = forms.ChoiceField(label="能源类型")
    displacement = DisplacementsField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["displacement"].error_messages["required"] = rules()["C-010"].message
        for name, codes in (("report_category", "report_vehicle_category"), ("energy_type", "energy_type")):
            self.fields[name].choices = [CHOOSE, *choices(codes)]

    def arguments_for(self, brand_id, producer_id):
        """The request of this model under a brand and its producer."""
        data = self.cleaned_data
        return {
            "values": {
                "name": data["model_name"],
                "report_category": data["report_category"],
                "energy_type": data["energy_type"],
                **self.evidence,
            },
            "brand_id": brand_id,
            "producer_id": producer_id,
            "displacements": data["displacement"],
            "confirmed": self.confirmed,
        }


class ModelForm(ModelFieldsForm):
    brand = forms.ChoiceField(label="品牌", widget=LongSelect)
    producer = forms.ChoiceField(label="生产商", widget=LongSelect)
    field_order = ("brand", "producer")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        brands = Brand.objects.usable_by(self.user)
        producers = Producer.objects.usable_by(self.user)
        links = BrandProducer.objects.usable_by(self.user)
        self.fields["brand"].choices = [CHOOSE, *by_sound(brands.values_list("pk", "name"))]
        self.fields["producer"].choices = [CHOOSE, *by_sound(producers.values_list("pk", "name"))]
        brands_of = {}
        for brand, producer in links.values_list("brand", "producer"):
            brands_of.setdefault(producer, []).append(brand)
        self.fields["producer"].widget.brands_of = brands_of

    @property
    def arguments(self):
        return self.arguments_for(int(self.cleaned_data["brand"]), int(self.cleaned_data["producer"]))


class DisplacementForm(RequestForm):
    displacement = DisplacementsField()

    def __init__(self, *args, model, **kwargs):
        super().__init__(*args, **kwargs)
        self.model = model

    @property
    def arguments(self):
        return {
            "model_id": self.model.pk,
            "values": self.evidence,
            "displacements": self.cleaned_data["displacement"],
        }


class UploadForm(FieldsetForm):
    """A workbook of the national catalogue."""

    file = forms.FileField(
        label="目录文件",
        help_text="按模板填写的 xlsx 文件。",
        error_messages={"required": "请先选择填好的目录文件。", "empty": "文件是空的，请选择填好的模板。"},
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
