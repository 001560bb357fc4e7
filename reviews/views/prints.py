"""备案信息表 of a filing of the authority's area."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.enums import Permission
from accounts.permissions import permission_required
from filing.models import Filing
from filing.services.prints import print_filing
from filing.views.prints import print_page, qr_answer


@require_safe
@permission_required(Permission.FILING_REVIEW)
def filing_print(request, filing_id):
    """Any version handed in; what is not in force says so in large letters."""
    filing = print_filing(filing_id=filing_id, by=request.user)
    links = {
        "back_url": reverse("reviews:filing-detail", args=[filing.pk]),
        "qr_url": reverse("reviews:filing-print-qr", args=[filing.pk]),
    }
    return print_page(request, filing, back_label=filing.enterprise_name, **links)


@require_safe
@permission_required(Permission.FILING_REVIEW)
def filing_print_qr(request, filing_id):
    """The code on that paper."""
    return qr_answer(request, get_object_or_404(Filing.objects.visible_to(request.user), pk=filing_id))
