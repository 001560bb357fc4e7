"""Made-up credit codes, firms, persons and numbers: natural to read, borne by nobody."""

from stdnum.cn import uscc as credit_code

from autoflow.common.identifiers import body_check_digit

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN_NAMES = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚玲辉鹏华飞鑫波斌宇浩凯健俊帆雪晨琳欣瑞嘉"
FIRST_WORDS = ("通", "恒", "瑞", "华", "嘉", "盛", "鑫", "永", "宏", "安", "顺", "骏", "德", "泰", "金", "远")
LAST_WORDS = ("达", "利", "丰", "驰", "源", "和", "诚", "腾", "行", "信", "捷", "隆", "运", "祥", "晟", "宝")
TRADES = {
    "A1": "汽车工业有限公司",
    "A2": "进口汽车贸易有限公司",
    "A3": "汽车销售服务有限公司",
    "B1": "二手车交易市场有限公司",
    "B2": "二手车经销有限公司",
    "B3": "二手车经纪有限公司",
    "B4": "机动车拍卖有限公司",
    "B5": "机动车鉴定评估有限公司",
}
LEVEL_ENDINGS = ("自治州", "自治县", "地区", "新区", "省", "市", "区", "县", "盟", "旗")


def uscc_of(division_code, number):
    """A credit code with right check digits whose body starts with XX, as no real one does."""
    body = f"XX{number:06}"
    code = f"91{division_code}{body}{body_check_digit(body)}"
    return code + credit_code.calc_check_digit(code)


def person_name(random):
    return random.choice(SURNAMES) + "".join(random.sample(GIVEN_NAMES, random.choice((1, 2, 2))))


def mobile(number):
    """One of the ten thousand numbers set aside for the demonstration."""
    return f"1390000{number % 10_000:04}"


def place_name(division):
    """杭州市西湖区 without the words of administration: 杭州西湖."""
    city = division.parent if division.parent_id else division
    words = [short_name(part.name) for part in (city, division) if not part.is_placeholder]
    return "".join(dict.fromkeys(words))


def short_name(name):
    for ending in LEVEL_ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name.removesuffix(ending)
    return name


def firm_name(division, kind, number):
    """Different for 256 numbers in a row in one division, which begins with words of its own."""
    number += int(division.code) * 7
    first, last = FIRST_WORDS[number % 16], LAST_WORDS[(number // 16 + number) % 16]
    return f"{place_name(division)}{first}{last}{TRADES[kind]}"
