"""Grants of producers and importers against what dealers claim: where the two do not meet."""

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Jurisdiction
from accounts.scope import area_of
from filing.enums import IN_FORCE, AuthorizationType, FilingStatus, GranteeRole, LineStatus
from filing.models import AuthorizationLine, BrandLine, Enterprise

KEPT = Coalesce("brand__merged_into", "brand")  # two names of one brand meet each other
STANDING = (*IN_FORCE, FilingStatus.RETURNED)


def claims(today):
    """What dealers in force say they are authorized to sell today."""
    return BrandLine.objects.alias(kept=KEPT).filter(
        Q(authorized_from=None) | Q(authorized_from__lte=today),
        Q(authorized_to=None) | Q(authorized_to__gte=today),
        filing__is_in_force=True,
        filing__enterprise_types__contains=["A3"],
        filing__enterprise__status__in=STANDING,
        authorization_type=AuthorizationType.AUTHORIZED,
        line_status=LineStatus.ACTIVE,
    )


def grants(today):
    """What producers and importers in force say they grant to dealers today."""
    return AuthorizationLine.objects.alias(kept=KEPT).filter(
        Q(filing__enterprise_types__contains=["A1"]) | Q(filing__enterprise_types__contains=["A2"]),
        filing__is_in_force=True,
        filing__enterprise__status__in=STANDING,
        grantee_role=GranteeRole.DEALER,
        valid_from__lte=today,
        valid_to__gte=today,
    )


def claims_without_grant(user):
    """Dealers of the area that claim a brand nobody says to have granted them."""
    today = timezone.localdate()
    granted = grants(today).filter(kept=OuterRef("kept"), grantee_uscc=OuterRef("filing__uscc"))
    found = claims(today).filter(area_of(user, "filing__")).exclude(Exists(granted))
    return found.select_related("brand", "producer", "filing")


def grants_without_claim(user):
    """Grants to dealers of the area who do not claim them: filed otherwise, or not filed at all."""
    today = timezone.localdate()
    claimed = claims(today).filter(kept=OuterRef("kept"), filing__uscc=OuterRef("grantee_uscc"))
    filed = Enterprise.objects.filter(uscc=OuterRef("grantee_uscc"), status__in=STANDING)
    found = grants(today).filter(_grantee_in_area(user)).exclude(Exists(claimed))
    return found.annotate(is_filed=Exists(filed)).select_related("brand", "filing", "grantee_division")


def _grantee_in_area(user):
    """Whom the grant goes to: a filed enterprise belongs where it filed, another where the grant says."""
    filed = Enterprise.objects.filter(uscc=OuterRef("grantee_uscc"), status__in=STANDING)
    here = filed.filter(area_of(user))
    return Q(Exists(here)) | (~Q(Exists(filed)) & _division_in_area(user))


def _division_in_area(user):
    match user.role:
        case Role.NATION:
            return Q()
        case Role.PROVINCE:
            return _of_jurisdiction(user.jurisdiction)
        case Role.CITY:
            within = _of_jurisdiction(user.jurisdiction)
            return within & Q(grantee_division__code__startswith=user.division_id[:4])
    return Q(grantee_division=user.division_id)


def _of_jurisdiction(jurisdiction):
    """The divisions a jurisdiction answers for: its prefix, without those of the jurisdictions inside."""
    prefix = jurisdiction.covers_prefix
    inside = Jurisdiction.objects.filter(covers_prefix__startswith=prefix).exclude(pk=jurisdiction.pk)
    area = Q(grantee_division__code__startswith=prefix)
    for inner in inside.values_list("covers_prefix", flat=True):
        area &= ~Q(grantee_division__code__startswith=inner)
    return area
