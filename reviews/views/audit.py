"""The audit trail, for the auditor alone."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.enums import Permission
from accounts.models import AuditRecord
from accounts.permissions import permission_required
from autoflow.common.pages import keyset_page
from reviews.audit_words import with_words
from reviews.filters import AuditFilter


@require_safe
@permission_required(Permission.AUDIT_VIEW)
def audit_list(request):
    """Who did what to which object, newest first."""
    chosen = AuditFilter(request.GET)
    records = chosen.apply(AuditRecord.objects.visible_to(request.user))
    page = keyset_page(records, keys=("id",), request=request)
    with_words(page.rows)
    return render(request, "reviews/audit_list.html", {"page": page, "chosen": chosen})
