"""Sign-in and sign-out."""

import time

from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from accounts import platform, services
from accounts.duties import must_show_second_factor
from accounts.forms import SignInForm
from accounts.middleware import MARK, RENEWED_AT, STARTED_AT
from autoflow.common.errors import BusinessError
from autoflow.common.requests import client_address


def _safe_next(request):
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else ""


def enter(request, user):
    """Begin a session with a new id, counted towards its total length."""
    login(request, user, backend="accounts.backends.AccountBackend")
    request.session[STARTED_AT] = request.session[RENEWED_AT] = time.time()
    if not must_show_second_factor(request):
        count_session(request)


def count_session(request):
    """Count the session among those of its account once it is open: a password alone pushes nobody out."""
    request.session[MARK] = services.begin_session(by=request.user, address=client_address(request))


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
                user = services.sign_in(**form.cleaned_data, address=client_address(request))
            except BusinessError as error:
                form.add_error(None, str(error))
                status = error.status
            else:
                enter(request, user)
                return redirect(_safe_next(request) or "home")
    context = {"form": form, "next": _safe_next(request), "platform": platform.is_offered()}
    return render(request, "accounts/login.html", context, status=status)


@require_POST
def sign_out(request):
    """End the session."""
    services.sign_out(by=request.user, mark=request.session.get(MARK, ""), address=client_address(request))
    logout(request)
    return redirect("accounts:login")
