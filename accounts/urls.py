"""Addresses of the accounts."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.sign_in, name="login"),
    path("logout/", views.sign_out, name="logout"),
    path("register/", views.register, name="register"),
    path("divisions/", views.divisions, name="division-list"),
    path("profile/", views.profile, name="profile"),
    path("profile/password/", views.change_password, name="password-change"),
    path("profile/preferences/", views.preferences, name="preferences-save"),
    path("privacy/", views.privacy, name="privacy"),
]
