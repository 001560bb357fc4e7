"""The telephones of the help page, kept by the administrator."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import Contact, User
from accounts.permissions import require
from autoflow.common.errors import BusinessError


@transaction.atomic
def save_contact(*, contact: Contact, by: User) -> Contact:
    """A new contact, or one as it reads from now on; the trail keeps both wordings."""
    require(by, Permission.CONTACT_MANAGE)
    before = _locked(contact.pk, by) if contact.pk else None
    try:
        contact.full_clean()
    except ValidationError as error:
        raise BusinessError("".join(error.messages)) from error
    contact.save()
    action = "contact.edit" if before else "contact.add"
    summary = f"{before} → {contact}" if before else str(contact)
    record(action, contact, by=by, summary=summary, jurisdiction=contact.jurisdiction_id)
    return contact


@transaction.atomic
def remove_contact(*, contact_id: int, by: User) -> Contact:
    """Off the help page at once; what it said stays in the trail."""
    require(by, Permission.CONTACT_MANAGE)
    contact = _locked(contact_id, by)
    record("contact.remove", contact, by=by, summary=str(contact), jurisdiction=contact.jurisdiction_id)
    contact.delete()
    return contact


def _locked(contact_id, by):
    return get_object_or_404(Contact.objects.visible_to(by).select_for_update(of=("self",)), pk=contact_id)
