"""The home page of every role: what waits for me first."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.enums import Role
from reviews import desks

AUTHORITY = ("home/_authority.html", desks.authority_desk)
ENTERPRISE = ("home/_enterprise.html", desks.enterprise_desk)
DESKS = {
    Role.OPERATOR: ENTERPRISE,
    Role.MANAGER: ENTERPRISE,
    Role.COUNTY: AUTHORITY,
    Role.CITY: AUTHORITY,
    Role.PROVINCE: AUTHORITY,
    Role.NATION: AUTHORITY,
    Role.ADMIN: ("home/_admin.html", desks.admin_desk),
    Role.AUDITOR: ("home/_auditor.html", desks.auditor_desk),
}


@require_safe
def home(request):
    """What waits for the person signed in."""
    part, desk = DESKS[request.user.role]
    return render(request, "home.html", {"part": part, "desk": desk(request.user)})
