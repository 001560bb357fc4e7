"""What others told me."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import services
from accounts.models import Notice
from accounts.notices import is_local
from autoflow.common.pages import keyset_page


@require_safe
def notices(request):
    """My notices, unread ones first."""
    mine = Notice.objects.visible_to(request.user)
    page = keyset_page(mine, keys=["is_unread", "id"], request=request)
    return render(request, "accounts/inbox.html", {"page": page})


@require_POST
def open_notice(request, notice_id):
    """Read it, and go where it leads."""
    notice = services.open_notice(notice_id=notice_id, by=request.user)
    return redirect(notice.url if notice.url and is_local(notice.url) else "accounts:inbox")


@require_POST
def read_all(request):
    """All read."""
    count = services.read_all_notices(by=request.user)
    messages.success(request, f"已将 {count} 条消息标为已读。")
    return redirect("accounts:inbox")
