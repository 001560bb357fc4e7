"""Opening the service, where the filing stands, and its versions."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Permission
from accounts.permissions import can, decide, permission_required
from autoflow.common.errors import BusinessError
from filing import presentation, services
from filing.change_notice import change_notice
from filing.completion import missing_items
from filing.models import Filing
from filing.options import own_options
from filing.permissions import enterprise_of, pending_request


@require_http_methods(["GET", "POST"])
@permission_required(Permission.SERVICE_OPEN)
def open_service(request):
    """«增加应用»."""
    if not can(request.user, Permission.SERVICE_OPEN):
        return redirect("filing:detail")
    if request.method == "POST":
        try:
            enterprise = services.open_service(by=request.user)
        except BusinessError as error:
            messages.error(request, str(error))
            return render(request, "filing/open_service.html", status=error.status)
        if enterprise.is_confirmed:
            messages.success(request, "已增加应用，并找到贵企业在原系统的备案。请核对，并补充缺少的内容。")
            return redirect("filing:detail")
        messages.success(request, "已增加应用“全国汽车流通信息管理”。下一步：填写企业备案。")
        return redirect("filing:edit")
    return render(request, "filing/open_service.html")


@require_safe
@permission_required(Permission.FILING_EDIT)
def detail(request):
    """Where the filing stands, what comes next, and everything it says."""
    if enterprise_of(request.user) is None:
        return redirect("filing:open-service")
    return detail_page(request)


def detail_page(request, *, error=None, refused=None):
    """The page; `refused` holds the form of a step that came back, by its key."""
    enterprise = enterprise_of(request.user)
    filings = Filing.objects.visible_to(request.user).filter(enterprise=enterprise)
    versions = list(filings.select_related(*presentation.RELATED).order_by("-version"))
    standing = presentation.Standing(enterprise, versions)
    shown = standing.shown
    context = {
        "standing": standing,
        "error": error,
        "refused": list((refused or {}).values()),
        "options": own_options(request.user, enterprise, refused),
        "change_title": f"变更“{enterprise.name}”的备案？",
        "notice": change_notice(enterprise, standing.latest) if enterprise.is_confirmed else None,
        "cancellation": pending_request(enterprise),
        "suspension": presentation.suspension(enterprise),
        "open_decision": decide(request.user, Permission.SERVICE_OPEN),
        "events": presentation.history(standing.versions),
        "print_decision": decide(request.user, Permission.FILING_PRINT, enterprise),
        "edit_decision": decide(request.user, Permission.FILING_EDIT, standing.latest),
        "missing": missing_items(enterprise),
        **(_shown_content(shown) if shown else {}),
    }
    status = error.status if error else 422 if refused else 200
    return render(request, "filing/detail.html", context, status=status)


def _shown_content(shown):
    """Everything the version shown says, and what it was returned for."""
    problems = presentation.problems(shown, reverse("filing:edit"))
    return {"problems": problems, **presentation.page(shown)}


@require_safe
@permission_required(Permission.FILING_EDIT)
def version(request, version):
    """One version of one's own filing, as it was handed in."""
    filings = Filing.objects.visible_to(request.user).filter(enterprise=enterprise_of(request.user))
    filing = get_object_or_404(filings.select_related(*presentation.RELATED), version=version)
    context = {
        "filing": filing,
        "newer": filings.awaiting().filter(version__gt=version).order_by("-version").first(),
        "events": presentation.history([filing]),
        **presentation.page(filing),
    }
    return render(request, "filing/version.html", context)
