import pytest

from catalog.names import ALIKE, model_key, name_key, short_name, similarity


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        *[(typed, "大众") for typed in ("大众 ", "大 众", "⼤众", "大\u3000众", "【大众】")],
        *[(typed, "CR-V") for typed in ("CRV", "cr v", "ＣＲ－Ｖ", "СR-V", "C·R·V", "CR_V", "CR—V")],
        *[(typed, "途观2") for typed in ("途观Ⅱ", "途观ⅱ", "途观 II", "途观ii")],
        ("⻢自达", "马自达"),
        ("Straße", "STRASSE"),
    ],
)
def test_name_key_is_the_same_however_the_name_was_typed(typed, same):
    assert name_key(typed) == name_key(same)


@pytest.mark.parametrize(
    ("one", "other"),
    [("H6", "H6+"), ("X3", "X5"), ("iX", "9"), ("哪吒V", "哪吒5"), ("CIVIC", "C4C"), ("ID.3", "ID3")],
)
def test_name_key_keeps_what_tells_names_apart(one, other):
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("producer", "short"),
    [
        ("上汽大众汽车有限公司", "上汽大众"),
        ("一汽-大众汽车有限公司", "一汽-大众"),
        ("特斯拉（上海）有限公司", "特斯拉"),
        ("宝马股份公司", "宝马"),
        ("汽车有限公司", "汽车有限公司"),
    ],
)
def test_short_name_is_what_people_say(producer, short):
    assert short_name(producer) == short


@pytest.mark.parametrize(
    "typed", ["CR-V", "本田 cr v", "东风本田CR-V", "东风本田 本田CRV", "本田-东风本田 CRV"]
)
def test_model_key_drops_brand_and_producer_at_the_start(typed):
    assert model_key(typed, brand="本田", producer="东风本田汽车有限公司") == "crv"


def test_model_key_never_becomes_empty():
    assert model_key("smart", brand="smart", producer="智马达汽车有限公司") == "smart"
    assert model_key("哪吒V", brand="哪吒", producer="合众新能源汽车股份有限公司") == "v"


@pytest.mark.parametrize(
    ("one", "other"),
    [("凯美瑞", "凯美锐"), ("卡罗拉", "卡罗啦"), ("Polo 劲取", "劲取 Polo"), ("CS75PLUS", "CS55PLUS")],
)
def test_similarity_hears_homophones_and_forgives_the_order_of_words(one, other):
    assert similarity(one, other) >= ALIKE


@pytest.mark.parametrize(
    ("one", "other"),
    [("卡罗拉", "雷凌"), ("瑞虎7", "瑞虎8"), ("海豚", "海豹"), ("宏光", "荣光"), ("M5", "M7")],
)
def test_similarity_lets_sister_models_pass(one, other):
    assert similarity(one, other) < ALIKE
