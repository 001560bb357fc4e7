"""How a trade and a list of trades are shown: groups of a detail page, filters of the list."""

from dataclasses import dataclass

from autoflow.common.codes import name_of
from autoflow.common.identifiers import mask_name, mask_phone
from usedcar.enums import ImportStatus, PartyKind
from usedcar.models import ImportBatch, Trade

CODE_LISTS = {
    "nationality": "countries",
    "ethnic_group": "ethnic_groups",
    "id_type": "id_document_types",
}
PARTY_COLUMNS = ("party_kind", "name", "uscc", "nationality", "ethnic_group", "id_type", "id_mask", "phone")
VEHICLE_COLUMNS = (
    "plate_no",
    "plate_status",
    "plate_type",
    "vehicle_type",
    "body_category",
    "vin",
    "maker_model",
    "use_nature",
    "fuel_type",
    "origin",
    "displacement",
    "first_registered_on",
    "registration_cert_no",
    "engine_no",
)
DEAL_COLUMNS = (
    "invoice_kind",
    "invoice_code",
    "invoice_number",
    "invoice_date",
    "traded_on",
    "price",
    "trade_type",
    "dealer_direction",
    "reverse_invoice",
    "transfer_type",
    "transferee_office",
    "transfer_to_division",
    "market_uscc",
    "original_price",
    "original_purchased_on",
    "mileage_km",
    "remark",
)


@dataclass(frozen=True)
class Group:
    """A part of a trade with its labels and texts."""

    title: str
    rows: list[tuple[str, str]]


def groups(trade: Trade, *, is_masked: bool) -> list[Group]:
    """A trade by its parts; numbers of persons are always masked, names where the reader is an authority."""
    return [
        Group("卖方", _party(trade, "seller", is_masked)),
        Group("买方", _party(trade, "buyer", is_masked)),
        Group("车辆", [_row(trade, name) for name in VEHICLE_COLUMNS]),
        Group("交易", [_row(trade, name) for name in DEAL_COLUMNS]),
    ]


def _party(trade, prefix, is_masked):
    rows = []
    for column in PARTY_COLUMNS:
        label, text = _row(trade, f"{prefix}_{column}")
        if column == "phone":
            text = mask_phone(text)
        elif column == "name":
            text = party_name(trade, prefix, is_masked=is_masked)
        elif column in CODE_LISTS and text:
            text = name_of(CODE_LISTS[column], text)
        rows.append((label.removesuffix("（掩码）"), text))
    return rows


def party_name(trade: Trade, prefix: str, *, is_masked: bool) -> str:
    """The name of a party; a person's name is masked to those who did not report it."""
    name = getattr(trade, f"{prefix}_name")
    is_person = getattr(trade, f"{prefix}_party_kind") == PartyKind.PERSON
    return mask_name(name) if is_masked and is_person else name


def _row(trade, name):
    field = trade._meta.get_field(name)
    value = getattr(trade, name)
    if value is None or value == "":
        return field.verbose_name, ""
    if isinstance(value, bool):
        return field.verbose_name, "是" if value else "否"
    if field.choices:
        return field.verbose_name, getattr(trade, f"get_{name}_display")()
    if name in ("price", "original_price", "mileage_km"):
        return field.verbose_name, f"{value:,}"
    return field.verbose_name, str(value)


def place_in_queue(batch: ImportBatch) -> int:
    """How many uploads of the nation are checked before this one."""
    if batch.status != ImportStatus.UPLOADED:
        return 0
    waiting = (ImportStatus.UPLOADED, ImportStatus.CHECKING)
    return ImportBatch.objects.filter(pk__lt=batch.pk, status__in=waiting).count()
