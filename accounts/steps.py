"""What every service on somebody else's account does around its own step."""

from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404

from accounts.audit import record
from accounts.enums import Outcome
from accounts.models import User
from accounts.notices import notify
from autoflow.common.errors import BusinessError


@contextmanager
def audited_account(action, *, user_id, by):
    """One transaction; when it is refused, also for a foreign account, the attempt stays in the trail."""
    try:
        with transaction.atomic():
            yield
    except (BusinessError, PermissionDenied, Http404) as error:
        target = User(pk=user_id) if user_id else None
        record(action, target, by=by, outcome=Outcome.REFUSED, summary=_said(error))
        raise


def _said(error):
    return "不在管理范围内" if isinstance(error, Http404) else str(error)


def tell_reset(user, *, by):
    """The owner of an account hears that somebody else reset its password."""
    sent = f"{by.organisation}已为您重置密码，设置新密码的链接发到了登记的手机和邮箱。"
    text = f"{sent}不是您申请的，请立即联系该机构。"
    notify([user], title="密码已被重置", text=text, always_mail=True)
