"""The administrator's pages on the push to the traffic police: list, one message, sending again."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Permission
from accounts.permissions import permission_required
from autoflow.common.errors import BusinessError
from autoflow.common.pages import keyset_page
from filing.models import PushMessage
from filing.police_message import PURPOSE, RECEIVER
from filing.services import reason_not_to_resend, resend_failed, resend_push
from reviews.sync import SyncFilter, fault_text, field_labels, figures, with_waits


@require_safe
@permission_required(Permission.SYNC_MANAGE)
def sync_list(request):
    """Every message, newest first, with the figures of the whole outbox above."""
    chosen = SyncFilter(request.GET)
    pushes = chosen.apply(PushMessage.objects.visible_to(request.user)).with_list_columns()
    page = keyset_page(pushes, keys=("id",), request=request)
    with_waits(page.rows)
    context = {"page": page, "chosen": chosen, "figures": figures(request.user), "fault": fault_text()}
    return render(request, "reviews/sync_list.html", context)


@require_safe
@permission_required(Permission.SYNC_MANAGE)
def sync_detail(request, push_id):
    """One message: what it says, where it stands, every try."""
    return _page(request, _push_of(request, push_id))


@require_POST
@permission_required(Permission.SYNC_MANAGE)
def sync_resend(request, push_id):
    """Send one message again."""
    push = _push_of(request, push_id)
    try:
        resend_push(message_id=push.pk, by=request.user)
    except BusinessError as error:
        return _page(request, _push_of(request, push_id), error=error)
    messages.success(request, "已重新排队，一般一分钟内推送；刷新本页查看结果。")
    return redirect("reviews:sync-detail", push.pk)


@require_POST
@permission_required(Permission.SYNC_MANAGE)
def sync_resend_failed(request):
    """Send everything again that was stopped."""
    try:
        count = resend_failed(by=request.user)
    except BusinessError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"{count:,} 件已重新排队，几分钟内开始推送；刷新本页查看结果。")
    return redirect("reviews:sync-list")


def _push_of(request, push_id):
    pushes = PushMessage.objects.visible_to(request.user).select_related("enterprise")
    return get_object_or_404(pushes, pk=push_id)


def _page(request, push, *, error=None):
    with_waits([push])
    context = {
        "push": push,
        "error": error,
        "tries": push.attempts.order_by("-id"),
        "receiver": RECEIVER,
        "purpose": PURPOSE,
        "fields": field_labels(push.content),
        "reason": reason_not_to_resend(push),
    }
    return render(request, "reviews/sync_detail.html", context, status=error.status if error else 200)
