"""Trades of persons and vehicles that do not exist, for demonstration, tests and measurements.

Births lie between 1900 and 1907, VINs carry TEST, no tax office numbered the invoices; no row breaks a rule.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from random import Random

from stdnum.cn import ric, uscc

from autoflow.common.codes import code_rows, is_city_level, read_table
from autoflow.common.identifiers import VIN_VALUES, VIN_WEIGHTS, YEAR_CODES, body_check_digit
from usedcar.checks import empty_row

PERSONS, FIRMS = 4_000, 40
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN_NAMES = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚玲辉鹏华飞鑫波斌宇浩凯健俊帆雪晨琳欣瑞嘉"
MAKERS = ("LSV", "LFV", "LGX", "LRW", "LSG", "LHG")
PLATE_LETTERS = "ABCDEFGHJKLM"
PLANTS = "0123456789ABCDEFGHJK"
KINDS = {
    "SEDAN": {"vehicle_type": "K33", "body_category": ""},
    "SUV": {"vehicle_type": "K32", "body_category": ""},
    "MPV": {"vehicle_type": "K31", "body_category": "MPV"},
    "CROSSOVER": {"vehicle_type": "K39", "body_category": ""},
    "TRUCK": {"vehicle_type": "H31", "body_category": ""},
}
DRIVES = {
    "ICE": {"fuel_type": "A", "plate_type": "02"},
    "BEV": {"fuel_type": "C", "plate_type": "52"},
    "PHEV": {"fuel_type": "O", "plate_type": "52"},
}
NEV_LETTERS = {"A": "", "C": "D", "O": "F"}
SINGLE_CITIES = frozenset({"11", "12", "31", "50"})


@dataclass(frozen=True)
class Reporter:
    """The enterprise whose trades are made up: a market (B1), a dealer (B2) or an auction house (B4)."""

    uscc: str
    name: str
    division_code: str
    enterprise_type: str = "B1"


def trade_rows(
    count: int, seed: int = 0, *, days: Sequence[date], reporter: Reporter, first: int = 0
) -> Iterator[dict[str, object]]:
    """Normalised rows as checks.py takes them, traded on days drawn from `days`; equal seeds give equal rows.

    No invoice and no VIN comes twice under one seed; later parts of the same seed start at `first`.
    """
    random = Random(f"{seed} {first}").random
    sellers, buyers, vehicles = parties("seller"), parties("buyer"), vehicle_kinds()
    deals, transfers = deals_of(reporter), transfers_of(reporter.division_code)
    plate_start, empty, series = plate_start_of(reporter.division_code), empty_row(), series_of(seed)
    for index in range(first, first + count):
        traded_on = days[int(random() * len(days))]
        age = 400 + int(random() * 3600)
        registered_on = traded_on - timedelta(age)
        place = int(random() * PERSONS)
        vehicle, maker = vehicles[int(random() * len(vehicles))], MAKERS[index % len(MAKERS)]
        nev_letter = NEV_LETTERS[vehicle["fuel_type"]]
        yield {
            **empty,
            **vehicle,
            **sellers[place],
            **buyers[(place + 1 + int(random() * (PERSONS - 1))) % PERSONS],
            **deals[int(random() * len(deals))],
            **transfers[int(random() * len(transfers))],
            **invoice(series, index, traded_on.year % 100, is_digital=random() < 0.6),
            "plate_no": f"{plate_start}{nev_letter}{int(random() * 100_000):05}",
            "vin": vin(maker, registered_on.year, series, index),
            "first_registered_on": registered_on,
            "invoice_date": traded_on,
            "traded_on": traded_on,
            "price": Decimal(8_000 + int(random() ** 3 * 2_900) * 100),
            "mileage_km": 2_000 + int(age * (15 + random() * 35)),
        }


def series_of(seed: int) -> int:
    """The part of made-up numbers that keeps rows of different seeds apart."""
    return seed % 100_000


def invoice(series: int, index: int, year: int, *, is_digital: bool) -> dict[str, str]:
    """An invoice of the region 00, which does not exist."""
    if is_digital:
        number = f"{year:02}00{series:05}{index:011}"
        return {"invoice_kind": "DIGITAL", "invoice_code": "", "invoice_number": number}
    return {
        "invoice_kind": "PAPER",
        "invoice_code": f"000{year:02}{series:05}17",
        "invoice_number": f"{index:08}",
    }


@cache
def vin_sum(text: str, first: int) -> int:
    """The share of some characters in the check sum of a VIN; the check digit itself weighs nothing."""
    return sum(VIN_VALUES[char] * VIN_WEIGHTS[place] for place, char in enumerate(text, start=first))


def vin(maker: str, year: int, series: int, index: int) -> str:
    """A VIN with TEST in the place of the model, the check digit right."""
    model = f"{maker}TEST{index // 1_000_000 % 10}"
    middle = f"0{YEAR_CODES[(year - 1980) % 30]}{PLANTS[series % len(PLANTS)]}"
    high, low = f"{index // 1000 % 1000:03}", f"{index % 1000:03}"
    total = vin_sum(model, 0) + vin_sum(middle, 8) + vin_sum(high, 11) + vin_sum(low, 14)
    return f"{model}{'0123456789X'[total % 11]}{middle[1:]}{high}{low}"


@cache
def persons() -> tuple[dict[str, str], ...]:
    """Persons born between 1900 and 1907, each with a document number nobody bears."""
    random = Random("persons")
    counties = [row for row in code_rows("divisions") if row["level"] == "COUNTY" and row["code"] < "7"]
    return tuple(person(number, random, counties) for number in range(PERSONS))


def person(number: int, random: Random, counties: Sequence[Mapping[str, str]]) -> dict[str, str]:
    county = random.choice(counties)
    born = date(1900, 1, 1) + timedelta(random.randrange(365 * 7))
    body = f"{county['code']}{born:%Y%m%d}{number % 1000:03}"
    name = random.choice(SURNAMES) + "".join(random.sample(GIVEN_NAMES, random.choice((1, 2, 2))))
    return {
        "party_kind": "PERSON",
        "name": name,
        "nationality": "CN",
        "ethnic_group": "01",
        "id_type": "RESIDENT_ID",
        "id_number": body + ric.calc_check_digit(body + "0"),
        "phone": f"1390000{number:04}",
        "address": f"{county['name_zh']}演示路{number % 300 + 1}号",
    }


def firm(number: int) -> dict[str, str]:
    """An organisation that sells, its code built of X as no real one is."""
    body = f"XXXX{number:04}"
    code = f"91330106{body}{body_check_digit(body)}"
    return organisation("seller", code + uscc.calc_check_digit(code), f"演示单位{number:03}有限公司")


def organisation(prefix: str, uscc: str, name: str) -> dict[str, str]:
    """The columns of a party that is an organisation; it has no document of a person."""
    empty = dict.fromkeys(("nationality", "ethnic_group", "id_type", "id_number", "phone", "address"), "")
    party = {**empty, "party_kind": "ORG", "name": name, "uscc": uscc}
    return {f"{prefix}_{name}": value for name, value in party.items()}


@cache
def parties(prefix: str) -> tuple[dict[str, str], ...]:
    """The persons as sellers or buyers."""
    return tuple({f"{prefix}_{name}": value for name, value in person.items()} for person in persons())


@cache
def vehicle_kinds() -> tuple[dict[str, object], ...]:
    """The cars and light trucks of the demonstration catalogue, with each of their engines."""
    common = {"plate_status": "HAS", "use_nature": "A", "origin": "DOMESTIC"}
    return tuple(
        {
            **common,
            **KINDS[model["report_category"]],
            **DRIVES[model["energy_type"]],
            "maker_model": f"{model['brand']}牌{model['model_name']}"[:60],
            "displacement": Decimal(size) if size else None,
        }
        for model in read_table("demo_models")
        if model["report_category"] in KINDS and model["energy_type"] in DRIVES
        for size in model["displacements_l"].split(";")
    )


def deals_of(reporter: Reporter) -> list[dict[str, object]]:
    """What such an enterprise invoices: deals in its market, its own purchases and sales, or auctions."""
    if reporter.enterprise_type == "B2":
        bought = organisation("buyer", reporter.uscc, reporter.name)
        sold = organisation("seller", reporter.uscc, reporter.name)
        return [
            {"trade_type": "DEALER", "dealer_direction": "BUY_IN", "reverse_invoice": True, **bought},
            {"trade_type": "DEALER", "dealer_direction": "SELL_OUT", **sold},
        ]
    if reporter.enterprise_type == "B4":
        return [{"trade_type": "AUCTION"}]
    market = {"market_uscc": reporter.uscc}
    from_firms = [{"trade_type": "DIRECT", **market, **firm(number)} for number in range(FIRMS)]
    between_persons = [{"trade_type": kind, **market} for kind in ("DIRECT", "DIRECT", "BROKER")]
    return between_persons * 5 * FIRMS + from_firms


@cache
def transfers_of(division_code: str) -> tuple[dict[str, str], ...]:
    """Most vehicles stay in the city, some leave it, a few leave the province."""
    province, city = division_code[:2], division_code[:4]
    cities = [row["code"] for row in code_rows("divisions") if is_city_level(row)]
    near = [code for code in cities if code[:2] == province and code[:4] != city]
    far = [code for code in cities if code[:2] != province][::12]
    stay = [{"transfer_type": "SAME_CITY"}] * 3 * len(far)
    leave = [{"transfer_type": "SAME_PROVINCE", "transfer_to_division": code} for code in near]
    cross = [{"transfer_type": "CROSS_PROVINCE", "transfer_to_division": code} for code in far]
    return tuple(stay + (leave if province not in SINGLE_CITIES else []) + cross)


@cache
def plate_start_of(division_code: str) -> str:
    """The province and issuing letter of plates around here."""
    provinces = {row["code"][:2]: row["plate_prefix"] for row in code_rows("provinces")}
    return provinces[division_code[:2]] + PLATE_LETTERS[(int(division_code[2:4]) - 1) % len(PLATE_LETTERS)]
