"""What is typed or uploaded: shape only; the rules on a trade are in checks.py."""

from django import forms
from django.conf import settings
from django.utils import timezone

from accounts.forms import FieldsetForm
from autoflow.common.checks import finding
from autoflow.common.codes import choices, field_specs
from autoflow.common.errors import BusinessError
from autoflow.common.identifiers import id_types_for, normalise_phone
from autoflow.common.text import normalise, normalise_number, prose
from filing.fields import AmountField, AreaField, CountField, DayField, TextField, YesNoField
from usedcar.checks import check_trade, empty_row
from usedcar.columns import PREFIXES, SECRETS, applies, conditions, form_specs
from usedcar.enums import VinReason
from usedcar.presentation import secret_mask


class UploadForm(FieldsetForm):
    """One workbook of the template's form, of bounded size (rule I-001)."""

    file = forms.FileField(
        label="导入文件",
        help_text="使用下载的 xlsx 模板填写。",
        error_messages={
            "required": "请先选择填好的导入模板文件。",
            "empty": "文件是空的，请选择填好的模板。",
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if not upload.name.lower().endswith(".xlsx") or upload.size > settings.IMPORT_MAX_BYTES:
            limits = {"max_rows": settings.IMPORT_MAX_ROWS, "max_mb": settings.IMPORT_MAX_BYTES // 1024**2}
            raise forms.ValidationError(finding("I-001", "file", **limits).message)
        return upload


HINTS = {
    "uscc": "企业（单位）填写。",
    "nationality": "个人填写。",
    "ethnic_group": "持居民身份证的必填。",
    "id_type": "个人填写，按国籍选择。",
    "id_number": "个人填写。",
    "plate_no": "有号牌时填写，如 浙A12345。",
    "body_category": "行驶证不分 SUV、MPV 的车辆类型须选择。",
    "registration_cert_no": "无号牌时必填。",
    "invoice_code": "纸质发票填写12位；数电票没有发票代码。",
    "invoice_number": "纸质发票8位，数电票20位。",
    "dealer_direction": "交易类型为经销时选择。",
    "reverse_invoice": "向个人收购时选择。",
    "transfer_to_division": "跨市、跨省时填写，到地级即可。",
}
STARRED_WHERE_SHOWN = frozenset(HINTS) - {"ethnic_group", "registration_cert_no"}
NUMBERS = {"uscc", "id_number", "plate_no", "vin", "registration_cert_no", "invoice_code", "invoice_number"}
FEW = 4
MARKET_LABEL = "交易市场统一社会信用代码"
KEPT = "已填写 {mask}，不改请留空。"


class CodeOfAreaField(AreaField):
    """A division of any level, as its code."""

    def clean(self, value):
        division = super().clean(value)
        return division.pk if division else ""


def trade_field(name, spec):
    """The control of one field of a trade; what is missing or wrong is said by the rules, not here."""
    bare = spec.identifier
    field = _bare_field(bare, spec)
    field.starred = spec.required == "R" or bare in STARRED_WHERE_SHOWN
    field.unit, field.explain = spec.unit, spec.explain
    field.help_text = HINTS.get(bare, "")
    return field


def _bare_field(name, spec):
    basics = {"label": spec.label, "required": False}
    match spec.kind:
        case "date":
            return DayField(**basics)
        case "int":
            return CountField(**basics)
        case "decimal":
            return AmountField(max_digits=spec.max_digits, decimal_places=spec.decimals, **basics)
        case "bool":
            return YesNoField(**basics)
        case "code" if spec.code_list == "divisions":
            return CodeOfAreaField(**basics)
        case "code":
            listed = choices(spec.code_list)
            if len(listed) <= FEW:
                return forms.ChoiceField(choices=listed, widget=forms.RadioSelect, **basics)
            return forms.ChoiceField(choices=[("", "请选择"), *listed], **basics)
    if name == "operator_name":
        basics["max_length"] = spec.max_length
    normaliser = normalise_number if name in NUMBERS else normalise_phone if name == "phone" else normalise
    return TextField(normaliser=normaliser, **basics)


class TradeForm(FieldsetForm):
    """One trade: seller and buyer, vehicle, deal. Reads what was typed; usedcar/checks.py judges it."""

    def __init__(self, *args, enterprise, trade=None, **kwargs):
        super().__init__(*args, initial=_initial(enterprise, trade), **kwargs)
        self.enterprise, self.trade = enterprise, trade
        for name, spec in form_specs().items():
            self.fields[name] = trade_field(name, spec)
        self.fields["market_uscc"] = TextField(
            label=MARKET_LABEL, required=False, normaliser=normalise_number
        )
        self.fields["market_uscc"].explain = form_market().explain
        self.fields["is_legacy_frame_no"] = forms.BooleanField(
            label="旧式车架号", required=False, help_text="1999年以前登记、车架号不足17位的勾选。"
        )
        self.fields["vin_checked"] = forms.BooleanField(label="已核对", required=False)
        self.fields["vin_reason"] = forms.ChoiceField(
            label="校验位不符的原因", required=False, choices=[("", "请选择"), *VinReason.choices]
        )
        if trade is not None:
            self.fields["reason"] = TextField(
                label="修改原因", max_length=200, error_messages={"required": "请填写修改原因。"}
            )
            self.show_what_is_kept()
        for prefix in PREFIXES:
            attrs = self.fields[f"{prefix}_id_type"].widget.attrs
            attrs |= {"data-cn": " ".join(id_types_for("CN")), "data-foreign": " ".join(FOREIGN_TYPES)}

    def show_what_is_kept(self):
        """Numbers of persons are not shown to be changed; left empty they stay as they are."""
        for name in SECRETS:
            if mask := secret_mask(self.trade, name):
                self.fields[name].help_text = KEPT.format(mask=mask)
                self.fields[name].starred = False

    def ensure_readable(self):
        """What cannot be read stops here, with every other error of the rules found at once."""
        if self.is_valid():
            return
        own = set(self.errors)
        found = check_trade(self.values(), timezone.localdate(), self.enterprise.uscc)
        others = [one for one in found if one.stops and one.field not in own]
        raise BusinessError("有错误，请按提示修改。", findings=others)

    def values(self):
        """What was entered, without what does not apply; empty secrets of a trade being changed are kept."""
        stored = [name for name in self.fields if name not in NOT_STORED]
        empty = {"is_legacy_frame_no": False, **empty_row()}
        data = {name: self.cleaned_data.get(name, empty.get(name, "")) for name in stored}
        if not self.cleaned_data.get("vin_checked"):
            data["vin_reason"] = ""
        if self.trade is not None:
            data |= {name: getattr(self.trade, name) for name in SECRETS if self.is_kept(name, data)}
        return {name: value if applies(name, data) else empty.get(name, "") for name, value in data.items()}

    def is_kept(self, name, data):
        prefix = name.partition("_")[0]
        same = [f"{prefix}_party_kind"]
        if name.endswith("id_number"):
            same.append(f"{prefix}_id_type")
        return not data[name] and all(data[other] == getattr(self.trade, other) for other in same)

    @property
    def confirmed(self):
        """The findings the person ticked as checked; a later finding asks anew."""
        return frozenset(self.data.get("warnings_read", "").split())

    def add_findings(self, findings):
        """Errors at their fields; the rest is shown beside the tick."""
        for found in findings:
            if found.stops:
                self.add_error(found.field if found.field in self.fields else None, found.message)

    @property
    def parts(self):
        """The three parts, each in groups of controls with their conditions."""
        specs = form_specs()
        parties = [
            (title, [name for name in specs if name.startswith(f"{prefix}_")], prefix)
            for prefix, title in PREFIXES.items()
        ]
        vehicle = [name for name in field_specs("TX_VEHICLE") if name in specs]
        vehicle.insert(vehicle.index("vin") + 1, "is_legacy_frame_no")
        deal = [name for name in field_specs("TX_DEAL") if name in specs]
        deal.insert(deal.index("operator_name"), "market_uscc")
        return [
            ("parties", "买卖双方", [self._group(*party) for party in parties]),
            ("vehicle", "车辆", [self._group("", vehicle)]),
            ("deal", "交易", [self._group("", deal)]),
        ]

    def _group(self, title, names, prefix=""):
        controls = [{"bound": self[name], "when": when_text(name)} for name in names]
        return {"title": title, "prefix": prefix, "controls": controls}


FOREIGN_TYPES = sorted(id_types_for(""), key=lambda kind: kind != "FOREIGN_PASSPORT")
NOT_STORED = frozenset({"vin_checked", "reason"})


def when_text(name):
    """The condition of a field as the page's script reads it: `a=X Y;b=Z`."""
    condition = conditions().get(name, {})
    return ";".join(f"{other}={' '.join(sorted(wanted))}" for other, wanted in condition.items())


def form_market():
    return field_specs("TX_DEAL")["market_id"]


def _initial(enterprise, trade):
    if trade is not None:
        names = [*form_specs(), "market_uscc", "is_legacy_frame_no", "vin_reason"]
        return {name: getattr(trade, name) for name in names if name not in SECRETS}
    initial = {f"{prefix}_nationality": "CN" for prefix in PREFIXES}
    initial["plate_status"] = "HAS"
    if "B1" in enterprise.types:
        initial["market_uscc"] = enterprise.uscc
    return initial


class ReasonForm(FieldsetForm):
    """Why a trade is deleted, or why a number is looked at."""

    reason = TextField(
        label="原因", normaliser=prose, max_length=200, error_messages={"required": "请填写原因。"}
    )


class VoidForm(FieldsetForm):
    """The red-letter invoice that takes an invoice back."""

    red_invoice_code = TextField(
        label="红字发票代码",
        required=False,
        normaliser=normalise_number,
        help_text="纸质发票填写，数电票留空。",
    )
    red_invoice_number = TextField(
        label="红字发票号码",
        normaliser=normalise_number,
        error_messages={"required": "请填写“红字发票号码”。"},
    )
    voided_on = DayField(label="红字发票开票日期", error_messages={"required": "请填写“红字发票开票日期”。"})
