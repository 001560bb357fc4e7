"""Printing a version on paper that anybody can check."""

import secrets

from django.db import transaction
from django.shortcuts import get_object_or_404

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.permissions import require
from filing.models import Filing
from filing.presentation import RELATED

TOKEN_BYTES = 24  # 32 characters


@transaction.atomic
def print_filing(*, filing_id: int, by: User) -> Filing:
    """The version to print. The first print of a confirmed one gives it the token its QR code leads to; every
    later print, by whomever, carries the same.
    """
    filing = get_object_or_404(Filing.objects.visible_to(by).select_related(*RELATED), pk=filing_id)
    if by.is_enterprise:
        require(by, Permission.FILING_PRINT, filing.enterprise)
    else:
        require(by, Permission.FILING_REVIEW)
    if filing.was_confirmed and filing.verify_token is None:
        unprinted = Filing.objects.filter(pk=filing.pk, verify_token=None)
        unprinted.update(verify_token=secrets.token_urlsafe(TOKEN_BYTES))
        filing.refresh_from_db(fields=["verify_token"])
    record("filing.print", filing, by=by, version=filing.version)
    return filing
