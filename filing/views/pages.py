"""Opening the service, where the filing stands, and its versions."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Permission
from accounts.permissions import decide, permission_required
from autoflow.common.errors import BusinessError
from filing import presentation, services
from filing.completion import missing_items
from filing.models import Filing
from filing.permissions import enterprise_of


@require_http_methods(["GET", "POST"])
@permission_required(Permission.SERVICE_OPEN)
def open_service(request):
    """«增加应用»."""
    if enterprise_of(request.user):
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
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("filing:open-service")
    filings = Filing.objects.visible_to(request.user).select_related(*presentation.RELATED)
    standing = presentation.Standing(enterprise, list(filings.order_by("-version")))
    shown = standing.shown
    context = {
        "standing": standing,
        "events": presentation.history(standing.versions),
        "print_decision": decide(request.user, Permission.FILING_PRINT, enterprise),
        "edit_decision": decide(request.user, Permission.FILING_EDIT, standing.latest),
        "missing": missing_items(enterprise),
    }
    if shown is not None:
        context["problems"] = presentation.problems(shown, reverse("filing:edit"))
        context |= presentation.page(shown)
    return render(request, "filing/detail.html", context)


@require_safe
@permission_required(Permission.FILING_EDIT)
def version(request, version):
    """One version of one's own filing, as it was handed in."""
    filings = Filing.objects.visible_to(request.user).select_related(*presentation.RELATED)
    filing = get_object_or_404(filings, version=version)
    context = {"filing": filing, "events": presentation.history([filing]), **presentation.page(filing)}
    return render(request, "filing/version.html", context)
