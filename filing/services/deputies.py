"""Stand-ins: naming the officer who decides while another one is away, and ending it early."""

from datetime import date

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.notices import notify
from accounts.officers import officers_below
from accounts.permissions import require
from autoflow.common.errors import BusinessError, ConflictError
from filing.deputies import candidates_for
from filing.models import Deputy

MOST_DAYS = 90


@transaction.atomic
def set_deputy(
    *, absent_id: int, deputy_id: int, starts_on: date, ends_on: date, reason: str, by: User
) -> Deputy:
    """Name who decides for an officer's body from one day to another: for oneself, or for one below."""
    require(by, Permission.DEPUTY_SET)
    if absent_id != by.pk:
        get_object_or_404(officers_below(by), pk=absent_id)
    absent = (
        User.objects.select_for_update(of=("self",))
        .select_related("division", "jurisdiction")
        .get(pk=absent_id)
    )
    deputy = candidates_for(absent).filter(pk=deputy_id).first()
    if deputy is None:
        raise BusinessError("只能请同一机构、直接上级机构或同级相邻机构的在用账号代办。")
    _ensure_days(absent, starts_on, ends_on)
    row = Deputy.objects.create(
        absent=absent,
        role=absent.role,
        division_code=absent.division_id,
        deputy=deputy,
        deputy_role=deputy.role,
        deputy_division_code=deputy.division_id,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason.strip(),
        set_by=by,
    )
    record("deputy.set", row, by=by, absent=absent.pk, deputy=deputy.pk, days=[f"{starts_on}", f"{ends_on}"])
    text = f"{starts_on}至{ends_on}，由{deputy}代{absent}办理备案确认。"
    notify([absent, deputy], title="代办安排", text=text)
    return row


def _ensure_days(absent, starts_on, ends_on):
    if starts_on < timezone.localdate():
        raise BusinessError("开始日期不能早于今天。")
    if ends_on < starts_on:
        raise BusinessError("结束日期不能早于开始日期。")
    if (ends_on - starts_on).days >= MOST_DAYS:
        raise BusinessError(f"一次代办最长 {MOST_DAYS} 天，到期仍需代办的请再次安排。")
    if absent.deputies.standing().filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise BusinessError("这段日期内已安排了代办，请先结束原来的安排。")


@transaction.atomic
def end_deputy(*, deputy_id: int, by: User) -> Deputy:
    """End a stand-in before its last day: by the absent officer, the stand-in, or whoever may set it."""
    require(by, Permission.DEPUTY_SET)
    found = get_object_or_404(Deputy.objects.visible_to(by), pk=deputy_id)
    row = Deputy.objects.select_for_update(of=("self",)).select_related("absent", "deputy").get(pk=found.pk)
    if not may_end(by, row):
        raise BusinessError("只有被代办人、代办人或上级机构可以结束代办。")
    if row.ended_at or row.ends_on < timezone.localdate():
        raise ConflictError("该代办已结束。")
    row.ended_at, row.ended_by = timezone.now(), by
    row.save(update_fields=["ended_at", "ended_by"])
    record("deputy.end", row, by=by, absent=row.absent_id, deputy=row.deputy_id)
    text = f"{row.deputy}代{row.absent}办理备案确认的安排已提前结束。"
    notify([row.absent, row.deputy], title="代办已结束", text=text)
    return row


def may_end(user, row) -> bool:
    """The two it concerns, and the authorities above the absent officer."""
    return user.pk in (row.absent_id, row.deputy_id) or officers_below(user).filter(pk=row.absent_id).exists()
