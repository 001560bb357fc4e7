"""The confirm policy: what holds and what is planned, a new row with its preview, the other switches."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission, Role
from accounts.models import Jurisdiction
from accounts.permissions import permission_required
from autoflow.common.errors import BusinessError
from filing.policy_preview import preview
from filing.services.policies import draft_policy, save_setting, set_policy
from reviews import policies
from reviews.authority_forms import PolicyForm, SettingForm

NATION = "nation"


@require_safe
@permission_required(Permission.POLICY_SET)
def policy_page(request):
    """A province's policy and switches; the ministry sees all and the default behind them."""
    if request.user.role == Role.NATION and not request.GET.get("jurisdiction"):
        return render(request, "reviews/policy/provinces.html", {"lines": policies.provinces()})
    return _page(request)


@require_http_methods(["GET", "POST"])
@permission_required(Permission.POLICY_SET)
def policy_add(request):
    """A new row: first the preview, then, when the same row is sent again with 保存, the row itself."""
    initial = {name: request.GET.get(name, "") for name in ("division_prefix", "enterprise_group", "level")}
    form = PolicyForm(request.POST or None, user=request.user, initial=initial)
    found, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if request.POST.get("action") == "save":
                    return _saved(request, set_policy(**form.cleaned_data, by=request.user))
                found, status = preview(draft_policy(**form.cleaned_data, by=request.user)), 200
            except BusinessError as error:
                form.add_error(None, str(error))
    context = {"form": form, "found": found, "is_national": request.user.role == Role.NATION}
    return render(request, "reviews/policy/add.html", context, status=status)


@require_POST
@permission_required(Permission.POLICY_SET)
def setting_save(request):
    """Keep the switches on the page of the policy."""
    form = SettingForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form)
    save_setting(**form.cleaned_data, by=request.user)
    messages.success(request, "设置已保存，从现在起提交的备案按新设置办理。")
    return _back(request.user)


@require_safe
@permission_required(Permission.POLICY_SET)
def pair_list(request):
    """Officers of a province who share phone, mail or credit code with a filing of it."""
    jurisdiction = _jurisdiction_of(request)
    if jurisdiction is None:
        return redirect("reviews:policy")
    context = {
        "jurisdiction": jurisdiction,
        "pairs": policies.pairs(jurisdiction),
        "most": policies.MOST_PAIRS,
    }
    return render(request, "reviews/policy/pairs.html", context)


def _jurisdiction_of(request):
    """The province the page is about: one's own, or the one the ministry asks for; None for the nation."""
    if request.user.role != Role.NATION:
        return request.user.jurisdiction
    code = request.GET.get("jurisdiction", NATION)
    return None if code == NATION else get_object_or_404(Jurisdiction.objects, pk=code[:6])


def _page(request, *, form=None):
    jurisdiction, is_national = _jurisdiction_of(request), request.user.role == Role.NATION
    rows = policies.policies_of(jurisdiction)
    setting = policies.setting_of(jurisdiction)
    context = {
        "jurisdiction": jurisdiction,
        "title": jurisdiction.name if jurisdiction else "全国默认",
        "is_national": is_national,
        "is_own": (jurisdiction is None) == is_national,
        "in_force": policies.in_force(rows),
        "planned": policies.planned(rows),
        "history": rows,
        "setting": setting,
        "form": form or SettingForm(instance=setting),
    }
    return render(request, "reviews/policy/page.html", context, status=422 if form else 200)


def _saved(request, policy):
    day = timezone.localtime(policy.effective_from).strftime("%Y-%m-%d %H:%M")
    (row,) = policies.with_words([policy], policy.jurisdiction)
    what = f"{row.place}（{row.group_text}）自 {day} 起由{policy.get_level_display()}确认"
    messages.success(request, f"已设置：{what}。正在办理的备案不受影响。")
    return _back(request.user)


def _back(user):
    target = redirect("reviews:policy")
    if user.role == Role.NATION:
        target["Location"] += f"?jurisdiction={NATION}"
    return target
