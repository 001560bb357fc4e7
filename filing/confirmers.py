"""Who confirms a filing: by the policy of the province for the place and kind, at submission."""

from dataclasses import dataclass

from django.db.models import Q

from accounts.models import Division, Jurisdiction
from autoflow.common.codes import enterprise_types
from filing.enums import ConfirmLevel
from filing.models import ConfirmPolicy

SEPARATE_CITY_PREFIX = 4


@dataclass(frozen=True)
class Confirmer:
    """The level that holds the right and the name of the body at that level."""

    level: ConfirmLevel
    body: str


def confirmer_of(*, division_code, jurisdiction_code, types, at) -> Confirmer:
    """The policy of the longest prefix in force; without one the province confirms itself."""
    jurisdiction = Jurisdiction.objects.get(pk=jurisdiction_code)
    division = Division.objects.select_related("parent").get(pk=division_code)
    policy = _policy_for(jurisdiction, division, types, at)
    level = policy.level if policy else ConfirmLevel.PROVINCE
    return _existing(level, division, jurisdiction)


def bodies_of(filing) -> list[Confirmer]:
    """Every body that could confirm at the filing's place, the province first."""
    jurisdiction = Jurisdiction.objects.get(pk=filing.jurisdiction_code)
    division = Division.objects.select_related("parent").get(pk=filing.division_code)
    return list(dict.fromkeys(_existing(level, division, jurisdiction) for level in ConfirmLevel))


def _policy_for(jurisdiction, division, types, at):
    groups = {enterprise_types()[code].group for code in types}
    prefixes = [division.code[:length] for length in range(2, len(division.code) + 1)]
    known = ConfirmPolicy.objects.filter(
        Q(enterprise_group="") | Q(enterprise_group__in=groups),
        jurisdiction=jurisdiction,
        division_prefix__in=prefixes,
        effective_from__lte=at,
    )
    return max(known, key=_precedence, default=None)


def _precedence(policy):
    return len(policy.division_prefix), bool(policy.enterprise_group), policy.effective_from, policy.pk


def _existing(level, division, jurisdiction):
    """The level asked for, or the next one up where it does not exist: 东莞 has no counties."""
    if level == ConfirmLevel.COUNTY:
        if division.level == "COUNTY":
            return Confirmer(ConfirmLevel.COUNTY, f"{division.name}商务局")
        level = ConfirmLevel.CITY
    city = division if division.level == "CITY" else division.parent
    has_city = city is not None and city.level == "CITY" and not city.is_placeholder
    if level == ConfirmLevel.CITY and has_city and len(jurisdiction.covers_prefix) < SEPARATE_CITY_PREFIX:
        return Confirmer(ConfirmLevel.CITY, f"{city.name}商务局")
    return Confirmer(ConfirmLevel.PROVINCE, jurisdiction.name)
