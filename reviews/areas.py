"""A place within an officer's area: how rows are narrowed to it, and the places it consists of."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q

from accounts.divisions import jurisdiction_of
from accounts.enums import DivisionLevel, Role
from accounts.models import Division, Jurisdiction
from reviews.places import CITY_DIGITS, filter_places

CODE_LENGTH = 6


class Level(StrEnum):
    """What an area is; each consists of areas of the next one."""

    NATION = "NATION"
    JURISDICTION = "JURISDICTION"
    CITY = "CITY"
    COUNTY = "COUNTY"


PART_WORDS = {Level.NATION: "省级机构", Level.JURISDICTION: "地区", Level.CITY: "县（区）"}


@dataclass(frozen=True)
class Area:
    """`code` is empty for the whole of the officer's own area; `rows` narrows models that carry
    jurisdiction_code and division_code.
    """

    code: str
    name: str
    level: Level
    jurisdiction_code: str
    rows: Q

    @property
    def reach(self):
        """The area in the title of its figures: an authority stands for what it answers for."""
        return f"{self.name}辖区" if self.level == Level.JURISDICTION else self.name

    @property
    def part_word(self):
        """What its parts are called; nothing for a county."""
        return PART_WORDS.get(self.level, "")

    def parts(self, queryset, sums: dict) -> list[dict]:
        """The sums of each place one level below, with code and name; together they are those of the area."""
        if self.level == Level.COUNTY:
            return []
        key = "jurisdiction_code" if self.level == Level.NATION else "division_code"
        found = list(queryset.filter(self.rows).order_by().values(key).annotate(**sums))
        place_of = self._places([row[key] for row in found])
        folded = {}
        for row in found:
            code, name = place_of[row[key]]
            part = folded.setdefault(code, {"code": code, "name": name, **dict.fromkeys(sums, 0)})
            for field in sums:
                part[field] += row[field] or 0
        return [folded[code] for code in sorted(folded)]

    def _places(self, codes):
        """Each code with the part it belongs to: authorities of the nation, cities, else counties."""
        if self.level == Level.NATION:
            known = {row.pk: (row.pk, row.name) for row in Jurisdiction.objects.filter(pk__in=codes)}
        else:
            divisions = Division.objects.filter(pk__in=codes).select_related("parent")
            known = {row.pk: self._part_of(row) for row in divisions}
        return {code: known.get(code, (code, code)) for code in codes}

    def _part_of(self, division):
        """A province counts by city; where there is none between, and in a city, counties stand alone."""
        city = division.parent
        is_in_city = city is not None and city.level == DivisionLevel.CITY and not city.is_placeholder
        if self.level == Level.JURISDICTION and is_in_city and city.pk != self.jurisdiction_code:
            return city.pk, city.name
        return division.pk, division.name


def area_at(user, code: str = "") -> Area:
    """The place an address names, where it lies in the officer's area; else the whole of it."""
    if not (code.isascii() and code.isdigit() and len(code) == CODE_LENGTH):
        return whole_area(user)
    jurisdiction = Jurisdiction.objects.filter(pk=code).first()
    if jurisdiction is not None and user.role == Role.NATION:
        return _of_jurisdiction(jurisdiction, code)
    division = Division.objects.filter(pk=code, is_placeholder=False).first()
    if division is None or division.level == DivisionLevel.PROVINCE:
        return whole_area(user)
    area = _of_division(division, jurisdiction_of(code).pk, code)
    return area if _is_below(user, area) else whole_area(user)


def whole_area(user) -> Area:
    """Everything an authority answers for."""
    match user.role:
        case Role.NATION:
            return Area("", "全国", Level.NATION, "", Q())
        case Role.PROVINCE:
            return _of_jurisdiction(user.jurisdiction, "")
    return _of_division(user.division, user.jurisdiction_id, "")


def _is_below(user, area):
    own = user.division_id or ""
    match user.role:
        case Role.NATION:
            return True
        case Role.PROVINCE:
            return area.jurisdiction_code == user.jurisdiction_id
        case Role.CITY:
            return area.code != own and area.code.startswith(own[:CITY_DIGITS])
    return False


def _of_jurisdiction(jurisdiction, code):
    rows = Q(jurisdiction_code=jurisdiction.pk)
    return Area(code, jurisdiction.name, Level.JURISDICTION, jurisdiction.pk, rows)


def _of_division(division, jurisdiction_code, code):
    rows = Q(jurisdiction_code=jurisdiction_code)
    if division.level == DivisionLevel.CITY:
        rows &= Q(division_code__startswith=division.pk[:CITY_DIGITS])
        return Area(code, division.full_name, Level.CITY, jurisdiction_code, rows)
    return Area(
        code, division.full_name, Level.COUNTY, jurisdiction_code, rows & Q(division_code=division.pk)
    )


def area_choices(user, area: Area):
    """What a select of places offers: what lies below the officer, and the place chosen wherever it lies."""
    choices = filter_places(user)
    if area.code and area.code not in dict(choices):
        choices.insert(0, (area.code, area.name))
    return choices
