"""One's own password."""

from django.db import transaction

from accounts.audit import record
from accounts.guessing import own_password
from accounts.models import User
from accounts.notices import notify
from accounts.recovery import replace_password
from autoflow.common.errors import BusinessError


def change_password(*, by: User, old_password: str, new_password: str, address: str) -> User:
    """Replace one's own password; every other session of the account ends by it."""
    with own_password(by, old_password, address), transaction.atomic():
        user = User.objects.select_for_update(of=("self",)).get(pk=by.pk)
        if user.check_password(new_password):
            raise BusinessError("新密码不能与原密码相同，请换一个。")
        replace_password(user, new_password)
        notify(
            [user],
            title="登录密码已修改",
            text="您的登录密码刚刚修改。如非本人操作，请立即找回密码并联系当地商务主管部门。",
            url="/accounts/profile/",
            always_mail=True,
        )
        record("account.password", user, by=user)
    return user
