"""Passwords of enterprises, reset by their authority."""

from django.shortcuts import get_object_or_404

from accounts.enums import ENTERPRISE_ROLES, Permission
from accounts.models import User
from accounts.permissions import require
from accounts.recovery import issue_reset_code
from accounts.steps import audited_account, tell_reset
from filing.models import Enterprise


def reset_staff_password(*, enterprise_id: int, user_id: int, by: User) -> User:
    """Make a clerk's password dead and send a one-time code to what he registered; nobody here sees it."""
    with audited_account("account.reset", user_id=user_id, by=by):
        require(by, Permission.PASSWORD_RESET)
        enterprise = get_object_or_404(Enterprise.objects.visible_to(by), pk=enterprise_id)
        require(by, Permission.PASSWORD_RESET, enterprise)
        staff = enterprise.staff.filter(role__in=ENTERPRISE_ROLES, is_active=True)
        user = get_object_or_404(staff.select_for_update(of=("self",)), pk=user_id)
        issue_reset_code(user=user, by=by, enterprise=enterprise.pk)
        tell_reset(user, by=by)
        return user
