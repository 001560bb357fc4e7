"""The way back in: ask for a code, prove it or follow the link, choose a new password."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import recovery
from accounts.forms import CodeForm, NewPasswordForm, RecoveryForm
from accounts.onetime import find_link
from autoflow.common.errors import BusinessError
from autoflow.common.requests import client_address

ASKED, PROVEN = "recovery_asked", "recovery_proven"


@login_not_required
@require_http_methods(["GET", "POST"])
def start(request):
    """Whose password and by which way; the answer is the same whether the account exists or not."""
    form = RecoveryForm(request.POST or None)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        name, channel = form.cleaned_data["username"], form.cleaned_data["channel"]
        try:
            code = recovery.request_reset(name=name, channel=channel, address=client_address(request))
        except BusinessError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            request.session[ASKED] = [code.pk, channel.label]
            return redirect("accounts:recovery-code")
    return render(request, "accounts/recovery.html", {"form": form}, status=status)


@login_not_required
@require_http_methods(["GET", "POST"])
def enter_code(request):
    """The code, in the browser that asked for it."""
    code_id, channel = request.session.get(ASKED, (None, ""))
    if code_id is None:
        return redirect("accounts:recovery")
    form = CodeForm(request.POST or None)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        typed, address = form.cleaned_data["code"], client_address(request)
        try:
            code = recovery.prove_code(code_id=code_id, typed=typed, address=address)
        except BusinessError as error:
            form.add_error("code", str(error))
            status = error.status
        else:
            return _proven(request, code)
    context = {"form": form, "channel": channel, "demo_messages": demo_messages()}
    return render(request, "accounts/recovery_code.html", context, status=status)


@login_not_required
@require_safe
def follow_link(request, token):
    """The token leaves the address at once; the answer never tells whether there was such a link."""
    code = find_link(token)
    if code is not None:
        return _proven(request, code)
    messages.error(request, "链接已失效或已使用过，请重新获取。")
    return redirect("accounts:recovery")


@login_not_required
@require_http_methods(["GET", "POST"])
def new_password(request):
    """The new password of a proven account; afterwards it signs in like always."""
    code_id = request.session.get(PROVEN)
    user = recovery.proven_user(code_id)
    if user is None:
        messages.error(request, recovery.EXPIRED)
        return redirect("accounts:recovery")
    form = NewPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        password, address = form.cleaned_data["password"], client_address(request)
        recovery.set_new_password(code_id=code_id, password=password, address=address)
        request.session.flush()
        messages.success(request, f"新密码已设置，原有登录已全部失效。请用账号 {user.username} 登录。")
        return redirect("accounts:login")
    context = {"form": form, "account": user}
    status = 422 if form.errors else 200
    return render(request, "accounts/recovery_password.html", context, status=status)


def _proven(request, code):
    request.session.cycle_key()
    request.session.pop(ASKED, None)
    request.session[PROVEN] = code.pk
    return redirect("accounts:recovery-password")


def demo_messages():
    """Where the demonstration keeps what it would send, empty everywhere else."""
    return settings.DEMO_MESSAGES if settings.SMS_URL.startswith("console:") else ""
