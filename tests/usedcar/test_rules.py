"""Every T-rule of the table fires and keeps silent in the form and in the import, every I-rule in the import.

A rule added to rules.csv without a case here fails.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from stdnum.cn import ric

from autoflow.common.checks import rules
from autoflow.common.errors import BusinessError
from autoflow.common.sheet_slices import slice_of
from autoflow.common.workbooks import CellFault, WorkbookRefused
from tests.factories import TradeFactory, resident_id_of
from tests.usedcar.test_checks import BUYER, DEALER, FOREIGNER, SOUND
from tests.usedcar.test_import_clean import DOCUMENTS, PLACES, VECTORS
from tests.usedcar.trades import reporter_of, typed
from usedcar.forms import TradeForm, UploadForm
from usedcar.import_checks import WorkbookChecks, faults_of, read_header
from usedcar.staging import party_key
from usedcar.steps import findings_of
from usedcar.template_workbook import cells_of, template_columns

pytestmark = pytest.mark.django_db
NAMES = [column["identifier"] for column in template_columns()]
HEADERS = [column["header_zh"] for column in template_columns()]
SELLER = "110101190001010014"


def numbered(body):
    return body + ric.calc_check_digit(f"{body}0")


def vector(kind, rule):
    """The first value of the check vectors that breaks a rule, or the first sound one."""
    wanted = (one for one in VECTORS[kind] if rule in (one.get("rule"), one.get("warn")))
    return next(wanted, None) or pytest.fail(f"no vector for {rule}")


def sound(kind):
    return next(one["value"] for one in VECTORS[kind] if one["valid"])


def foreigner(id_type, number):
    return {**FOREIGNER, "buyer_id_type": id_type, "buyer_id_number": number}


def native(id_type, number):
    return {**BUYER, "buyer_ethnic_group": "", "buyer_id_type": id_type, "buyer_id_number": number}


def seller(number):
    return {"seller_id_number": number}


def plate(rule):
    return {"plate_no": vector("plate", rule)["value"]}


NEV = {"plate_no": "京AD00001", "plate_type": "52"}
WVW = {"origin": "IMPORTED", "first_registered_on": date(2020, 1, 2)}
CROSS = {"transfer_type": "CROSS_PROVINCE"}
CASES = {  # rule: changes of a sound row that fire it, changes that come near and do not
    "T-001": ({"seller_name": "张3"}, {"seller_name": "买买提·艾力"}),
    "T-002": ({"buyer_uscc": vector("uscc", "F-003")["value"]}, {"buyer_uscc": sound("uscc")}),
    "T-003": ({**BUYER, "buyer_id_number": SELLER}, BUYER),
    "T-004": (DEALER, {**DEALER, "buyer_uscc": "own"}),
    "T-010": (seller(SELLER[:-1]), {}),
    "T-011": (seller(SELLER[:-1] + "5"), {}),
    "T-012": (seller(numbered("11010119000230001")), seller(numbered("11010119040229001"))),
    "T-013": (seller(numbered("19010119000101001")), {}),
    "T-014": (seller(vector("resident_id", "T-014")["value"]), {}),
    "T-015": (
        native("HMT_RESIDENCE", vector("hmt_residence_permit", "T-015")["value"]),
        native("HMT_RESIDENCE", sound("hmt_residence_permit")),
    ),
    "T-016": (native("HM_PERMIT", "K00000001"), native("HM_PERMIT", "H00000001")),
    "T-017": (foreigner("FOREIGN_PASSPORT", "A1"), foreigner("FOREIGN_PASSPORT", "X0000000T")),
    "T-018": (
        foreigner("FOREIGN_PR_NEW", vector("foreign_permanent_resident", "T-018")["value"]),
        foreigner("FOREIGN_PR_NEW", sound("foreign_permanent_resident")),
    ),
    "T-019": (foreigner("RESIDENT_ID", SELLER), foreigner("FOREIGN_PASSPORT", "X0000000T")),
    "T-020": (plate("T-020"), {"plate_no": "京A0000A"}),
    "T-021": (plate("T-021"), {}),
    "T-022": ({"plate_type": "52"}, {"plate_type": "02"}),
    "T-023": (NEV, {**NEV, "fuel_type": "C"}),
    "T-024": (plate("T-024"), {"plate_no": "京A12XY3"}),
    "T-025": ({"vehicle_type": "T11"}, {"vehicle_type": "K32"}),
    "T-030": ({"vin": SOUND["vin"][:-1]}, {}),
    "T-031": ({"vin": SOUND["vin"][:-1] + "I"}, {}),
    "T-032": ({"vin": vector("vin", "T-032")["value"]}, {}),
    "T-033": ({**WVW, "vin": "WVWTEST50KA000005"}, {**WVW, "vin": "WVWTEST5XKA000005"}),
    "T-034": ({"vin": "LSVTEST11N200000A"}, {}),
    "T-035": ({"origin": "IMPORTED"}, {"origin": "DOMESTIC"}),
    "T-036": ({"vin": "1" * 17}, {}),
    "T-040": ({"first_registered_on": date(1969, 12, 31)}, {"first_registered_on": date(2021, 1, 1)}),
    "T-041": ({"invoice_date": 32}, {"invoice_date": 31}),
    "T-042": ({"first_registered_on": date(2012, 1, 1)}, {"first_registered_on": date(2021, 12, 31)}),
    "T-050": ({"invoice_code": "037001900311"}, {"invoice_code": "037001900317"}),
    "T-052": ({"price": Decimal("999.99")}, {"price": Decimal(1000)}),
    "T-053": (
        {**CROSS, "plate_no": "冀A00001", "transfer_to_division": "130100"},
        {**CROSS, "plate_no": "冀A00001", "transfer_to_division": "330100"},
    ),
    "T-054": ({"mileage_km": 99}, {"mileage_km": 100}),
}


def sold(**changes):
    """An earlier trade of the same vehicle; its buyer is the seller of the row unless changed."""
    buyer = {
        name.replace("seller", "buyer"): value for name, value in SOUND.items() if name.startswith("seller_")
    }
    buyer["buyer_id_key"] = party_key("RESIDENT_ID", buyer["buyer_id_number"])
    return {"vin": SOUND["vin"], "traded_on": 30, **buyer, **changes}


def short(number, **changes):
    """A sale by the seller of the row of another vehicle he bought ninety days before."""
    owner = {name: value for name, value in SOUND.items() if name.startswith("seller_")}
    key = {"seller_id_key": party_key("RESIDENT_ID", SELLER)}
    vin = {"vin": ["LSVTEST15N2000101", "LSVTEST17N2000102"][number - 1]}
    return {**owner, **key, **vin, "traded_on": 0, "original_purchased_on": 90, **changes}


BOUGHT = {"original_purchased_on": 90}
INVOICE = {name: SOUND[name] for name in ("invoice_kind", "invoice_code", "invoice_number")}
HISTORIES = {  # rule: changes of the row, earlier trades that fire it, earlier trades that do not
    "T-051": ({}, [INVOICE], [{**INVOICE, "invoice_number": "00000002"}]),
    "T-060": ({}, [sold(traded_on=7)], [sold(traded_on=8)]),
    "T-061": (
        {},
        [sold(buyer_id_key=party_key("RESIDENT_ID", resident_id_of(9)))],
        [sold()],
    ),
    "T-062": (BOUGHT, [short(1), short(2)], [short(1), short(2, original_purchased_on=400)]),
}
ELSEWHERE = {  # rules about the reporter and the moment, not about a row
    "T-005": "test_trades.py, test_imports.py",
    "T-037": "test_checks.py; the template has no column for a frame number of old",
    "T-063": "test_trades.py; an import changes nothing that is reported",
}
CELLS = {  # rule: cells that fire it, cells that do not
    "I-003": ({"vin": 1.1e17}, {"vin": SOUND["vin"]}),
    "I-004": ({"price": CellFault.FORMULA}, {"price": 45000}),
    "I-005": ({"fuel_type": "空气"}, {"fuel_type": "汽油"}),
    "I-006": ({"traded_on": "2026年3月1日"}, {"traded_on": "2026-03-01"}),
}
FILES = {"I-001", "I-002", "I-007", "I-009"}  # below
PAGES = {"I-008": "test_imports.py", "I-010": "test_imports.py"}


@pytest.fixture
def market():
    return reporter_of()


def dated(values, market):
    """Days before today in place of small numbers, the reporter's code in place of `own`."""
    days = {
        name: timezone.localdate() - timedelta(days=value)
        for name, value in values.items()
        if name.endswith("_on") or name.endswith("_date")
        if isinstance(value, int)
    }
    own = {name: market.uscc for name, value in values.items() if value == "own"}
    return {**values, **days, **own}


