"""Taking a filing in hand, putting it back, going on to the next, and pressing a lower body."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.enums import Permission
from accounts.permissions import permission_required
from autoflow.common.errors import BusinessError
from filing.services import claim_filing, release_claim, urge_filing
from reviews.forms import UrgeForm
from reviews.views.decisions import go_on
from reviews.views.filings import filing_of, review_page


@require_POST
@permission_required(Permission.FILING_CONFIRM)
def filing_claim(request, filing_id):
    """«开始办理»: colleagues see who has it; when one was faster the page says so and stays usable."""
    filing = filing_of(request, filing_id)
    try:
        claim_filing(filing_id=filing.pk, by=request.user)
    except BusinessError as error:
        messages.warning(request, str(error))
    return redirect("reviews:filing-detail", filing.pk)


@require_POST
@permission_required(Permission.FILING_CONFIRM)
def filing_release(request, filing_id):
    """«释放»: back on the pile."""
    filing = release_claim(filing_id=filing_of(request, filing_id).pk, by=request.user)
    messages.success(request, f"已释放“{filing.enterprise_name}”，同事可以办理。")
    return redirect("reviews:filing-list")


@require_POST
@permission_required(Permission.FILING_CONFIRM)
def filing_next(request, filing_id):
    """«下一件»: the next one no colleague holds, taken in hand by the same press."""
    return go_on(request, filing_of(request, filing_id))


@require_POST
@permission_required(Permission.FILING_URGE)
def filing_urge(request, filing_id):
    """«督办»: the body that confirms sees it at the head of its work."""
    filing = filing_of(request, filing_id)
    form = UrgeForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        urge_filing(filing_id=filing.pk, note=note, by=request.user)
    except BusinessError as error:
        return review_page(request, filing, error=error)
    messages.success(request, f"已督办，{filing.confirm_body}会在“上级交办”中看到。")
    return redirect("reviews:filing-detail", filing.pk)
