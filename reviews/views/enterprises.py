"""Enterprises of an authority's area: the list, everything known of one, its passwords."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Permission
from accounts.permissions import decide, permission_required
from autoflow.common.errors import BusinessError
from autoflow.common.pages import keyset_page
from filing.models import Enterprise
from filing.services.passwords import reset_staff_password
from reviews import enterprise_page
from reviews.area_filters import EnterpriseFilter


@require_safe
@permission_required(Permission.ENTERPRISE_VIEW)
def enterprise_list(request):
    """Enterprises that opened the service, the newest first."""
    chosen = EnterpriseFilter(request.GET, request.user)
    enterprises = chosen.apply(Enterprise.objects.visible_to(request.user))
    page = keyset_page(enterprises, keys=("id",), request=request)
    enterprise_page.with_list_words(page.rows)
    return render(request, "reviews/enterprises/list.html", {"page": page, "chosen": chosen})


@require_safe
@permission_required(Permission.ENTERPRISE_VIEW)
def enterprise_detail(request, enterprise_id):
    """One enterprise with everything known of it."""
    return _detail(request, enterprise_id)


@require_POST
@permission_required(Permission.PASSWORD_RESET)
def password_reset(request, enterprise_id, user_id):
    """Send a clerk of the enterprise a one-time code; the old password ends now."""
    try:
        user = reset_staff_password(enterprise_id=enterprise_id, user_id=user_id, by=request.user)
    except BusinessError as error:
        return _detail(request, enterprise_id, error=error)
    messages.success(
        request, f"已重置账号 {user.username} 的密码：原密码已失效，设置新密码的链接已发到登记的手机和邮箱。"
    )
    return redirect("reviews:enterprise-detail", enterprise_id)


def _detail(request, enterprise_id, *, error=None):
    enterprise = get_object_or_404(Enterprise.objects.visible_to(request.user), pk=enterprise_id)
    enterprise_page.with_list_words([enterprise])
    context = {
        "enterprise": enterprise,
        "error": error,
        "reset_decision": decide(request.user, Permission.PASSWORD_RESET, enterprise),
        **enterprise_page.page(enterprise, request.user),
    }
    return render(request, "reviews/enterprises/detail.html", context, status=error.status if error else 200)
