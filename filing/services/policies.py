"""What a province, and for the nation the ministry, decides about confirming: levels and switches."""

from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from accounts.divisions import jurisdiction_of
from accounts.enums import Permission, Role
from accounts.models import Division, Jurisdiction, User
from accounts.permissions import require
from autoflow.common.errors import BusinessError
from filing.enums import ConfirmLevel, EnterpriseGroup
from filing.models import ConfirmPolicy, ProvinceSetting

SWITCHES = ("workdays_to_confirm", "reports_while_changed", "brokers_may_report")


def draft_policy(*, division_prefix: str, enterprise_group: str, level: str, day: date | None, by: User):
    """A row as it would be saved now, not saved yet: what the preview reckons with."""
    require(by, Permission.POLICY_SET)
    now = timezone.now()
    start = timezone.make_aware(datetime.combine(day, time.min)) if day else now
    if day and day < timezone.localdate(now):
        raise BusinessError("生效日期不能早于今天；已经提交的备案不受新设置影响。")
    jurisdiction = None if by.role == Role.NATION else by.jurisdiction
    if level not in ConfirmLevel.values or enterprise_group not in {"", *EnterpriseGroup.values}:
        raise BusinessError("请选择确认层级和企业类别。")
    _ensure_own_place(jurisdiction, division_prefix)
    return ConfirmPolicy(
        jurisdiction=jurisdiction,
        division_prefix=division_prefix,
        enterprise_group=enterprise_group,
        level=level,
        effective_from=max(start, now),
        set_by=by,
    )


def _ensure_own_place(jurisdiction, prefix):
    """A province sets what lies in its own area, and the ministry no single place."""
    is_own = not prefix
    if jurisdiction is not None:
        division = Division.objects.filter(pk=prefix.ljust(6, "0")).first()
        fits = division is not None and prefix.startswith(jurisdiction.covers_prefix)
        is_own = fits and jurisdiction_of(division.code) == jurisdiction
    if not is_own:
        raise BusinessError("只能设置本辖区内的地区。")


@transaction.atomic
def set_policy(
    *, division_prefix: str, enterprise_group: str, level: str, day: date | None, by: User
) -> ConfirmPolicy:
    """Say who confirms from a moment on; earlier rows stay as they were and so do cases already running."""
    facts = {"division_prefix": division_prefix, "enterprise_group": enterprise_group, "level": level}
    policy = draft_policy(**facts, day=day, by=by)
    list(Jurisdiction.objects.select_for_update().filter(pk=policy.jurisdiction_id))
    rows = ConfirmPolicy.objects.filter(
        jurisdiction=policy.jurisdiction_id, effective_from__lte=policy.effective_from
    )
    rows = rows.filter(division_prefix=division_prefix, enterprise_group=enterprise_group)
    before = rows.order_by("effective_from", "pk").last()
    if before is not None and before.level == level:
        raise BusinessError(f"该地区和企业类别届时已是{before.get_level_display()}确认，无需重复设置。")
    policy.save()
    day = timezone.localdate(policy.effective_from).isoformat()
    record("policy.set", policy, by=by, **facts, jurisdiction=policy.jurisdiction_id, effective_on=day)
    return policy


@transaction.atomic
def save_setting(
    *, workdays_to_confirm: int, reports_while_changed: bool, brokers_may_report: bool, by: User
) -> ProvinceSetting:
    """Keep the switches of one's province, or for the ministry those of provinces that set none."""
    require(by, Permission.POLICY_SET)
    jurisdiction_id = None if by.role == Role.NATION else by.jurisdiction_id
    now = {
        "workdays_to_confirm": workdays_to_confirm,
        "reports_while_changed": reports_while_changed,
        "brokers_may_report": brokers_may_report,
    }
    list(Jurisdiction.objects.select_for_update().filter(pk=jurisdiction_id))
    held = ProvinceSetting.objects.of(jurisdiction_id)
    before = {name: getattr(held, name) for name in SWITCHES}
    setting, _ = ProvinceSetting.objects.update_or_create(
        jurisdiction_id=jurisdiction_id, defaults={**now, "set_by": by}
    )
    record("policy.switch", setting, by=by, jurisdiction=jurisdiction_id, before=before, now=now)
    return setting
