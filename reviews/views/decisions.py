"""Confirming and returning one filing, then on to the next one."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.enums import Permission
from accounts.permissions import permission_required
from autoflow.common.errors import BusinessError
from filing.services import claim_next, confirm_filing, return_filing
from reviews.forms import ReturnForm
from reviews.views.filings import filing_of, review_page


@require_POST
@permission_required(Permission.FILING_CONFIRM)
def filing_confirm(request, filing_id):
    """Confirm the version on the page, then go on to the next one."""
    filing = filing_of(request, filing_id)
    content_hash = request.POST.get("content_hash", "")
    try:
        confirm_filing(filing_id=filing.pk, content_hash=content_hash, by=request.user)
    except BusinessError as error:
        return review_page(request, filing_of(request, filing_id), error=error)
    return go_on(
        request, filing, f"已确认“{filing.enterprise_name}”的备案，企业已可打印备案信息表并开始填报。"
    )


@require_POST
@permission_required(Permission.FILING_CONFIRM)
def filing_return(request, filing_id):
    """Return the version on the page with reason and items; what was written stays when it is refused."""
    filing = filing_of(request, filing_id)
    form = ReturnForm(request.POST, filing=filing)
    if not form.is_valid():
        return review_page(request, filing, form=form)
    content_hash = request.POST.get("content_hash", "")
    try:
        return_filing(filing_id=filing.pk, content_hash=content_hash, **form.cleaned_data, by=request.user)
    except BusinessError as error:
        return review_page(request, filing_of(request, filing_id), form=form, error=error)
    return go_on(request, filing, f"已退回“{filing.enterprise_name}”的备案，企业会看到退回原因。")


def go_on(request, filing, done=""):
    """The next one of the queue, already in this officer's hands."""
    following = claim_next(after_id=filing.pk, by=request.user)
    if following is None:
        messages.success(request, f"{done}没有其他待您确认的备案了。")
        return redirect("reviews:filing-list")
    if done:
        messages.success(request, f"{done}下一件：{following.enterprise_name}。")
    return redirect("reviews:filing-detail", following.pk)
