"""What an account has to do before anything else."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.enums import OFFICIAL_ROLES

SHOWN = "second_factor"


def must_show_second_factor(request) -> bool:
    """Whether this session is only half open: the password was right, the second factor is still missing."""
    user = request.user
    needed = settings.MFA_REQUIRED and user.role in OFFICIAL_ROLES
    return needed and request.session.get(SHOWN) != user.pk


def first_duty(request) -> str:
    """The page this session has to see first, empty when all is done."""
    if must_show_second_factor(request):
        return "accounts:second-factor"
    return "accounts:password-change" if password_duty(request.user) else ""


def password_duty(user) -> str:
    """Why the password has to be changed now, empty when it need not."""
    if user.must_change_password:
        return "首次登录请先修改密码。"
    if not settings.PASSWORD_MAX_DAYS or user.role not in OFFICIAL_ROLES:
        return ""
    changed_at = user.password_changed_at or user.created_at
    if timezone.now() - changed_at > timedelta(days=settings.PASSWORD_MAX_DAYS):
        return f"密码已使用超过 {settings.PASSWORD_MAX_DAYS} 天，请先修改密码。"
    return ""
