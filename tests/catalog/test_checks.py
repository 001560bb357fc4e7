from decimal import Decimal

import pytest

from autoflow.common.checks import REQUIRED, rules
from autoflow.common.codes import read_table
from catalog.checks import (
    Known,
    NewModel,
    check_brand,
    check_displacements,
    check_model,
    check_model_name,
    check_producer,
    litres,
)
from catalog.enums import CatalogStatus
from catalog.names import model_key, name_key, short_name
from catalog.words import ALWAYS_ALLOWED, GEAR_CODES, GEAR_WORDS, TRIM_WORDS

BRAND, PRODUCER = "大众", "上汽大众汽车有限公司"


def known_model(name, pk=1, brand_id=1, status=CatalogStatus.APPROVED):
    key = model_key(name, brand=BRAND, producer=PRODUCER)
    return Known(pk=pk, name=name, key=key, text=key, brand_id=brand_id, status=status)


def known_name(name, pk=1):
    return Known(pk=pk, name=name, key=name_key(name), text=name)


def known_producer(name):
    return Known(pk=1, name=name, key=name_key(name), text=short_name(name))


def model(name="途岳", *, displacements=("1.5",), energy_type="ICE"):
    return NewModel(name, 1, BRAND, PRODUCER, energy_type, displacements)


def model_rules(name="途岳", known=(), allowed=(), **values):
    return {found.rule for found in check_model(model(name, **values), known, allowed)}


def displacement_rules(*values, energy_type="ICE", existing=()):
    return {found.rule for found in check_displacements(values, energy_type, existing)}


FIRES = {
    "C-001": lambda: model_rules("途岳1.5T"),
    "C-002": lambda: model_rules("途岳旗舰版"),
    "C-003": lambda: model_rules("途岳2026款"),
    "C-004": lambda: model_rules("途 岳", [known_model("途岳")]),
    "C-005": lambda: model_rules("途跃", [known_model("途岳")]),
    "C-006": lambda: model_rules("大众途岳"),
    "C-007": lambda: displacement_rules("1.55"),
    "C-008": lambda: displacement_rules("0"),
    "C-009": lambda: displacement_rules("1.5", existing=[Decimal("1.5")]),
    "C-010": lambda: model_rules(displacements=()),
    "C-011": lambda: {found.rule for found in check_brand("新牌", (), has_producer=False)},
    "C-012": lambda: {found.rule for found in check_brand("本天", [known_name("本田")], has_producer=True)},
}
RESTS = {
    "C-001": lambda: model_rules("途岳15T"),
    "C-002": lambda: model_rules("发现运动版"),
    "C-003": lambda: model_rules("Model 3"),
    "C-004": lambda: model_rules("途岳", [known_model("途观")]),
    "C-005": lambda: model_rules("途岳", [known_model("途观"), known_model("朗逸")]),
    "C-006": lambda: model_rules("途岳大众"),
    "C-007": lambda: displacement_rules("1.5", "20.0", "２.０", "13"),
    "C-008": lambda: displacement_rules("1.5"),
    "C-009": lambda: displacement_rules("1.4", existing=[Decimal("1.5")]),
    "C-010": lambda: model_rules(),
    "C-011": lambda: {found.rule for found in check_brand("新牌", (), has_producer=True)},
    "C-012": lambda: {found.rule for found in check_brand("丰田", [known_name("本田")], has_producer=True)},
}
NUMBERS = [row["rule_id"] for row in read_table("rules") if row["form"] == "CATALOG"]


@pytest.mark.parametrize("number", NUMBERS)
def test_every_rule_fires_alone_and_rests(number):
    assert FIRES[number]() == {number}
    assert RESTS[number]() == set()


@pytest.mark.parametrize("number", NUMBERS)
def test_every_rule_has_the_severity_of_the_table(number):
    assert rules()[number].form == "CATALOG"
    assert {"error", "warn"} >= set(rules()[number].severities)


@pytest.mark.parametrize("name", ALWAYS_ALLOWED)
def test_names_of_the_exception_list_pass(name):
    assert model_rules(name) == set()
    assert model_rules(name.replace(" ", "").lower()) == set()


@pytest.mark.parametrize("row", read_table("demo_models"), ids=lambda row: row["model_name"])
def test_names_of_the_demonstration_pass_save_those_with_their_brand(row):
    subject = NewModel(
        row["model_name"],
        1,
        row["brand"],
        row["producer"],
        row["energy_type"],
        tuple(row["displacements_l"].split(";")),
    )
    assert {found.rule for found in check_model(subject, ())} <= {"C-006"}
    assert subject.name.startswith(row["brand"]) or not list(check_model(subject, ()))


@pytest.mark.parametrize("word", TRIM_WORDS)
def test_trim_words_are_named_in_the_question(word):
    (found,) = check_model_name(model(f"途岳{word}"), ())
    assert (found.rule, found.asks) == ("C-002", True)
    assert f"（“{word}”）" in found.message


