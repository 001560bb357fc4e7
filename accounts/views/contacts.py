"""The telephones of the help page, for the administrator."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.enums import Permission
from accounts.forms import ContactForm
from accounts.models import Contact
from accounts.permissions import permission_required
from autoflow.common.errors import BusinessError


@require_http_methods(["GET", "POST"])
@permission_required(Permission.CONTACT_MANAGE)
def contact_list(request):
    """All of them as they stand on the help page, and a form to add one."""
    form = ContactForm(request.POST or None)
    if request.method == "POST" and _save(request, form):
        return redirect("accounts:contact-list")
    context = {"form": form, "contacts": Contact.objects.visible_to(request.user).with_list_columns()}
    return render(request, "accounts/contact_list.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@permission_required(Permission.CONTACT_MANAGE)
def contact_edit(request, contact_id):
    """One of them, to be corrected."""
    contact = get_object_or_404(Contact.objects.visible_to(request.user), pk=contact_id)
    title = str(contact)
    form = ContactForm(request.POST or None, instance=contact)
    if request.method == "POST" and _save(request, form):
        return redirect("accounts:contact-list")
    context = {"form": form, "contact": contact, "title": title}
    return render(request, "accounts/contact_edit.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required(Permission.CONTACT_MANAGE)
def contact_remove(request, contact_id):
    """Off the help page; a second click finds it gone."""
    contact = services.remove_contact(contact_id=contact_id, by=request.user)
    messages.success(request, f"已删除“{contact.name}”，使用帮助中不再显示。")
    return redirect("accounts:contact-list")


def _save(request, form):
    """Whether it could be stored; what was typed stays on the page when it could not."""
    if not form.is_valid():
        return False
    try:
        contact = services.save_contact(contact=form.save(commit=False), by=request.user)
    except BusinessError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, f"已保存“{contact.name}”，使用帮助中立即生效。")
    return True
