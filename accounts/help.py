"""The help page: the manual's own words, and whom to call."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Contact


@login_not_required
@require_safe
def help_page(request):
    """使用帮助, for everybody: who cannot sign in needs it most; the reader's own authority comes first."""
    contacts = list(Contact.objects.for_reader(request.user))
    context = {
        "near": [contact for contact in contacts if contact.nearness < 2],
        "others": [contact for contact in contacts if contact.nearness == 2],
        "has_own": any(contact.nearness == 0 for contact in contacts),
        "authority": getattr(request.user, "jurisdiction", None),
    }
    return render(request, "accounts/help.html", context)
