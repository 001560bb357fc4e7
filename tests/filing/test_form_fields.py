"""Every line of fields.csv against the form as drawn; the file is read here anew, not by the product."""

import csv
import re
from html import unescape

import pytest
from django.template import Context, Template

from autoflow.common.codes import DATA_DIR, choices
from filing.forms import FilingForms
from filing.services import first_version
from tests.factories import EnterpriseFactory

with open(DATA_DIR / "fields.csv", encoding="utf-8", newline="") as source:
    ROWS = [row for row in csv.DictReader(source) if row["form"].startswith("FILING_")]
SUB_TABLES = {"FILING_BRAND_LINE": "brand_lines", "FILING_AUTHORIZATION_LINE": "authorization_lines"}
PARTS = {"FILING_BRAND_LINE": ["A1", "A2", "A3"], "FILING_AUTHORIZATION_LINE": ["A1", "A2"]}
NOT_SHOWN = {"residents[]", "line_status"}
TYPES = ["A1", "A2", "A3", "B1", "B2", "B3", "B4", "B5"]
ON_CONDITION = {
    "registered_capital",
    "resident_market_id",
    "authorized_from",
    "authorized_to",
    "upstream_name",
}
CODE_LISTS = {
    "enterprise_types": "enterprise_types",
    "capital_currency": "currencies",
    "registration_category": "registration_category",
    "business_modes": "newcar_business_mode",
    "vehicle_scope": "vehicle_scope",
    "authorization_type": "authorization_type",
    "grantee_role": "grantee_role",
    "place_type": "place_type",
    "market_services": "market_service",
}
FIELDS = [row for row in ROWS if row["identifier"] not in NOT_SHOWN]
pytestmark = pytest.mark.django_db


def named(row):
    return f"{row['form']}.{row['identifier']}"


@pytest.fixture
def drawn():
    """The field of a line of the table, as HTML."""
    enterprise = EnterpriseFactory()
    user = enterprise.staff.get()
    page = FilingForms(first_version(enterprise, user), user=user)

    def draw(row):
        row_set = SUB_TABLES.get(row["form"])
        form = page.row_sets[row_set].forms[0] if row_set else page.form
        return unescape(Template("{% field bound %}").render(Context({"bound": form[row["identifier"]]})))

    return draw


def who(text, previous):
    if text == "ALL":
        return TYPES
    if "–" in text:
        first, last = text.split("–")
        return [code for code in TYPES if first <= code <= last]
    return previous if text == "同上" else text.split()


@pytest.mark.parametrize("row", FIELDS, ids=named)
def test_field_is_drawn_as_the_table_says(drawn, row):
    html = drawn(row)
    assert re.search(rf"<(label|legend)[^>]*>\s*{re.escape(row['label_zh'])}\s", html)
    starred = row["required"] == "R" or row["identifier"] in ON_CONDITION
    assert ('<span class="visually-hidden">必填</span>' in html) == starred
    assert ("data-required" in html) == starred
    assert row["help_text_zh"] in html
    if row["unit"]:
        assert re.search(rf'class="input-group-text"[^>]*>{row["unit"]}<', html)
    length = re.fullmatch(r"(?:varchar|char|text)\((\d+)\)", row["type"])
    if length and not row["code_list"] and row["identifier"] not in CODE_LISTS:
        assert f'maxlength="{length[1]}"' in html


@pytest.mark.parametrize("row", [row for row in FIELDS if row["identifier"] in CODE_LISTS], ids=named)
def test_field_offers_its_code_list(drawn, row):
    html = drawn(row)
    offered = re.findall(r'value="([^"]*)"', html)
    names = choices(CODE_LISTS[row["identifier"]])
    assert [code for code in offered if code] == [code for code, _ in names]
    assert all(name in html for _, name in names)


def test_every_code_list_of_the_table_is_checked():
    listed = {
        row["identifier"]
        for row in FIELDS
        if row["code_list"] and row["type"] not in {"fk", "ref"} and "divisions" not in row["code_list"]
    }
    assert listed - {"division_code", "grantee_division", "jurisdiction_code"} == CODE_LISTS.keys()


def test_fields_concern_the_types_of_the_table(drawn):
    previous = TYPES
    for row in FIELDS:
        previous = who(row["applies_to"], previous)
        html = drawn(row)
        part = {"FILING_BRAND_LINE": ["A1", "A2", "A3"], "FILING_AUTHORIZATION_LINE": ["A1", "A2"]}.get(
            row["form"]
        )
        if previous not in (TYPES, part):
            assert f'data-types="{" ".join(sorted(previous))}"' in html, named(row)
        else:
            assert "data-types" not in html, named(row)


def test_parts_follow_the_enterprise_types():
    enterprise = EnterpriseFactory()
    page = FilingForms(first_version(enterprise, enterprise.staff.get()), user=enterprise.staff.get())
    types = {part["key"]: part["types"] for part in page.parts}
    assert types["newcar"] == types["brands"] == "A1 A2 A3"
    assert types["authorizations"] == "A1 A2"
    assert types["market"] == "B1"
    assert types["used"] == "B1 B2 B3 B4 B5"
    assert types["basic"] == types["contact"] == types["images"] == ""
