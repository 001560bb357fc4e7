"""The parts of a filing and the fields in each, in the order of the specification: the form, the page, the
checks and the list of what is still missing all read this one table.
"""

from dataclasses import dataclass

from autoflow.common.codes import TYPE_CODES, FieldSpec, field_specs

COMMON_PARTS = {
    "basic": (
        "enterprise_name uscc enterprise_types legal_representative registered_capital capital_currency "
        "registration_category established_on licence_valid_until registration_authority business_scope "
        "division_code jurisdiction_code registered_address business_address postal_code opened_on"
    ),
    "contact": "contact_name contact_mobile contact_phone contact_email website",
    "business": "group_name group_uscc employee_count business_area",
    "images": "licence_original_image licence_duplicate_image seal_image",
    "declarations": "image_sync_acknowledged truth_declared remark",
}
ROW_SETS = ("brand_lines", "authorization_lines", "residents")
CONDITIONS = {
    "resident_market_id": ("place_type", "IN_MARKET"),
    "authorized_from": ("authorization_type", "AUTHORIZED"),
    "authorized_to": ("authorization_type", "AUTHORIZED"),
}
NEWCAR_TYPES = frozenset({"A1", "A2", "A3"})
EVERYBODY = frozenset(TYPE_CODES)


@dataclass(frozen=True)
class Part:
    """One part of the form: its fields, its sub-table if it has one, and the enterprise types it concerns."""

    key: str
    title: str
    fields: tuple[FieldSpec, ...] = ()
    row_set: str = ""
    types: frozenset[str] = EVERYBODY

    def fields_for(self, enterprise_types):
        return [spec for spec in self.fields if concerns(spec.applies_to, enterprise_types)]


def concerns(types, enterprise_types):
    """Whether something for these types concerns the enterprise; common parts do before it chose."""
    return types == EVERYBODY or not types.isdisjoint(enterprise_types)


def parts_for(enterprise_types):
    return [part for part in PARTS if concerns(part.types, enterprise_types)]


def _common(key, title):
    specs = field_specs("FILING_COMMON")
    return Part(key, title, tuple(specs[name] for name in COMMON_PARTS[key].split()))


def _of_form(key, title, form, row_set=""):
    fields = tuple(spec for spec in field_specs(form).values() if spec.kind != "rows")
    return Part(key, title, fields, row_set, frozenset().union(*(spec.applies_to for spec in fields)))


PARTS = (
    _common("basic", "基本信息"),
    _common("contact", "联系方式"),
    _common("business", "经营情况"),
    _common("images", "影像"),
    _of_form("newcar", "汽车销售企业部分", "FILING_NEWCAR"),
    Part("brands", "品牌与生产商", row_set="brand_lines", types=NEWCAR_TYPES),
    Part("authorizations", "授权情况", row_set="authorization_lines", types=frozenset({"A1", "A2"})),
    _of_form("used", "二手车企业部分", "FILING_USED"),
    _of_form("market", "交易市场", "FILING_USED_MARKET", row_set="residents"),
    _of_form("used_other", "经销、经纪、拍卖、鉴定评估", "FILING_USED_OTHER"),
    _common("declarations", "承诺与备注"),
)
FIELDS = {spec.identifier: spec for part in PARTS for spec in part.fields}
PART_OF_FIELD = {spec.identifier: part.key for part in PARTS for spec in part.fields} | {
    part.row_set: part.key for part in PARTS if part.row_set
}
PART_OF_ROWS = {part.row_set: part for part in PARTS if part.row_set}
LABELS = {name: spec.label for name, spec in FIELDS.items()} | {
    "brand_lines": "品牌与生产商",
    "authorization_lines": "授权情况",
    "residents": "入驻商户",
}
DERIVED = frozenset({"uscc", "jurisdiction_code"})
IMAGES = tuple(spec.identifier for spec in FIELDS.values() if spec.kind == "image")


def control_part(control):
    """The key of the part a control belongs to; `brand_lines-0-supplier_name` belongs to its sub-table."""
    return PART_OF_FIELD.get(control) or PART_OF_FIELD[control.partition("-")[0]]


def control_label(control):
    """How a finding names its field: by the label, rows by their number as the person sees it."""
    row_set, _, rest = control.partition("-")
    if row_set not in ROW_SETS or not rest:
        return LABELS[control]
    number = int(rest.partition("-")[0]) + 1
    return f"{LABELS[row_set]}第{number}行"
