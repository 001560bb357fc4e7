"""The places an authority chooses from: those of its own area, by city, never the whole nation."""

from accounts.enums import DivisionLevel, Role
from accounts.models import Division, Jurisdiction

CITY_DIGITS = 4
MUNICIPALITIES, OF_THE_PROVINCE = ("11", "12", "31", "50"), "90"


def city_prefix(code: str) -> str:
    """What the codes of one city begin with. A 直辖市 is one city; a county right below its province stands
    alone, for its level between holds places that are no city.
    """
    if code.startswith(MUNICIPALITIES):
        return code[:2]
    return code if code[2:CITY_DIGITS] == OF_THE_PROVINCE else code[:CITY_DIGITS]


def divisions_of(jurisdiction):
    """Cities and counties a province-level authority answers for, without those that answer themselves."""
    prefixes = Jurisdiction.objects.filter(covers_prefix__startswith=jurisdiction.covers_prefix)
    divisions = Division.objects.filter(code__startswith=jurisdiction.covers_prefix, is_placeholder=False)
    for other in prefixes.exclude(pk=jurisdiction.pk).values_list("covers_prefix", flat=True):
        divisions = divisions.exclude(code__startswith=other)
    return divisions.exclude(level=DivisionLevel.PROVINCE).exclude(pk=jurisdiction.pk).order_by("code")


def grouped(divisions, code_of=lambda division: division.code, whole=""):
    """Choices for a select: counties under the name of their city; `whole` is the word for all of a city."""
    rows = list(divisions.select_related("parent"))
    groups = {}
    for row in rows:
        is_city = row.level == DivisionLevel.CITY
        city = row if is_city or row.parent is None or row.parent.is_placeholder else row.parent
        name = city.name if city.level == DivisionLevel.CITY else "省（区、市）直辖"
        options = groups.setdefault(name, [])
        if not is_city or whole:
            options.append((code_of(row), f"{row.name}（{whole}）" if is_city and whole else row.name))
    return [(name, options) for name, options in groups.items() if options]


def prefix_of(division):
    """A city stands for all its counties."""
    return division.code[:CITY_DIGITS] if division.level == DivisionLevel.CITY else division.code


def policy_places(jurisdiction):
    """Where a province may set who confirms: everywhere, in a city, in a county."""
    places = grouped(divisions_of(jurisdiction), prefix_of, whole="全市")
    return [(jurisdiction.covers_prefix, f"{jurisdiction.name}全部辖区"), *places]


def filter_places(user):
    """How a list of one's area can be narrowed, as pairs of code and name; nothing for a county."""
    match user.role:
        case Role.NATION:
            return list(Jurisdiction.objects.order_by("code").values_list("pk", "name"))
        case Role.PROVINCE:
            divisions = divisions_of(user.jurisdiction)
        case Role.CITY:
            divisions = Division.objects.filter(code__startswith=user.division_id[:CITY_DIGITS])
            divisions = divisions.exclude(pk=user.division_id).order_by("code")
        case _:
            return []
    return [(row.code, _short_name(row)) for row in divisions.select_related("parent")]


def _short_name(row):
    """A county with its city, a city as a whole."""
    parent = row.parent
    if row.level == DivisionLevel.COUNTY and parent is not None and not parent.is_placeholder:
        return f"{parent.name}{row.name}"
    return row.name


def account_places(user):
    """Where accounts below a person sit; None where all levels of the nation are open to him."""
    match user.role:
        case Role.NATION:
            jurisdictions = Jurisdiction.objects.order_by("code")
            return [(row.covers_prefix.ljust(6, "0"), row.name) for row in jurisdictions]
        case Role.PROVINCE:
            return grouped(divisions_of(user.jurisdiction), whole="市级")
        case Role.CITY:
            return filter_places(user)
    return None


def place_names(codes):
    """Divisions in full, in one query."""
    known = Division.objects.filter(pk__in={code for code in codes if code})
    return dict(known.values_list("code", "full_name"))
