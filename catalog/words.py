"""Words that hardly belong into the name of a model, and the names that hold one all the same."""

import re

from catalog.names import name_key

TRIM_WORDS = (
    *(
        "舒适",
        "豪华",
        "尊贵",
        "尊享",
        "旗舰",
        "精英",
        "领先",
        "进取",
        "时尚",
        "运动版",
        "智慧",
        "智享",
        "至尊",
    ),
    *("纪念", "限量", "限定", "标准版", "入门", "顶配", "Pro版", "Max版"),
)
GEAR_WORDS = ("手动", "自动", "手自一体", "两驱", "四驱")
GEAR_CODES = ("CVT", "DCT", "AT", "MT", "2WD", "4WD", "AWD")
ALWAYS_ALLOWED = (
    *("发现运动版", "秦PLUS", "CS75PLUS", "宋Pro", "枭龙MAX", "Model 3", "ID.4 X", "精灵#1", "凡尔赛C5 X"),
)

TRIM = re.compile("|".join(map(re.escape, TRIM_WORDS)), re.IGNORECASE)
GEAR_OR_YEAR = re.compile(
    rf"{'|'.join(GEAR_WORDS)}|(?<![A-Za-z])(?:{'|'.join(GEAR_CODES)})(?![A-Za-z])"
    r"|20\d\d ?款|\d座|国[一二三四五六]",
    re.IGNORECASE,
)
_EDITION = re.compile(r"(?<=.)[版型款]$")
ALLOWED_KEYS = frozenset(map(name_key, ALWAYS_ALLOWED))


def without_words(name: str) -> str:
    """The name with its trim, gearbox, year and seats left out, as far as anything remains: 凯美瑞 of
    凯美瑞旗舰版.
    """
    bare = GEAR_OR_YEAR.sub("", TRIM.sub("", name)).strip()
    return _EDITION.sub("", bare) or name
