"""Every write on accounts, by noun: registration, sessions, passwords, profile, staff, inbox,
second factor."""

from accounts.services.contacts import remove_contact, save_contact
from accounts.services.inbox import open_notice, read_all_notices
from accounts.services.passwords import change_password
from accounts.services.profile import confirm_contact, request_contact, save_preferences, save_profile
from accounts.services.registration import open_account, register_account
from accounts.services.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    pass_second_factor,
    reset_second_factor,
)
from accounts.services.sessions import begin_session, sign_in, sign_in_from_platform, sign_out
from accounts.services.staff import disable_staff, enable_staff, invite_staff, reset_staff

__all__ = [
    "begin_second_factor",
    "begin_session",
    "change_password",
    "confirm_contact",
    "confirm_second_factor",
    "disable_staff",
    "enable_staff",
    "invite_staff",
    "open_account",
    "open_notice",
    "pass_second_factor",
    "read_all_notices",
    "register_account",
    "remove_contact",
    "request_contact",
    "reset_second_factor",
    "reset_staff",
    "save_contact",
    "save_preferences",
    "save_profile",
    "sign_in",
    "sign_in_from_platform",
    "sign_out",
]