def row_with(changes, market):
    return dated({**SOUND, "traded_on": 0, "invoice_date": 0, **changes}, market)


def by_form(row, market):
    form = TradeForm(typed(row), enterprise=market)
    try:
        form.ensure_readable()
    except BusinessError as error:
        return {found.rule for found in error.findings}
    return {found.rule for found in findings_of(form.values(), market)}


def by_import(row, market, **cells):
    return {found.rule for found in checked([row], market, **cells)[0]}


def checked(rows, market, **cells):
    """The findings of rows as cells of a workbook, the first from row 3 on."""
    lines = []
    for number, row in enumerate(rows, start=3):
        written = [float(cell) if isinstance(cell, Decimal) else cell for cell in cells_of(row)]
        for name, cell in cells.items():
            written[NAMES.index(name)] = cell
        lines.append((number, written))
    checks = WorkbookChecks(market, NAMES, timezone.localdate())
    found = checks.compared(checks.sealed(checks.read(slice_of(lines)))).findings
    return [found[place] for place in range(len(rows))]


def test_every_rule_of_the_table_has_a_case():
    known = {*CASES, *HISTORIES, *ELSEWHERE, *CELLS, *FILES, *PAGES}
    assert {number for number in rules() if number[:2] in ("T-", "I-")} == known


