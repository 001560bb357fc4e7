"""Sign-in through the unified platform: out, and back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts import platform, services
from accounts.views.registration import PREFILLED
from accounts.views.sessions import enter
from autoflow.common.errors import BusinessError
from autoflow.common.requests import client_address


@login_not_required
@require_safe
def start(request):
    """Off to the platform, when this installation is connected to one."""
    if not platform.is_offered():
        raise Http404
    try:
        return platform.send_there(request)
    except BusinessError as error:
        messages.error(request, str(error))
        return redirect("accounts:login")


@login_not_required
@require_safe
def come_back(request):
    """Signed in, or on to registration when the enterprise has no account here yet."""
    if not platform.is_offered():
        raise Http404
    try:
        identity = platform.identity_of(request)
        user = services.sign_in_from_platform(uscc=identity.uscc, address=client_address(request))
    except BusinessError as error:
        messages.error(request, str(error))
        return redirect("accounts:login")
    if user is not None:
        enter(request, user)
        return redirect("home")
    request.session[PREFILLED] = {"uscc": identity.uscc, "enterprise_name": identity.name}
    messages.success(request, "统一平台登录成功。该企业在这里还没有账号，请补充以下信息完成注册。")
    return redirect("accounts:register")
