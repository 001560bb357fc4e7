"""Code lists and field specifications, read once from autoflow/data and never changed."""

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from autoflow.common.text import normalise

DATA_DIR = Path(__file__).resolve().parents[1] / "data"
TABLES = {
    "countries",
    "currencies",
    "divisions",
    "enterprise_types",
    "ethnic_groups",
    "fuel_types",
    "id_document_types",
    "jurisdictions",
    "plate_types",
    "provinces",
    "use_natures",
    "vehicle_types",
}
SMALL_LISTS = {
    "party_kind": {"ORG": "企业（单位）", "PERSON": "个人"},
    "plate_status": {"HAS": "有号牌", "NONE": "已收回或未核发"},
    "invoice_kind": {"PAPER": "纸质", "DIGITAL": "数电票"},
    "dealer_direction": {"BUY_IN": "收购", "SELL_OUT": "销售"},
    "authorization_type": {"AUTHORIZED": "授权", "UNAUTHORIZED": "非授权"},
    "grantee_role": {"DEALER": "经销商", "SERVICE": "售后服务商"},
    "line_status": {"ACTIVE": "在用", "ENDED": "已终止"},
    "place_type": {"IN_MARKET": "市场内", "OWN_SITE": "市场外自有或租赁"},
    "yes_no": {"1": "是", "0": "否"},
}
ALIASES = {
    "party_kind": {"企业": "ORG", "单位": "ORG"},
    "plate_status": {"无号牌": "NONE"},
    "invoice_kind": {"纸质发票": "PAPER", "数电发票": "DIGITAL"},
    "yes_no": {"TRUE": "1", "FALSE": "0"},
}
LIST_OF_FIELD = {
    "division_code": "divisions",
    "grantee_division": "divisions",
    "transfer_to_division": "divisions",
    "capital_currency": "currencies",
    "nationality": "countries",
    "business_modes": "newcar_business_mode",
    "market_services": "market_service",
    "body_category": "report_vehicle_category",
    "status": "report_status",
}
TYPE_CODES = ("A1", "A2", "A3", "B1", "B2", "B3", "B4", "B5")


