"""Addresses of the accounts."""

from django.urls import path

from accounts.enums import Channel
from accounts.views import (
    contacts,
    inbox,
    platform,
    profile,
    recovery,
    registration,
    second_factor,
    sessions,
    staff,
)

app_name = "accounts"
urlpatterns = [
    path("login/", sessions.sign_in, name="login"),
    path("logout/", sessions.sign_out, name="logout"),
    path("second-factor/", second_factor.second_factor, name="second-factor"),
    path("second-factor/begin/", second_factor.begin, name="second-factor-begin"),
    path("platform/", platform.start, name="platform-start"),
    path("platform/return/", platform.come_back, name="platform-return"),
    path("register/", registration.register, name="register"),
    path("divisions/", registration.divisions, name="division-list"),
    path("privacy/", registration.privacy, name="privacy"),
    path("password/reset/", recovery.start, name="recovery"),
    path("password/reset/code/", recovery.enter_code, name="recovery-code"),
    path("password/reset/new/", recovery.new_password, name="recovery-password"),
    path("password/reset/link/<str:token>/", recovery.follow_link, name="recovery-link"),
    path("profile/", profile.profile, name="profile"),
    path("profile/edit/", profile.edit, name="profile-edit"),
    path("profile/password/", profile.change_password, name="password-change"),
    path("profile/phone/", profile.change_contact, {"channel": Channel.SMS}, name="phone-change"),
    path("profile/email/", profile.change_contact, {"channel": Channel.MAIL}, name="email-change"),
    path("profile/contact/", profile.confirm_contact, name="contact-confirm"),
    path("profile/preferences/", profile.preferences, name="preferences-save"),
    path("inbox/", inbox.notices, name="inbox"),
    path("inbox/read/", inbox.read_all, name="inbox-read"),
    path("inbox/<int:notice_id>/", inbox.open_notice, name="notice-open"),
    path("staff/", staff.staff, name="staff-list"),
    path("staff/<int:staff_id>/disable/", staff.disable, name="staff-disable"),
    path("staff/<int:staff_id>/enable/", staff.enable, name="staff-enable"),
    path("staff/<int:staff_id>/reset/", staff.reset, name="staff-reset"),
    path("contacts/", contacts.contact_list, name="contact-list"),
    path("contacts/<int:contact_id>/", contacts.contact_edit, name="contact-edit"),
    path("contacts/<int:contact_id>/remove/", contacts.contact_remove, name="contact-remove"),
]
