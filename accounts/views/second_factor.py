"""The second factor, between the password and everything else."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.duties import SHOWN, must_show_second_factor
from accounts.forms import FactorForm
from accounts.totp import picture_of
from accounts.views.sessions import count_session
from autoflow.common.errors import BusinessError
from autoflow.common.requests import client_address


@require_http_methods(["GET", "POST"])
def second_factor(request):
    """Show a code, or set the app up with a first one."""
    if not must_show_second_factor(request):
        return redirect("home")
    user = request.user
    form = FactorForm(request.POST or None, has_spare_codes=user.has_second_factor)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        step = services.pass_second_factor if user.has_second_factor else services.confirm_second_factor
        try:
            codes = step(by=user, typed=form.cleaned_data["code"], address=client_address(request))
        except BusinessError as error:
            form.add_error("code", str(error))
            status = error.status
        else:
            request.session.cycle_key()
            request.session[SHOWN] = user.pk
            count_session(request)
            return _spare_codes(request, codes) if codes else redirect("home")
    picture = picture_of(user.totp_secret, user.username) if _is_new(user) else ""
    context = {"form": form, "picture": picture, "secret": user.totp_secret if picture else ""}
    return render(request, "accounts/second_factor.html", context, status=status)


@require_POST
def begin(request):
    """A secret to set the app up with."""
    if must_show_second_factor(request):
        services.begin_second_factor(by=request.user)
    return redirect("accounts:second-factor")


def _is_new(user):
    return bool(user.totp_secret) and not user.has_second_factor


def _spare_codes(request, codes):
    return render(request, "accounts/spare_codes.html", {"codes": codes})
