"""The fields of a trade as the specification names them, in the order of the form, and when each applies."""

from collections.abc import Mapping
from functools import cache

from autoflow.common.codes import FieldSpec, code_rows, field_specs

PREFIXES = {"seller": "卖方", "buyer": "买方"}
DERIVED = frozenset({"brand_id", "market_id", "reported_at"})
SECRETS = tuple(f"{prefix}_{name}" for prefix in PREFIXES for name in ("id_number", "phone", "address"))
CHINESE = "CN"


@cache
def form_specs() -> Mapping[str, FieldSpec]:
    """Every field a person fills in, by the name of its control."""
    party = field_specs("TX_PARTY")
    specs = {f"{prefix}_{name}": spec for prefix in PREFIXES for name, spec in party.items()}
    for form in ("TX_VEHICLE", "TX_DEAL"):
        specs |= {name: spec for name, spec in field_specs(form).items() if name not in DERIVED}
    return specs


@cache
def conditions() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Fields that only apply while other fields have one of some values."""
    chosen = frozenset(row["code"] for row in code_rows("vehicle_types") if row["needs_body_choice"] == "1")
    found = {
        "plate_no": {"plate_status": {"HAS"}},
        "body_category": {"vehicle_type": chosen},
        "invoice_code": {"invoice_kind": {"PAPER"}},
        "dealer_direction": {"trade_type": {"DEALER"}},
        "reverse_invoice": {
            "trade_type": {"DEALER"},
            "dealer_direction": {"BUY_IN"},
            "seller_party_kind": {"PERSON"},
        },
        "transfer_to_division": {"transfer_type": {"SAME_PROVINCE", "CROSS_PROVINCE"}},
    }
    for prefix in PREFIXES:
        person = {f"{prefix}_party_kind": {"PERSON"}}
        found[f"{prefix}_uscc"] = {f"{prefix}_party_kind": {"ORG"}}
        found[f"{prefix}_ethnic_group"] = {**person, f"{prefix}_nationality": {CHINESE}}
        found |= dict.fromkeys(
            [f"{prefix}_{name}" for name in ("nationality", "id_type", "id_number")], person
        )
    return found


def applies(name: str, values: Mapping[str, object]) -> bool:
    """Whether a field applies to what was chosen elsewhere."""
    return all(values.get(other) in wanted for other, wanted in conditions().get(name, {}).items())
