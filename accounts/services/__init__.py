"""Every write on accounts, by noun: registration, sessions, passwords, profile, staff, inbox."""

from accounts.services.inbox import open_notice, read_all_notices
from accounts.services.passwords import change_password
from accounts.services.profile import confirm_contact, request_contact, save_preferences, save_profile
from accounts.services.registration import open_account, register_account
from accounts.services.sessions import sign_in, sign_in_from_platform, sign_out
from accounts.services.staff import disable_staff, enable_staff, invite_staff, reset_staff

__all__ = [
    "change_password",
    "confirm_contact",
    "disable_staff",
    "enable_staff",
    "invite_staff",
    "open_account",
    "open_notice",
    "read_all_notices",
    "register_account",
    "request_contact",
    "reset_staff",
    "save_preferences",
    "save_profile",
    "sign_in",
    "sign_in_from_platform",
    "sign_out",
]
