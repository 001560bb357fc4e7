"""Names by their sound."""

from autoflow.common.pinyin import by_sound


def test_options_stand_in_the_order_of_a_dictionary():
    names = ("长安", "奥迪", "大众", "MINI", "别克", "比亚迪")
    ordered = by_sound(enumerate(names))
    assert [name for _, name in ordered] == ["奥迪", "比亚迪", "别克", "长安", "大众", "MINI"]
