"""How a trade and a list of trades are shown: groups of a detail page, filters of the list."""

from dataclasses import dataclass

from django.utils import timezone

from autoflow.common.codes import field_specs, name_of
from autoflow.common.identifiers import mask_name, mask_phone
from autoflow.common.text import normalise_number
from filing.presentation import division_name
from usedcar.checks import labels
from usedcar.columns import applies
from usedcar.enums import UNFINISHED, ImportStatus, PartyKind, TradeStatus
from usedcar.models import ImportBatch, PastTrade, Trade

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
    "is_legacy_frame_no",
    "vin_reason",
    "maker_model",
    "use_nature",
    "fuel_type",
    "origin",
    "displacement",
    "first_registered_on",
    "registration_cert_no",
    "engine_no",
    "emission_stage",
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
    "operator_name",
    "original_price",
    "original_purchased_on",
    "mileage_km",
    "remark",
)
RED_COLUMNS = ("red_invoice_code", "red_invoice_number", "voided_on")
ONLY_WHERE_SET = {"is_legacy_frame_no", "vin_reason"}
EARLIER_SHOWN = 5


@dataclass(frozen=True)
class Group:
    """A part of a trade with its labels and texts."""

    title: str
    rows: list[tuple[str, str]]


def groups(trade: Trade | PastTrade, *, is_masked: bool) -> list[Group]:
    """A trade by its parts; numbers of persons are always masked, names where the reader is not the
    enterprise.
    """
    found = [
        Group("卖方", _party(trade, "seller", is_masked)),
        Group("买方", _party(trade, "buyer", is_masked)),
        Group("车辆", [_row(trade, name) for name in VEHICLE_COLUMNS if is_shown(trade, name)]),
        Group("交易", [_row(trade, name) for name in DEAL_COLUMNS if is_shown(trade, name)]),
    ]
    if getattr(trade, "voided_on", None):
        found.insert(0, Group("红字发票", [_row(trade, name) for name in RED_COLUMNS]))
    return found


def is_shown(trade, name) -> bool:
    """Empty columns are shown where something could have been entered."""
    return bool(getattr(trade, name)) or (name not in ONLY_WHERE_SET and applies(name, vars(trade)))


def _party(trade, prefix, is_masked):
    rows = []
    for column in PARTY_COLUMNS:
        name = f"{prefix}_{column}"
        if not is_shown(trade, name):
            continue
        label, text = _row(trade, name)
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
    if name == "transfer_to_division":
        return field.verbose_name, division_name(value)
    if field.choices:
        return field.verbose_name, getattr(trade, f"get_{name}_display")()
    if name in ("price", "original_price", "mileage_km"):
        return field.verbose_name, f"{value:,}"
    return field.verbose_name, str(value)


def secret_mask(trade: Trade, name: str) -> str:
    """What may be shown of a sealed column; an address shows only that there is one."""
    if name.endswith("id_number"):
        return getattr(trade, name.replace("id_number", "id_mask"))
    value = getattr(trade, name)
    if name.endswith("phone"):
        return mask_phone(value)
    return f"{value[:2]}***" if value else ""


def earlier_deals(form, enterprise) -> list[dict[str, object]]:
    """When this vehicle was reported before, and whether by this enterprise; never by which other one."""
    vin = normalise_number(form["vin"].value() or "")
    if len(vin) != 17:
        return []
    others = Trade.objects.of_vehicles([vin]).exclude(pk=form.trade.pk if form.trade else None)
    rows = others.order_by("-traded_on", "-id").values_list("traded_on", "enterprise_id", "status")
    return [
        {
            "day": day,
            "who": "本企业" if owner == enterprise.pk else "其他企业",
            "is_voided": status == TradeStatus.VOIDED,
        }
        for day, owner, status in rows[:EARLIER_SHOWN]
    ]


def event_texts(events, *, is_masked: bool) -> list[dict[str, object]]:
    """The history of a trade as a time line: what was done, which items changed, why."""
    return [
        {
            "title": event.get_action_display(),
            "at": event.at,
            "by": "" if is_masked else event.by.username,
            "note": "；".join(
                filter(None, [changed_text(event.fields), event.reason and f"原因：{event.reason}"])
            ),
        }
        for event in events
    ]


def trade_of_history(trade_id: int, user) -> Trade | None:
    """A trade whose history somebody may read, unless it is gone."""
    readable = Trade.objects.with_history_for(user).select_related("enterprise", "reported_by")
    return readable.filter(pk=trade_id).first()


def origin_texts(trade: Trade | PastTrade | None, *, is_masked: bool) -> list[dict[str, object]]:
    """Where an imported trade comes from, for the end of its time line: imports write no event a trade."""
    if trade is None or trade.batch_id is None:
        return []
    name = ImportBatch.objects.values_list("file_name", flat=True).get(pk=trade.batch_id)
    place = f"第 {trade.batch_row_no} 行"
    return [
        {
            "title": "批量导入",
            "at": trade.reported_at,
            "by": "" if is_masked else trade.reported_by.username,
            "note": f"导入文件{place}" if is_masked else f"来自“{name}”{place}（导入编号 {trade.batch_id}）",
        }
    ]


def past_versions(events, *, is_masked: bool) -> list[dict[str, object]]:
    """What a trade held before each step that changed or deleted it."""
    return [
        {
            "title": f"{timezone.localtime(event.at):%Y-%m-%d %H:%M} {event.get_action_display()}前的内容",
            "rows": [row for group in groups(event.before, is_masked=is_masked) for row in group.rows],
        }
        for event in events
        if hasattr(event, "before")
    ]


def changed_text(names) -> str:
    """The changed items by their labels."""
    known = {
        **{name: spec.label for form in ("TX_VEHICLE", "TX_DEAL") for name, spec in field_specs(form).items()}
    }
    known |= labels()
    words = [known.get(name, Trade._meta.get_field(name).verbose_name) for name in names]
    return f"修改了：{'、'.join(words)}" if words else ""


def place_in_queue(batch: ImportBatch) -> int:
    """How many files of the nation are worked on before this one."""
    if batch.status != ImportStatus.UPLOADED:
        return 0
    waiting = ImportBatch.objects.filter(status__in=UNFINISHED).exclude(pk__gte=batch.pk, status=batch.status)
    return waiting.exclude(pk=batch.pk).count()
