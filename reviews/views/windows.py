"""When a form can be filled in for a period: what holds, setting another window after a preview."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Permission
from accounts.permissions import permission_required
from autoflow.common.errors import BusinessError
from reporting import clock
from reporting.services import ensure_window, set_window
from reviews import window_rules
from reviews.report_forms import WindowForm


@require_safe
@permission_required(Permission.WINDOW_SET)
def window_page(request):
    """The window of a form and period, by default or as it was set, and everything set so far."""
    chosen = window_rules.WindowChoice(request.GET, clock.now())
    return _page(request, chosen, _form(request, chosen))


@require_http_methods(["GET", "POST"])
@permission_required(Permission.WINDOW_SET)
def window_add(request):
    """First the preview, then, when the same window is sent again with 保存, the rule itself."""
    chosen = window_rules.WindowChoice(request.POST or request.GET, clock.now())
    form = _form(request, chosen, request.POST or None)
    if request.method == "GET":
        return _page(request, chosen, form)
    if not form.is_valid():
        return _page(request, chosen, form, status=422)
    window = {"window": form.window, "reason": form.cleaned_data["reason"]}
    try:
        ensure_window(chosen.form, form.window)
        if request.POST.get("action") != "save":
            found = window_rules.preview(chosen.form, chosen.period, form.window, request.user, chosen.at)
            return _page(request, chosen, form, found=found)
        set_window(form=chosen.key, period=chosen.period, **window, by=request.user)
    except BusinessError as error:
        form.add_error(None, str(error))
        return _page(request, chosen, form, status=error.status)
    messages.success(request, f"{chosen.heading}的填报期限已设置。")
    return redirect(f"{reverse('reviews:window-page')}?{chosen.base}")


def _form(request, chosen, data=None):
    jurisdiction = window_rules.setter_of(request.user)
    current = window_rules.current_window(chosen.form, chosen.period, jurisdiction)
    return WindowForm(data, current=current)


def _page(request, chosen, form, *, found=None, status=200):
    jurisdiction = window_rules.setter_of(request.user)
    current = window_rules.current_window(chosen.form, chosen.period, jurisdiction)
    context = {
        "chosen": chosen,
        "form": form,
        "found": found,
        "area": jurisdiction.name if jurisdiction else "全国",
        "limits": window_rules.limits(current),
        "default_limits": window_rules.limits(chosen.form.default_window(chosen.period)),
        "phase": current.phase(chosen.at),
        "rules": window_rules.rules_of(chosen.form, chosen.period, jurisdiction),
    }
    return render(request, "reviews/windows/page.html", context, status=status)
