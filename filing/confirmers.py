"""Who confirms a filing: by the policy of the province for the place and kind, at submission."""

import math
from dataclasses import dataclass

from accounts.models import Division, Jurisdiction
from autoflow.common.codes import enterprise_types
from filing.enums import ConfirmLevel
from filing.models import ConfirmPolicy

SEPARATE_CITY_PREFIX = 4


@dataclass(frozen=True)
class Confirmer:
    """The level that holds the right, the name of the body at that level, and the place it stands for."""

    level: ConfirmLevel
    body: str
    place: str


def confirmer_of(*, division_code, jurisdiction_code, types, at) -> Confirmer:
    """The policy of the longest prefix in force; without one the province confirms itself."""
    jurisdiction = Jurisdiction.objects.get(pk=jurisdiction_code)
    division = Division.objects.select_related("parent").get(pk=division_code)
    policies = ConfirmPolicy.objects.that_hold_for(jurisdiction_code)
    return resolve(policies, division=division, jurisdiction=jurisdiction, types=types, at=at)


def resolve(policies, *, division, jurisdiction, types, at) -> Confirmer:
    """The confirmer by these rows: of the province before those of the nation, the longest prefix first."""
    groups = {"", *(enterprise_types()[code].group for code in types)}
    fitting = [
        policy
        for policy in policies
        if policy.enterprise_group in groups
        and policy.effective_from <= at
        and division.code.startswith(policy.division_prefix)
    ]
    policy = max(fitting, key=_precedence, default=None)
    level = policy.level if policy else ConfirmLevel.PROVINCE
    return _existing(level, division, jurisdiction)


def bodies_of(filing) -> list[Confirmer]:
    """Every body that could confirm at the filing's place, the province first."""
    jurisdiction = Jurisdiction.objects.get(pk=filing.jurisdiction_code)
    division = Division.objects.select_related("parent").get(pk=filing.division_code)
    return list(dict.fromkeys(_existing(level, division, jurisdiction) for level in ConfirmLevel))


def _precedence(policy):
    """A row not saved yet is the newest."""
    is_of_province = policy.jurisdiction_id is not None
    specific = (is_of_province, len(policy.division_prefix), bool(policy.enterprise_group))
    return *specific, policy.effective_from, policy.pk or math.inf


def _existing(level, division, jurisdiction):
    """The level asked for, or the next one up where it does not exist: 东莞 has no counties."""
    if level == ConfirmLevel.COUNTY:
        if division.level == "COUNTY":
            return Confirmer(ConfirmLevel.COUNTY, f"{division.name}商务局", division.code)
        level = ConfirmLevel.CITY
    city = city_of(division, jurisdiction)
    if level == ConfirmLevel.CITY and city is not None:
        return Confirmer(ConfirmLevel.CITY, f"{city.name}商务局", city.code)
    return Confirmer(ConfirmLevel.PROVINCE, jurisdiction.name, jurisdiction.code)


def city_of(division, jurisdiction):
    """The city with an authority between a place and its province: none in 北京, 宁波 or 省直辖 counties."""
    city = division if division.level == "CITY" else division.parent
    has_city = city is not None and city.level == "CITY" and not city.is_placeholder
    return city if has_city and len(jurisdiction.covers_prefix) < SEPARATE_CITY_PREFIX else None
