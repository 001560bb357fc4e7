"""Images of a filing, to those in whose scope it is."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.audit import record
from accounts.enums import Permission
from accounts.permissions import permission_required
from filing.enums import ImageSlot
from filing.images import read_image
from filing.models import Filing

IMAGE_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@require_safe
@permission_required(Permission.FILING_VIEW)
def image(request, filing_id, slot):
    """One image of one version, to those in whose scope it is; every look is recorded."""
    if slot not in ImageSlot.values:
        raise Http404
    filing = get_object_or_404(Filing.objects.visible_to(request.user).select_related(slot), pk=filing_id)
    stored = getattr(filing, slot)
    if stored is None:
        raise Http404
    data = read_image(stored)
    record("filing.image", filing, by=request.user, slot=slot)
    return HttpResponse(data, content_type="image/jpeg", headers=IMAGE_HEADERS)


@require_safe
@permission_required(Permission.FILING_VIEW)
def line_image(request, filing_id, sha256):
    """The picture of a brand's authorization in one version, in the same scope and recorded as well."""
    filing = get_object_or_404(Filing.objects.visible_to(request.user), pk=filing_id)
    lines = filing.brand_lines.select_related("authorization_image")
    line = lines.filter(authorization_image__sha256=sha256).first()
    if line is None:
        raise Http404
    data = read_image(line.authorization_image)
    record("filing.image", filing, by=request.user, slot="authorization_image", line=line.pk)
    return HttpResponse(data, content_type="image/jpeg", headers=IMAGE_HEADERS)