@pytest.mark.parametrize("text", [*GEAR_WORDS, *GEAR_CODES, "8AT", "2026款", "2026 款", "7座", "国六", "cvt"])
def test_gear_year_seats_and_emission_are_questioned(text):
    assert model_rules(f"途岳{text}") == {"C-003"}
    assert model_rules(f"途岳 {text}") == {"C-003"}


@pytest.mark.parametrize("name", ["FIAT 500", "MATRIX", "ATTO", "ID.4 CROZZ", "国宾", "智己"])
def test_words_inside_other_words_pass(name):
    assert model_rules(name) == set()


@pytest.mark.parametrize(
    "name", ["途岳1.5T", "途岳 2.0L", "1.4TSI途岳", "途岳２.０Ｔ", "途岳1.5升", "途岳2.0 T"]
)
def test_displacement_in_the_name_stops(name):
    assert "C-001" in model_rules(name)


@pytest.mark.parametrize("name", ["ID.4", "ID.3", "Model 3", "H6", "MG5", "X3000", "铂智3X"])
def test_figures_of_a_name_are_no_displacement(name):
    assert model_rules(name) == set()


def test_a_name_approved_before_is_not_questioned_again():
    assert model_rules("途岳旗舰") == {"C-002"}
    assert model_rules("途岳 旗舰", allowed={name_key("途岳旗舰")}) == set()


@pytest.mark.parametrize("name", ["途岳旗舰版", "途岳 2026款", "途岳四驱豪华型", "大众途岳 7座"])
def test_a_trim_of_a_known_model_is_compared_without_its_words(name):
    assert "C-005" in model_rules(name, [known_model("途岳")])


def test_exceptions_are_compared_as_they_are():
    assert model_rules("发现运动版", [known_model("发现")]) == set()


def test_the_same_name_of_another_brand_of_the_producer_is_a_question():
    assert model_rules("途岳", [known_model("途岳", brand_id=2)]) == {"C-005"}


def test_messages_are_those_of_the_table():
    (found,) = check_model_name(model("途 岳"), [known_model("途岳")])
    assert found.message == "该生产商下已有车型“途岳”，请直接选用。"
    (found,) = check_model_name(model("途跃"), [known_model("途岳")])
    assert found.message == ("已有相近车型：“途岳”。请确认不是同一车型后再提交，重复车型可能审核不通过。")


def test_a_disabled_name_is_neither_offered_nor_free():
    known = [known_model("途岳", status=CatalogStatus.DISABLED)]
    (found,) = check_model_name(model("途岳"), known)
    assert "已停用" in found.message
    assert list(check_model_name(model("途跃"), known)) == []


@pytest.mark.parametrize(
    ("energy_type", "value", "allowed"),
    [
        *[(energy, "0", True) for energy in ("BEV", "FCEV", "PHEV", "EREV")],
        *[(energy, "1.5", False) for energy in ("BEV", "FCEV")],
        *[(energy, "1.5", True) for energy in ("PHEV", "EREV", "ICE", "HEV")],
        *[(energy, "0.0", False) for energy in ("ICE", "HEV")],
    ],
)
def test_displacement_fits_the_energy(energy_type, value, allowed):
    assert displacement_rules(value, energy_type=energy_type) == (set() if allowed else {"C-008"})


@pytest.mark.parametrize(
    "text", ["", "-1", "20.1", "1.55", "1,5", "1.5L", "1e1", "NaN", "1_5", "٣", "１.５５", "1.", ".5", "200"]
)
def test_hostile_figures_are_no_displacement(text):
    assert litres(text) is None


def test_equal_displacements_in_one_request_are_one_too_many():
    assert displacement_rules("1.5", "1.5") == {"C-009"}


def test_equal_names_of_brands_and_producers_stop():
    (brand,) = check_brand("⼤ 众", [known_name("大众")], has_producer=True)
    (producer,) = check_producer("上汽大众 汽车有限公司", [known_producer(PRODUCER)])
    assert (brand.stops, brand.message) == (True, "目录中已有品牌“大众”，请直接选用。")
    assert (producer.stops, producer.message) == (True, f"目录中已有生产商“{PRODUCER}”，请直接选用。")


def test_producers_are_compared_by_what_people_call_them():
    known = [known_producer(PRODUCER)]
    assert not list(check_producer("上汽通用汽车有限公司", known))
    assert [found.rule for found in check_producer("上汽大众汽车股份公司", known)] == ["C-012"]


@pytest.mark.parametrize("name", ["---", "（）", " · "])
def test_a_name_of_signs_alone_is_refused(name):
    assert [found.stops for found in check_model_name(model(name), ())] == [True]
    assert [found.stops for found in check_producer(name, ())] == [True]
    assert REQUIRED not in {found.rule for found in check_producer(name, ())}
