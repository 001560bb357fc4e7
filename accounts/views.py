"""Sign-in, registration, profile, the division picker and the privacy notice."""

import time

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.forms import PasswordForm, PreferencesForm, RegistrationForm, SignInForm
from accounts.middleware import STARTED_AT
from accounts.models import Division
from accounts.places import search_places
from autoflow.common.errors import BusinessError
from autoflow.common.identifiers import mask_phone
from autoflow.common.requests import chosen_text, client_address


def _safe_next(request):
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else ""


def _enter(request, user):
    """Begin a session with a new id, from now on counted towards its total length."""
    login(request, user, backend="accounts.backends.AccountBackend")
    request.session[STARTED_AT] = time.time()


@login_not_required
@require_http_methods(["GET", "POST"])
def sign_in(request):
    """The page somebody is sent to; afterwards he is where he wanted to be."""
    if request.user.is_authenticated:
        return redirect(_safe_next(request) or "home")
    form, status = SignInForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                user = services.sign_in(
                    username=form.cleaned_data["username"],
                    password=form.cleaned_data["password"],
                    address=client_address(request),
                )
            except BusinessError as error:
                form.add_error(None, str(error))
                status = error.status
            else:
                _enter(request, user)
                return redirect(_safe_next(request) or "home")
    return render(request, "accounts/login.html", {"form": form, "next": _safe_next(request)}, status=status)


@require_POST
def sign_out(request):
    """End the session."""
    services.sign_out(by=request.user, address=client_address(request))
    logout(request)
    return redirect("accounts:login")


@login_not_required
@require_http_methods(["GET", "POST"])
def register(request):
    """Registration of an enterprise account; afterwards it is signed in and asked to add the service."""
    form = RegistrationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user = services.register_account(
                enterprise_name=data["enterprise_name"],
                uscc=data["uscc"],
                division=data["division_code"],
                phone=data["phone"],
                email=data["email"],
                password=data["password"],
                address=client_address(request),
            )
        except BusinessError as error:
            form.add_error("uscc", str(error))
        else:
            _enter(request, user)
            messages.success(request, "账号已注册。下一步：增加应用“全国汽车流通信息管理”，然后填写备案。")
            return redirect("filing:open-service")
    status = 422 if form.errors else 200
    return render(request, "accounts/register.html", {"form": form}, status=status)


@login_not_required
@require_safe
def divisions(request):
    """The divisions below one, or those a search finds, for the picker: public facts, never all of them."""
    if "q" in request.GET:
        found = search_places(chosen_text(request.GET, "q"))
        options = [{"code": row.code, "name": row.full_name, "leaf": row.is_leaf} for row in found]
        return _public(options)
    parent = request.GET.get("parent", "")
    rows = Division.objects.children_of(parent if parent.isdigit() and len(parent) == 6 else "").with_leaf()
    options = [{"code": row.code, "name": row.name, "leaf": not row.has_children} for row in rows]
    return _public(options)


def _public(options):
    return JsonResponse(options, safe=False, headers={"Cache-Control": "public, max-age=3600"})


@require_safe
def profile(request):
    """Who I am here."""
    preferences_form = PreferencesForm(initial={"has_large_type": request.user.has_large_type})
    context = {"preferences": preferences_form, "masked_phone": mask_phone(request.user.phone) or "–"}
    return render(request, "accounts/profile.html", context)


@require_http_methods(["GET", "POST"])
def change_password(request):
    """One's own password."""
    form = PasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.change_password(
                by=request.user,
                old_password=form.cleaned_data["old_password"],
                new_password=form.cleaned_data["password"],
            )
        except BusinessError as error:
            form.add_error("old_password", str(error))
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "密码已修改，其他设备上的登录已失效。")
            return redirect("accounts:profile")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def preferences(request):
    """Keep how the pages look for me."""
    form = PreferencesForm(request.POST)
    if form.is_valid():
        services.save_preferences(by=request.user, **form.cleaned_data)
        messages.success(request, "显示设置已保存。")
    return redirect("accounts:profile")


@login_not_required
@require_safe
def privacy(request):
    """《个人信息处理告知》: who handles which personal data, why, how long, and whom to ask."""
    return render(request, "accounts/privacy.html")
