"""The operators of my enterprise."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.enums import Permission
from accounts.forms import InvitationForm
from accounts.permissions import permission_required
from accounts.staff import staff_rows
from autoflow.common.errors import BusinessError


@require_http_methods(["GET", "POST"])
@permission_required(Permission.STAFF_MANAGE)
def staff(request):
    """Who files for us, and a form to invite one more."""
    form = InvitationForm(request.POST or None)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            user = services.invite_staff(by=request.user, **form.cleaned_data)
        except BusinessError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            text = f"已邀请{user.display_name}，账号为 {user.username}。设置密码的链接已发出，7 天内有效。"
            messages.success(request, text)
            return redirect("accounts:staff-list")
    context = {"form": form, "rows": staff_rows(request.user)}
    return render(request, "accounts/staff.html", context, status=status)


@require_POST
@permission_required(Permission.STAFF_MANAGE)
def disable(request, staff_id):
    """Out from the next request on."""
    user = services.disable_staff(staff_id=staff_id, by=request.user)
    messages.success(request, f"已停用{user.display_name}的账号，其登录立即失效；已填报的内容不受影响。")
    return redirect("accounts:staff-list")


@require_POST
@permission_required(Permission.STAFF_MANAGE)
def enable(request, staff_id):
    """In again."""
    user = services.enable_staff(staff_id=staff_id, by=request.user)
    messages.success(request, f"已启用{user.display_name}的账号，可以登录。")
    return redirect("accounts:staff-list")


@require_POST
@permission_required(Permission.STAFF_MANAGE)
def reset(request, staff_id):
    """A new link to whom the account belongs."""
    try:
        user = services.reset_staff(staff_id=staff_id, by=request.user)
    except BusinessError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"设置密码的链接已发给{user.display_name}。")
    return redirect("accounts:staff-list")
