"""Scope as a condition on two indexed columns: the jurisdiction, and the division code by prefix."""

from django.db.models import Q

from accounts.enums import Role


def area_of(user, prefix=""):
    """The rows of an authority's area, for models with `jurisdiction_code` and `division_code` (reached
    through `prefix`).
    """
    jurisdiction, division = f"{prefix}jurisdiction_code", f"{prefix}division_code"
    match user.role:
        case Role.NATION:
            return Q()
        case Role.PROVINCE:
            return Q(**{jurisdiction: user.jurisdiction_id})
        case Role.CITY:
            return Q(**{jurisdiction: user.jurisdiction_id, f"{division}__startswith": user.division_id[:4]})
        case Role.COUNTY:
            return Q(**{jurisdiction: user.jurisdiction_id, division: user.division_id})
    return None
