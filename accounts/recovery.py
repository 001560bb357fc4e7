"""One-time codes that let the owner of an account choose a new password."""

import hashlib
import secrets
from datetime import timedelta
from functools import partial

from django.core.cache import cache
from django.core.mail import send_mail
from django.db import transaction

from accounts.models import User

CODE_LASTS = timedelta(minutes=20)


def issue_reset_code(*, user: User, by: User | None = None) -> None:
    """Make the old password dead, and with it every session, and send a new code to what is registered."""
    code = f"{secrets.randbelow(10**8):08d}"
    user.set_unusable_password()
    user.save(update_fields=["password"])
    digest = hashlib.sha256(code.encode()).hexdigest()
    cache.set(f"reset-code:{user.pk}", digest, CODE_LASTS.total_seconds())
    text = f"您的账号 {user.username} 的一次性验证码：{code}，20 分钟内有效，只能使用一次。"
    if user.email:
        send = partial(send_mail, "重置密码", text, None, [user.email])
        transaction.on_commit(send, robust=True)
