"""The enterprise's own pages: opening the service, its filing, the long form, versions, print and images."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.audit import record
from accounts.enums import Permission
from accounts.permissions import decide, permission_required, require
from autoflow.common.errors import BusinessError
from filing import presentation, services
from filing.enums import FilingStatus, ImageSlot
from filing.forms import FilingForms, named
from filing.images import read_image
from filing.models import Enterprise, Filing
from filing.permissions import enterprise_of

IMAGE_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@require_http_methods(["GET", "POST"])
@permission_required(Permission.SERVICE_OPEN)
def open_service(request):
    """«增加应用»."""
    if enterprise_of(request.user):
        return redirect("filing:detail")
    if request.method == "POST":
        services.open_service(by=request.user)
        messages.success(request, "已增加应用“全国汽车流通信息管理”。下一步：填写企业备案。")
        return redirect("filing:edit")
    return render(request, "filing/open_service.html")


@require_safe
@permission_required(Permission.FILING_EDIT)
def detail(request):
    """Where the filing stands, what comes next, and everything it says."""
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("filing:open-service")
    versions = list(Filing.objects.visible_to(request.user).with_list_columns().order_by("-version"))
    latest = versions[0] if versions else None
    in_force = next((filing for filing in versions if filing.is_in_force), None)
    is_draft_of_change = bool(in_force and latest.status == FilingStatus.DRAFT)
    shown = in_force if is_draft_of_change else latest
    context = {
        "enterprise": enterprise,
        "filing": shown,
        "latest": latest,
        "in_force": in_force,
        "is_draft_of_change": is_draft_of_change,
        "versions": versions,
        "meaning": presentation.meaning(enterprise, shown),
        "print_decision": decide(request.user, Permission.FILING_PRINT, enterprise),
        "edit_decision": decide(request.user, Permission.FILING_EDIT, latest),
        **(presentation.page(shown) if shown else {}),
    }
    return render(request, "filing/detail.html", context)


@require_http_methods(["GET", "POST"])
@permission_required(Permission.FILING_EDIT)
def edit(request):
    """The long form: what is stored, or what was posted with a message at each field that needs one."""
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("filing:open-service")
    if request.method == "POST":
        return _save(request)
    filing = enterprise.filings.open_versions().select_related("enterprise").first()
    if filing is None and enterprise.filings.filter(is_in_force=True).exists():
        return render(request, "filing/change.html", {"enterprise": enterprise})
    decision = decide(request.user, Permission.FILING_EDIT, filing)
    if not decision:
        messages.info(request, decision.reason)
        return redirect("filing:detail")
    return _form_page(request, FilingForms(filing or services.first_version(enterprise, request.user)))
