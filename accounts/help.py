"""The help page: the manual's own words, and whom to call."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Contact


@require_safe
def help_page(request):
    """使用帮助, for everybody signed in; the reader's own authority comes first."""
    contacts = list(Contact.objects.for_reader(request.user))
    context = {
        "near": [contact for contact in contacts if contact.nearness < 2],
        "others": [contact for contact in contacts if contact.nearness == 2],
        "has_own": any(contact.nearness == 0 for contact in contacts),
        "authority": request.user.jurisdiction,
    }
    return render(request, "accounts/help.html", context)
