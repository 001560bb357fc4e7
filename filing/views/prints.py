"""备案信息表 of one's own filing, and the public page its code leads to."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.enums import Permission
from accounts.permissions import permission_required, require
from autoflow.common.limits import ensure_not_flooded
from autoflow.common.requests import client_address
from filing.models import Filing
from filing.permissions import enterprise_of
from filing.printouts import printout, public_facts, qr_svg, verify_url
from filing.services.prints import print_filing
from filing.views.images import IMAGE_HEADERS

CHECKS_A_MINUTE = 30


def _in_force(request):
    enterprise = enterprise_of(request.user)
    require(request.user, Permission.FILING_PRINT, enterprise)
    return get_object_or_404(Filing.objects.visible_to(request.user), is_in_force=True)


@require_safe
@permission_required(Permission.FILING_PRINT)
def print_form(request):
    """备案信息表 of the version in force, ready for A4."""
    filing = print_filing(filing_id=_in_force(request).pk, by=request.user)
    links = {"back_url": reverse("filing:detail"), "qr_url": reverse("filing:print-qr")}
    return print_page(request, filing, back_label="企业备案", **links)


@require_safe
@permission_required(Permission.FILING_PRINT)
def print_qr(request):
    """The code on the paper, once the version in force was printed."""
    return qr_answer(request, _in_force(request))


def print_page(request, filing, **links):
    context = printout(filing, with_images=request.GET.get("images") == "1")
    context |= {"verify_url": verify_url(request, filing), **links}
    return render(request, "filing/print.html", context)


def qr_answer(request, filing):
    url = verify_url(request, filing)
    if not url:
        raise Http404
    return HttpResponse(qr_svg(url), content_type="image/svg+xml", headers=IMAGE_HEADERS)


@login_not_required
@require_safe
def verify(request, token):
    """Whether the paper in somebody's hand is true: open to anybody, and silent about everything else."""
    ensure_not_flooded("verify", client_address(request), limit=CHECKS_A_MINUTE, seconds=60)
    facts = public_facts(token)
    answer = render(request, "filing/verify.html", {"facts": facts}, status=200 if facts else 404)
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
