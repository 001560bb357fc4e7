"""Registration, the division picker and the privacy notice."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import services
from accounts.forms import RegistrationForm
from accounts.models import Division
from accounts.places import search_places
from accounts.views.sessions import enter
from autoflow.common.errors import BusinessError
from autoflow.common.requests import chosen_text, client_address

PREFILLED = "registration"


@login_not_required
@require_http_methods(["GET", "POST"])
def register(request):
    """Registration of an enterprise account; afterwards it is signed in and asked to add the service."""
    form = RegistrationForm(request.POST or None, initial=request.session.get(PREFILLED))
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            user = services.register_account(**form.account(), address=client_address(request))
        except BusinessError as error:
            form.add_error("uscc", str(error))
            status = error.status
        else:
            enter(request, user)
            request.session.pop(PREFILLED, None)
            messages.success(request, "账号已注册。下一步：增加应用“全国汽车流通信息管理”，然后填写备案。")
            return redirect("filing:open-service")
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


@login_not_required
@require_safe
def privacy(request):
    """《个人信息处理告知》: who handles which personal data, why, how long, and whom to ask."""
    return render(request, "accounts/privacy.html")
