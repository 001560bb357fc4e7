"""Accounts of the authorities below: the list, opening one, moving it, switching it off and on, resetting."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.officers import (
    move_officer,
    officers_below,
    open_officer,
    reset_officer_password,
    set_officer_active,
)
from accounts.permissions import can, permission_required
from autoflow.common.errors import BusinessError
from autoflow.common.identifiers import mask_phone
from autoflow.common.pages import keyset_page
from reviews.area_filters import AccountFilter
from reviews.authority_forms import AccountForm, MoveForm
from reviews.enterprise_page import mask_email


@require_safe
@permission_required(Permission.ACCOUNT_MANAGE)
def account_list(request):
    """Accounts below mine, the newest first."""
    chosen = AccountFilter(request.GET, request.user)
    accounts = chosen.apply(officers_below(request.user)).select_related("division")
    page = keyset_page(accounts, keys=("id",), request=request)
    return render(request, "reviews/accounts/list.html", {"page": page, "chosen": chosen})


@require_http_methods(["GET", "POST"])
@permission_required(Permission.ACCOUNT_MANAGE)
def account_add(request):
    """Open an account; its owner chooses the password himself."""
    form = AccountForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            user = open_officer(**form.cleaned_data, by=request.user)
        except BusinessError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, f"已开设账号 {user.username}，设置密码的链接已发到本人手机和邮箱，7 天内有效。"
            )
            return redirect("reviews:account-detail", user.pk)
    return render(request, "reviews/accounts/add.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@permission_required(Permission.ACCOUNT_MANAGE)
def account_detail(request, user_id):
    """One account: who, where, and what can be done to it."""
    return _detail(request, user_id)


@require_POST
@permission_required(Permission.ACCOUNT_MANAGE)
def account_move(request, user_id):
    """Another role, body or place; what was typed stays when it is refused."""
    form = MoveForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            user = move_officer(user_id=user_id, **form.cleaned_data, by=request.user)
        except BusinessError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"账号 {user.username} 已调整到{user.organisation}，立即生效。")
            return redirect("reviews:account-detail", user.pk)
    return _detail(request, user_id, form=form)


@require_POST
@permission_required(Permission.ACCOUNT_MANAGE)
def account_enable(request, user_id):
    user = set_officer_active(user_id=user_id, is_active=True, by=request.user)
    messages.success(request, f"账号 {user.username} 已启用。")
    return redirect("reviews:account-detail", user.pk)


@require_POST
@permission_required(Permission.ACCOUNT_MANAGE)
def account_disable(request, user_id):
    user = set_officer_active(user_id=user_id, is_active=False, by=request.user)
    messages.success(request, f"账号 {user.username} 已停用，已登录的页面下一次操作时退出。")
    return redirect("reviews:account-detail", user.pk)


@require_POST
@permission_required(Permission.ACCOUNT_MANAGE)
def account_reset(request, user_id):
    """Send the owner a one-time code; the old password ends now."""
    try:
        user = reset_officer_password(user_id=user_id, by=request.user)
    except BusinessError as error:
        return _detail(request, user_id, error=error)
    messages.success(
        request, f"已重置账号 {user.username} 的密码：原密码已失效，设置新密码的链接已发到登记的手机和邮箱。"
    )
    return redirect("reviews:account-detail", user.pk)


def _detail(request, user_id, *, form=None, error=None):
    accounts = officers_below(request.user).select_related("division", "jurisdiction")
    account = get_object_or_404(accounts, pk=user_id)
    initial = {
        "role": account.role,
        "organisation": account.organisation,
        "division_code": account.division_id,
    }
    context = {
        "account": account,
        "masked_phone": mask_phone(account.phone),
        "masked_email": mask_email(account.email),
        "form": form or MoveForm(user=request.user, initial=initial),
        "error": error,
        "can_set_deputy": can(request.user, Permission.DEPUTY_SET),
    }
    status = error.status if error else 422 if form else 200
    return render(request, "reviews/accounts/detail.html", context, status=status)