@pytest.mark.parametrize("way", [by_form, by_import])
def test_a_sound_row_is_silent(market, way):
    assert way(row_with({}, market), market) == set()


@pytest.mark.parametrize("way", [by_form, by_import])
@pytest.mark.parametrize("rule", CASES)
def test_rule_fires_and_is_silent(market, rule, way):
    fires, silent = CASES[rule]
    assert rule in way(row_with(fires, market), market)
    assert rule not in way(row_with(silent, market), market)


@pytest.mark.parametrize("way", [by_form, by_import])
@pytest.mark.parametrize("rule", HISTORIES)
@pytest.mark.parametrize("fires", [True, False])
def test_rule_on_earlier_trades_fires_and_is_silent(market, rule, way, fires):
    changes, loud, quiet = HISTORIES[rule]
    other = reporter_of()
    for earlier in loud if fires else quiet:
        TradeFactory(enterprise=other, **dated(earlier, market))
    assert (rule in way(row_with(changes, market), market)) == fires


@pytest.mark.parametrize("rule", CELLS)
def test_cell_rule_fires_and_is_silent(market, rule):
    loud, quiet = CELLS[rule]
    row = row_with({}, market)
    assert rule in by_import(row, market, **loud)
    assert rule not in by_import(row, market, **quiet)


def test_the_file_the_header_and_repeated_rows(market):
    too_old = UploadForm({}, {"file": SimpleUploadedFile("交易.xls", b"x")})
    assert too_old.errors["file"][0].startswith(rules()["I-001"].message[:10])
    assert UploadForm({}, {"file": SimpleUploadedFile("交易.xlsx", b"x")}).is_valid()
    assert read_header(slice_of([(2, HEADERS)]), {})[1] == 2
    with pytest.raises(WorkbookRefused, match="模板版本不符") as refused:
        read_header(slice_of([(2, HEADERS[1:])]), {})
    assert refused.value.rule == "I-002"
    row = row_with({}, market)
    first, second = checked([row, row], market)
    assert (first, [found.rule for found in second]) == ([], ["I-007"])
    other = {**row, "vin": "LSVTEST13N2000002", "invoice_number": "00000002"}
    assert checked([row, other], market) == [[], []]


def test_a_fault_of_a_row_names_its_number_and_rule(market):
    """I-009: any T-rule, with the row as Excel counts it."""
    (found,) = checked([row_with(CASES["T-011"][0], market)], market)
    ((number, *_, message),) = faults_of(3, found)
    assert (number, message.startswith("第3行"), message.endswith("[T-011]")) == (3, True, True)


VECTOR_ROWS = [
    pytest.param(kind, name, one, id=f"{name} {one[key] or 'empty'}")
    for kind, places in PLACES.items()
    for name, key in places.items()
    for one in VECTORS[kind]
]
IN_TRADES = {"F-002": "T-002", "F-003": "T-002"}


@pytest.mark.parametrize("way", [by_form, by_import])
@pytest.mark.parametrize(("kind", "name", "one"), VECTOR_ROWS)
def test_check_vectors_hold(market, kind, name, one, way):
    row = row_with(vector_changes(kind, name, one), market)
    found = way(row, market)
    if name == "market_uscc":
        found.discard("INVALID")  # a market that nobody confirmed is a question, whatever its code
    broken = {IN_TRADES.get(rule, rule) for rule in (one.get("rule"), one.get("warn")) if rule}
    if one.get("value", "x") == "":
        assert ("REQUIRED" in found) == (name != "market_uscc")
    else:
        assert broken <= found
        assert one["valid"] == (not {rule for rule in found if stops(rule, one)})


def stops(rule, one):
    """Whether a finding refuses the value itself: what the vector calls a warning does not."""
    return rule not in rules() or ("error" in rules()[rule].severities and rule != one.get("warn"))


def vector_changes(kind, name, one):
    changes = {name: one[PLACES[kind][name]]}
    if kind == "uscc" and name == "seller_uscc":
        person = dict.fromkeys(("nationality", "ethnic_group", "id_type", "id_number"), "")
        changes |= {f"seller_{key}": value for key, value in person.items()}
        changes |= {"seller_party_kind": "ORG", "buyer_uscc": "own"}
    if name == "buyer_id_number":
        id_type = one.get("type", DOCUMENTS.get(kind, "RESIDENT_ID"))
        if id_type == "FOREIGN_PR_NEW" and not one["value"].isdigit():
            id_type = "FOREIGN_PR_OLD"
        is_foreign = id_type.startswith("FOREIGN")
        changes = (foreigner if is_foreign else native)(id_type, one["value"])
        changes |= {"buyer_ethnic_group": "01"} if id_type == "RESIDENT_ID" else {}
        changes |= {"seller_id_number": resident_id_of(9)}
    if kind == "invoice":
        changes |= {"invoice_kind": one["kind"], "invoice_code": one["code"], "invoice_number": one["number"]}
    return changes