@cache
def read_table(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of one csv file of autoflow/data."""
    with open(DATA_DIR / f"{name}.csv", encoding="utf-8", newline="") as source:
        return tuple(MappingProxyType(row) for row in csv.DictReader(source))


@cache
def read_json(name: str):
    """One json file of autoflow/data; callers do not change it."""
    return json.loads((DATA_DIR / f"{name}.json").read_text(encoding="utf-8"))


@cache
def rows_by_code(name: str) -> Mapping[str, Mapping[str, str]]:
    """The rows of a code table with all their columns, found by code."""
    return MappingProxyType({row["code"]: row for row in code_rows(name)})


@cache
def code_rows(name: str) -> tuple[Mapping[str, str], ...]:
    if name in TABLES:
        return read_table(name)
    if name in SMALL_LISTS:
        return tuple({"code": code, "name_zh": text} for code, text in SMALL_LISTS[name].items())
    return tuple(read_json("enums")[name]["items"])


@cache
def code_list(name: str) -> Mapping[str, str]:
    """A code list as {code: Chinese name}, in the order of the list."""
    return MappingProxyType({row["code"]: row["name_zh"] for row in code_rows(name)})


@cache
def selectable(name: str) -> frozenset[str]:
    """The codes a person may pick; the others only name old or out-of-range values."""
    return frozenset(
        row["code"]
        for row in code_rows(name)
        if row.get("selectable", "1") == "1" and row.get("is_placeholder", "0") == "0"
    )


@cache
def choices(name: str) -> tuple[tuple[str, str], ...]:
    """The selectable codes with their names, as form and model fields take them."""
    return tuple(pair for pair in code_list(name).items() if pair[0] in selectable(name))


@cache
def codes_by_text(name: str) -> Mapping[str, str]:
    names = {normalise(text): code for code, text in code_list(name).items()}
    codes = {code: code for code in code_list(name)}
    return MappingProxyType({**codes, **ALIASES.get(name, {}), **names})


def code_of(name: str, text: str) -> str | None:
    """The code for a name or a code as a person types it; None when the list has neither."""
    found = codes_by_text(name)
    if text in found:
        return found[text]
    text = normalise(text)
    return found.get(text) or found.get(text.upper())


def name_of(name: str, code: str) -> str:
    """The Chinese name of a code; an unknown code is shown as it is."""
    return code_list(name).get(code, code)


@cache
def division_paths() -> Mapping[str, str]:
    """`省/市` paths, with and without the ending of the administrative level, to codes of the city level."""
    provinces = {row["code"]: {row["name_zh"], row["short_name"]} for row in read_table("provinces")}
    paths = {}
    for row in code_rows("divisions"):
        if row["level"] == "PROVINCE":
            if row["name_zh"].endswith("市"):
                for name in provinces[row["code"]]:
                    paths[name] = paths[f"{name}/{name}"] = row["code"]
                paths[f"{row['name_zh']}/市辖区"] = row["code"]
        elif is_city_level(row):
            for province in provinces[row["code"][:2] + "0000"]:
                for city in {row["name_zh"], row["name_zh"].removesuffix("市")}:
                    paths[f"{province}/{city}"] = row["code"]
    return MappingProxyType(paths)


def is_city_level(row: Mapping[str, str]) -> bool:
    """A city, or a county that answers to its province directly (its parent is a placeholder, xx9000)."""
    if row["level"] == "CITY":
        return row["is_placeholder"] == "0"
    return row["level"] == "COUNTY" and row["parent_code"][2:] == "9000"


def division_code_of(text: str) -> str | None:
    """The division meant by a six-digit code or a path such as 浙江省/杭州市; None when there is none."""
    text = normalise(text)
    if text in selectable("divisions"):
        return text
    return division_paths().get(re.sub(r"\s*[/／\-—]\s*|\s+", "/", text))


@dataclass(frozen=True, slots=True)
class EnterpriseType:
    """A kind of enterprise and what it fills in; `used_transaction` is yes, no or configurable."""

    code: str
    name: str
    identifier: str
    group: str
    sections: tuple[str, ...]
    newcar_reports: bool
    used_transaction: str
    market_reports: bool


@cache
def enterprise_types() -> Mapping[str, EnterpriseType]:
    words = {"0": "no", "1": "yes"}
    return MappingProxyType(
        {
            row["code"]: EnterpriseType(
                code=row["code"],
                name=row["name_zh"],
                identifier=row["identifier"],
                group=row["group"],
                sections=tuple(row["filing_sections"].split(";")),
                newcar_reports=row["newcar_reports"] == "1",
                used_transaction=words.get(row["used_transaction"], row["used_transaction"]),
                market_reports=row["market_reports"] == "1",
            )
            for row in read_table("enterprise_types")
        }
    )


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of the specification: what forms, help texts and imports are made from."""

    form: str
    sequence: int
    label: str
    identifier: str
    kind: str  # text code codes int decimal date datetime bool image fk rows
    max_length: int | None
    min_length: int | None
    max_digits: int | None
    decimals: int | None
    minimum: int | None
    maximum: int | None
    unit: str
    required: str  # R always, C on a condition, O never
    code_list: str
    explain: str
    validation: str
    encrypted: bool
    applies_to: frozenset[str]

    def applies(self, enterprise_types) -> bool:
        return bool(self.applies_to.intersection(enterprise_types))


@cache
def field_specs(form: str) -> Mapping[str, FieldSpec]:
    """The fields of one form, by identifier, in the order of the specification."""
    specs, applies_to = {}, frozenset(TYPE_CODES)
    for row in read_table("fields"):
        if row["form"] == form:
            applies_to = who_applies(row["applies_to"], applies_to)
            specs[row["identifier"]] = to_spec(row, applies_to)
    if not specs:
        raise KeyError(form)
    return MappingProxyType(specs)


def field_spec(form: str, identifier: str) -> FieldSpec:
    return field_specs(form)[identifier]


def who_applies(text: str, previous: frozenset[str]) -> frozenset[str]:
    if text == "同上":
        return previous
    if text == "ALL":
        return frozenset(TYPE_CODES)
    if "–" in text:
        first, last = text.split("–")
        return frozenset(code for code in TYPE_CODES if first <= code <= last)
    return frozenset(text.split())


def to_spec(row: Mapping[str, str], applies_to: frozenset[str]) -> FieldSpec:
    base, _, size = row["type"].removesuffix(")").partition("(")
    digits, _, decimals = size.partition(",")
    list_name = list_of(row)
    kind = kind_of(base, list_name)
    low, high = limits(kind, row)
    return FieldSpec(
        form=row["form"],
        sequence=int(row["seq"]),
        label=row["label_zh"],
        identifier=row["identifier"],
        kind=kind,
        max_length=int(digits) if digits and kind in {"text", "code"} else text_limit(row, kind),
        min_length=int(match[1]) if (match := re.search(r"(\d+)–\d+ 字", row["validation"])) else None,
        max_digits=int(digits) if kind == "decimal" else None,
        decimals=int(decimals) if kind == "decimal" else None,
        minimum=low,
        maximum=high,
        unit=row["unit"],
        required=row["required"],
        code_list=list_name,
        explain=row["help_text_zh"],
        validation=row["validation"],
        encrypted=base == "enc text",
        applies_to=applies_to,
    )


def kind_of(base: str, list_name: str) -> str:
    if base in {"varchar", "char", "text", "enc text", "code"}:
        return "code" if list_name else "text"
    return {"set[code]": "codes", "ref": "fk"}.get(base, base)


def list_of(row: Mapping[str, str]) -> str:
    """The name for `code_list` of the list a field picks from, or nothing."""
    source = row["code_list"]
    if not source or row["type"] in {"fk", "ref", "rows"} or source.startswith("catalog."):
        return ""
    if source.endswith(".csv"):
        return source.removesuffix(".csv")
    if source.startswith("enums.json#"):
        return source.partition("#")[2]
    return LIST_OF_FIELD.get(row["identifier"], row["identifier"])


def limits(kind: str, row: Mapping[str, str]) -> tuple[int | None, int | None]:
    """Figures are never negative unless the specification says so (可为负)."""
    if kind not in {"int", "decimal"}:
        return None, None
    if match := re.match(r"(\d+)(?:\.0)?–(\d+)", row["validation"]):
        return int(match[1]), int(match[2])
    return (None if "可为负" in row["validation"] else 0), None


def text_limit(row: Mapping[str, str], kind: str) -> int | None:
    if kind == "text" and (match := re.search(r"≤(\d+)", row["validation"])):
        return int(match[1])
    return None
