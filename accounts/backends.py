"""Checks a name and a password in the same time whether the name exists or not."""

from accounts.models import User
from autoflow.common.single import only_row


class AccountBackend:
    """Signs in by account name or credit code; an unknown name costs the same hash as a known one."""

    def authenticate(self, request, username=None, password=None):
        if username is None or password is None:
            return None
        user = User.objects.named(username)
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id):
        """The account of a session, with its place; a disabled one is signed out at its next request."""
        accounts = User.objects.select_related("division", "jurisdiction")
        return only_row(accounts.filter(pk=user_id, is_active=True))
