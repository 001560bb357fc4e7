"""What the enterprises of the demonstration file: complete, consistent and made up, by type of enterprise."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from autoflow.demo import names
from catalog.models import BrandProducer

NEWCAR, USED = frozenset({"A1", "A2", "A3"}), frozenset({"B1", "B2", "B3", "B4", "B5"})
SCOPES = {
    "A1": "汽车整车及零部件研发、制造、销售",
    "A2": "进口汽车及零配件批发",
    "A3": "汽车及配件销售、维修、信息咨询",
    "B1": "二手车交易市场经营，车位租赁",
    "B2": "二手车收购、销售",
    "B3": "二手车经纪、信息咨询",
    "B4": "机动车拍卖",
    "B5": "二手车鉴定评估",
}
CONTRACT_YEARS = 8
CAPITALS = (200, 500, 1_000, 2_000, 5_000)


@dataclass(frozen=True)
class Profile:
    """The facts from which a filing is written; the number tells one enterprise from all others."""

    number: int
    name: str
    uscc: str
    types: tuple
    division: object
    jurisdiction_code: str
    established_on: date


@dataclass
class Content:
    """The fields of one version with the rows of its sub-tables."""

    values: dict
    brand_lines: list = field(default_factory=list)
    authorization_lines: list = field(default_factory=list)
    residents: list = field(default_factory=list)


def written(profile, random, brands, grantee=None):
    """A complete filing; only markets have residents, only A1 and A2 grant brands."""
    values = common_part(profile, random)
    content = Content(values)
    if NEWCAR.intersection(profile.types):
        values |= newcar_part(random, values)
        content.brand_lines = brand_lines(profile, random, brands)
    if profile.types[0] in ("A1", "A2"):
        content.authorization_lines = [authorization(profile, content.brand_lines[0], grantee)]
    if USED.intersection(profile.types):
        values |= used_part(profile, random, values)
    if "B1" in profile.types:
        values |= market_part(profile, random)
        content.residents = [resident(profile, number) for number in range(3)]
    return content


def common_part(profile, random):
    address = f"{profile.division.full_name}演示路{profile.number % 900 + 1}号"
    return {
        "enterprise_name": profile.name,
        "uscc": profile.uscc,
        "enterprise_types": list(profile.types),
        "legal_representative": names.person_name(random),
        "registered_capital": Decimal(random.choice(CAPITALS)).quantize(Decimal("0.0001")),
        "capital_currency": "CNY",
        "registration_category": "DOMESTIC",
        "established_on": profile.established_on,
        "registration_authority": f"{profile.division.name}市场监督管理局",
        "business_scope": "；".join(SCOPES[kind] for kind in profile.types) + "。",
        "division_code": profile.division.code,
        "jurisdiction_code": profile.jurisdiction_code,
        "registered_address": address,
        "business_address": address,
        "opened_on": profile.established_on + timedelta(days=10),
        "contact_name": names.person_name(random),
        "contact_mobile": names.mobile(profile.number),
        "contact_email": f"contact{profile.number}@example.com",
        "employee_count": random.randrange(30, 180),
        "business_area": area(random, 6_000, 30_000),
        "image_sync_acknowledged": True,
        "truth_declared": True,
    }


def area(random, low, high):
    return Decimal(random.randrange(low, high, 50)).quantize(Decimal("0.01"))


def newcar_part(random, common):
    staff = common["employee_count"]
    return {
        "business_modes": [random.choice(("FOUR_S", "SINGLE_BRAND", "MULTI_BRAND"))],
        "vehicle_scope": ["PASSENGER"],
        "sells_nev": True,
        "sells_import": False,
        "showroom_count": random.randrange(1, 4),
        "showroom_area": area(random, 600, 2_000),
        "workshop_area": area(random, 800, 3_000),
        "service_bay_count": random.randrange(8, 40),
        "sales_staff_count": staff // 3,
        "service_staff_count": staff // 3,
        "charger_count": random.randrange(2, 20),
        "used_car_business": False,
    }


def used_part(profile, random, common):
    """What every used-car enterprise files, and what its own kind adds."""
    types, appraisers = set(profile.types), random.randrange(2, 8)
    values = {
        "place_type": "OWN_SITE",
        "used_staff_count": common["employee_count"] // 2,
        "appraiser_count": appraisers,
        "can_issue_invoice": not types & {"B3", "B5"},
    }
    if "B2" in types:
        values |= {"reverse_invoice_registered": True, "display_slots": random.randrange(30, 300)}
        values |= {"warranty_offered": True, "brand_certified": False}
    if "B3" in types:
        values["broker_count"] = random.randrange(3, 20)
    if "B4" in types:
        values |= {"auction_licence_no": f"演示拍{profile.number:06}", "auctioneer_count": 2}
    if "B5" in types:
        values |= {"senior_appraiser_count": appraisers // 2, "appraisal_standard": "GB/T 30323"}
    return values


def market_part(profile, random):
    return {
        "market_name": profile.name.removesuffix("有限公司"),
        "market_opened_on": profile.established_on + timedelta(days=10),
        "land_area": area(random, 30_000, 90_000),
        "hall_area": area(random, 1_000, 5_000),
        "parking_capacity": random.randrange(300, 3_000),
        "resident_merchant_count": random.randrange(20, 120),
        "market_services": ["REGISTRATION", "INVOICE", "TAX", "INSURANCE"],
    }


def resident(profile, number):
    """A merchant in the market; its code is its own, borne by no other enterprise."""
    return {
        "name": f"{profile.name[:4]}演示商户{number + 1}",
        "uscc": names.uscc_of(profile.division.code, 900_000 + profile.number % 30_000 * 3 + number),
        "kind": ("B2", "B3", "B2")[number],
        "since": profile.established_on + timedelta(days=30),
        "until": None,
    }


def brand_lines(profile, random, brands):
    """One to three brands on contract, every other dealer one more without."""
    chosen = random.sample(brands, random.randrange(2, 5))
    lines = [authorized_line(profile, pair) for pair in chosen[:-1]]
    lines.append((authorized_line, unauthorized_line)[profile.number % 2](profile, chosen[-1]))
    return lines


def authorized_line(profile, pair, supplier=None):
    since = profile.established_on
    return {
        **line_of(pair),
        "authorization_type": "AUTHORIZED",
        "supplier_name": supplier or pair.producer.name,
        "authorized_from": since,
        "authorized_to": years_after(since, CONTRACT_YEARS),
    }


def unauthorized_line(profile, pair):
    return {
        **line_of(pair),
        "authorization_type": "UNAUTHORIZED",
        "supplier_name": f"{names.place_name(profile.division)}演示汽车贸易有限公司",
        "authorized_from": None,
        "authorized_to": None,
    }


def line_of(pair):
    return {
        "brand_id": pair.brand_id,
        "producer_id": pair.producer_id,
        "supplier_uscc": "",
        "authorization_image_id": None,
        "line_status": "ACTIVE",
    }


def authorization(profile, line, grantee):
    """What a maker grants: one brand of its own to one dealer."""
    name, uscc, division = grantee or (
        f"{names.place_name(profile.division)}演示汽车销售有限公司",
        names.uscc_of(profile.division.code, 800_000 + profile.number),
        profile.division,
    )
    return {
        "brand_id": line["brand_id"],
        "grantee_name": name,
        "grantee_uscc": uscc,
        "grantee_role": "DEALER",
        "grantee_division_id": division.code,
        "valid_from": profile.established_on,
        "valid_to": years_after(profile.established_on, CONTRACT_YEARS),
        "upstream_name": "演示海外汽车公司" if "A2" in profile.types else "",
    }


def years_after(day, years):
    """The day after a contract of so many years, leap day or not."""
    return (day - timedelta(days=day.day - 1)).replace(year=day.year + years) + timedelta(days=day.day)


def domestic_pairs():
    """Brands with the domestic producers that make them, as dealers choose them."""
    pairs = BrandProducer.objects.effective().filter(producer__kind="DOMESTIC")
    pairs = pairs.select_related("brand", "producer")
    return list(pairs.order_by("id"))
