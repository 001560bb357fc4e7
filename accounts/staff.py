"""The operators of an enterprise as its manager sees them."""

from dataclasses import dataclass

from accounts.models import User
from autoflow.common.identifiers import mask_phone


@dataclass(frozen=True)
class StaffRow:
    """One operator: who, how he is reached, and whether he can sign in."""

    user: User
    phone: str
    state: str
    state_label: str

    @property
    def name(self):
        return self.user.display_name or self.user.username

    @property
    def titles(self):
        """What each step is asked about by name."""
        return {
            "invite": f"重新邀请{self.name}",
            "reset": f"重置{self.name}的密码",
            "disable": f"停用{self.name}的账号",
        }


def staff_rows(manager):
    """All operators of the manager's enterprise, those at work first."""
    found = User.objects.staff_of(manager).order_by("-is_active", "username")
    return [StaffRow(user, mask_phone(user.phone), *_state(user)) for user in found]


def _state(user):
    if not user.is_active:
        return "DISABLED", "已停用"
    if user.is_invited:
        return "PENDING", "待设置密码"
    return "DONE", "正常"
