"""More time for one enterprise: what was asked for, answering it, opening a period unasked."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Permission
from accounts.permissions import decide, permission_required
from autoflow.common.errors import BusinessError
from autoflow.common.pages import keyset_page
from filing.models import Enterprise
from reporting import clock
from reporting.deadlines import standing_of
from reporting.enums import LateStatus
from reporting.models import LatePermission
from reporting.periods import Period
from reporting.registry import form_choices, report_form
from reporting.services import decide_late_request, grant_late_permission
from reviews import late
from reviews.report_forms import LateDecisionForm, LateGrantForm
from reviews.report_page import unlock_reason


@require_safe
@permission_required(Permission.REPORT_UNLOCK)
def late_list(request):
    """Requests that wait, oldest first; permissions in force; what has ended."""
    chosen = late.LateFilter(request.GET, request.user, clock.now())
    permissions = chosen.narrowed(LatePermission.objects.visible_to(request.user))
    rows = chosen.of_tab(permissions).with_list_columns()
    page = keyset_page(rows, keys=chosen.keys, request=request, ascending=chosen.is_oldest_first)
    late.with_words(page.rows)
    context = {"chosen": chosen, "page": page, "tabs": late.tabs(permissions, chosen.at)}
    return render(request, "reviews/late/list.html", context)


@require_http_methods(["GET", "POST"])
@permission_required(Permission.REPORT_UNLOCK)
def late_detail(request, permission_id):
    """One permission; while it waits, the answer."""
    permission = _permission_of(request, permission_id)
    if request.method == "GET":
        return _detail_page(request, permission, LateDecisionForm(at=clock.now()))
    is_granted = request.POST.get("action") == "grant"
    form = LateDecisionForm(request.POST, at=clock.now(), is_granted=is_granted)
    if not form.is_valid():
        return _detail_page(request, permission, form, status=422)
    try:
        decide_late_request(
            permission_id=permission.pk, is_granted=is_granted, **form.cleaned_data, by=request.user
        )
    except BusinessError as error:
        form.add_error(None, str(error))
        return _detail_page(request, _permission_of(request, permission_id), form, status=error.status)
    done = "已同意补报" if is_granted else "已答复不同意"
    messages.success(request, f"{done}：{permission.enterprise.name}，{_title(permission)}。已通知企业。")
    return redirect("reviews:late-list")


def _permission_of(request, permission_id):
    permissions = LatePermission.objects.visible_to(request.user).with_list_columns()
    return get_object_or_404(permissions, pk=permission_id)


def _title(permission):
    return f"{permission.month.label}{permission.form_class.title}"


def _detail_page(request, permission, form, status=200):
    enterprise, form_class = permission.enterprise, permission.form_class
    context = {
        "permission": late.with_words([permission])[0],
        "title": _title(permission),
        "form": form,
        "is_waiting": permission.status == LateStatus.ASKED,
        "decision": decide(request.user, Permission.REPORT_UNLOCK, permission),
        "standing": standing_of(form_class, permission.month, enterprise, clock.now()),
        "record": late.record_of(enterprise, form_class, request.user),
    }
    return render(request, "reviews/late/detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
@permission_required(Permission.REPORT_UNLOCK)
def late_add(request, enterprise_id, form, period):
    """Open a closed period for one enterprise unasked."""
    enterprise = get_object_or_404(Enterprise.objects.visible_to(request.user), pk=enterprise_id)
    form_class, found = _named(form, period)
    at = clock.now()
    answer = LateGrantForm(request.POST or None, at=at)
    if request.method == "GET":
        return _add_page(request, enterprise, form_class, found, answer)
    if not answer.is_valid():
        return _add_page(request, enterprise, form_class, found, answer, status=422)
    named = {"enterprise_id": enterprise.pk, "form": form_class.key, "period": found}
    try:
        permission = grant_late_permission(**named, **answer.cleaned_data, by=request.user)
    except BusinessError as error:
        answer.add_error(None, str(error))
        return _add_page(request, enterprise, form_class, found, answer, status=error.status)
    messages.success(request, f"已为{enterprise.name}开锁：{_title(permission)}。已通知企业。")
    return redirect("reviews:late-detail", permission.pk)


def _named(form, period):
    """The form and period of the address, or 404."""
    if form not in dict(form_choices()):
        raise Http404
    form_class = report_form(form)
    found = Period.parse(period, form_class.period_kind)
    if found is None:
        raise Http404
    return form_class, found


def _add_page(request, enterprise, form_class, period, form, status=200):
    standing = standing_of(form_class, period, enterprise, clock.now())
    decision = decide(request.user, Permission.REPORT_UNLOCK, LatePermission(enterprise=enterprise))
    context = {
        "enterprise": enterprise,
        "title": f"{period.label}{form_class.title}",
        "form": form,
        "reason": decision.reason or unlock_reason(standing),
        "standing": standing,
        "record": late.record_of(enterprise, form_class, request.user),
    }
    return render(request, "reviews/late/add.html", context, status=status)
