"""Who may stand in for whom, and how a stand-in stands today."""

from django.db.models import Q
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from filing.confirmers import city_of
from filing.querysets import CONFIRMING_ROLES

CITY_DIGITS = 4


def candidates_for(absent: User):
    """Active officers of the same body, of the body directly above, or of the same level in the same city
    (for cities: the same province); rights never go upwards by it.
    """
    if absent.role not in CONFIRMING_ROLES:
        return User.objects.none()
    officers = User.objects.filter(is_active=True, jurisdiction=absent.jurisdiction_id).exclude(pk=absent.pk)
    return officers.filter(_near(absent)).order_by("role", "organisation", "username")


def _near(absent):
    same_city = Q(division__code__startswith=absent.division_id[:CITY_DIGITS])
    match absent.role:
        case Role.CITY:
            return Q(role__in=[Role.CITY, Role.PROVINCE])
        case Role.COUNTY if city_of(absent.division, absent.jurisdiction):
            return same_city & Q(role__in=[Role.COUNTY, Role.CITY])
        case Role.COUNTY:
            return same_city & Q(role=Role.COUNTY) | Q(role=Role.PROVINCE)
    return Q(role=absent.role)


def standing_text(row) -> tuple[str, str]:
    """A stand-in's state as a code and a word: what it is today."""
    today = timezone.localdate()
    if row.ended_at:
        return "ENDED", "已提前结束"
    if row.ends_on < today:
        return "ENDED", "已到期"
    if not row.is_standing:
        return "FAILED", "已失效"
    return ("SUBMITTED", "未开始") if row.starts_on > today else ("DONE", "代办中")
