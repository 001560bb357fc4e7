"""What a province, and for the nation the ministry, switches."""

from django.db import transaction

from accounts.audit import record
from accounts.enums import Permission, Role
from accounts.models import User
from accounts.permissions import require
from filing.models import ProvinceSetting


@transaction.atomic
def set_reporting_switch(*, reports_while_changed: bool, by: User) -> ProvinceSetting:
    """Whether enterprises report on their version in force while a change waits or came back: for one's own
    province, or for the ministry where a province says nothing.
    """
    require(by, Permission.POLICY_SET)
    jurisdiction = None if by.role == Role.NATION else by.jurisdiction_id
    setting, _ = ProvinceSetting.objects.update_or_create(
        jurisdiction_id=jurisdiction,
        defaults={"reports_while_changed": reports_while_changed, "set_by": by},
    )
    facts = {"jurisdiction": jurisdiction, "reports_while_changed": reports_while_changed}
    record("policy.switch", setting, by=by, **facts)
    return setting
