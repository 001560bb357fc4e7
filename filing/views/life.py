"""What an enterprise does to its filing besides filling it in."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.enums import Permission
from accounts.permissions import permission_required
from autoflow.common.errors import BusinessError
from filing import services
from filing.options import AskCancelForm, StepForm
from filing.permissions import enterprise_of
from filing.views.pages import detail_page


@require_POST
@permission_required(Permission.FILING_WITHDRAW)
def withdraw(request):
    """Take back what nobody has opened yet."""
    done = "已撤回，现在是草稿。修改后请重新提交。"
    return _step(request, "withdraw", StepForm, services.withdraw_filing, done)


@require_POST
@permission_required(Permission.FILING_GIVE_UP)
def give_up(request):
    """Drop a change."""
    done = "已放弃变更，现在有效的版本不变。"
    return _step(request, "give-up", StepForm, services.give_up_change, done)


@require_POST
@permission_required(Permission.CANCELLATION_ASK)
def ask_cancellation(request):
    """Ask to be struck off."""
    done = "已提交注销申请，等待主管部门办理；办理前可以撤回。"
    return _step(request, "ask-cancellation", AskCancelForm, services.ask_for_cancellation, done)


@require_POST
@permission_required(Permission.CANCELLATION_DROP)
def drop_cancellation(request):
    """Take the wish back."""
    done = "已撤回注销申请，备案保持现在的状态。"
    return _step(request, "drop-cancellation", StepForm, services.drop_cancellation, done)


def _step(request, key, form_class, service, done):
    """The step, or the page again with the reason and what was written."""
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        raise Http404
    form = form_class(request.POST, auto_id=f"{key}-%s")
    error = None
    if form.is_valid():
        try:
            service(enterprise_id=enterprise.pk, **form.cleaned_data, by=request.user)
        except BusinessError as refusal:
            error = refusal
        else:
            messages.success(request, done)
            return redirect("filing:detail")
    form.seen_again(enterprise_of(request.user).revision)
    return detail_page(request, error=error, refused={key: form})
