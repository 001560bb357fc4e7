"""Accounts of the authorities: who stands below whom, opening, moving, switching off and on."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404

from accounts.audit import record
from accounts.divisions import jurisdiction_of
from accounts.enums import AUTHORITY_ROLES, DivisionLevel, Permission, Role
from accounts.models import Division, User
from accounts.notices import notify
from accounts.permissions import require
from accounts.recovery import invite, issue_reset_code
from accounts.steps import audited_account, tell_reset
from autoflow.common.errors import BusinessError

CITY_DIGITS = 4
GRANTABLE = {
    Role.CITY: (Role.COUNTY,),
    Role.PROVINCE: (Role.CITY, Role.COUNTY),
    Role.NATION: (Role.PROVINCE,),
    Role.ADMIN: (Role.NATION, Role.PROVINCE, Role.CITY, Role.COUNTY, Role.ADMIN),
}
BEYOND_SCOPE = "只能为下级机构开设或调整账号，角色和地区不能超出您的管辖范围。"


def officers_below(user):
    """The accounts this one manages: never itself, never its equals, never an auditor's."""
    below = User.objects.filter(role__in=GRANTABLE.get(user.role, ())).exclude(pk=user.pk)
    match user.role:
        case Role.PROVINCE:
            return below.filter(jurisdiction=user.jurisdiction_id)
        case Role.CITY:
            city = Q(division__code__startswith=user.division_id[:CITY_DIGITS])
            return below.filter(city, jurisdiction=user.jurisdiction_id)
    return below


def places_for(role):
    """The divisions where bodies of a role sit: one a province-level authority, a city, a county."""
    match role:
        case Role.CITY:
            return Division.objects.filter(level=DivisionLevel.CITY, is_placeholder=False)
        case Role.COUNTY:
            return Division.objects.filter(level=DivisionLevel.COUNTY, is_placeholder=False)
    return Division.objects.all()


def seat_of(role, division_code):
    """The place of a role as (division, jurisdiction), checked against each other; nothing for the nation."""
    if role not in AUTHORITY_ROLES - {Role.NATION}:
        return None, None
    division = places_for(role).filter(pk=division_code).first()
    if division is None:
        raise BusinessError("请选择与角色相符的地区：市级账号选市，县级账号选县（市、区）。")
    jurisdiction = jurisdiction_of(division.code)
    has_own_seat = division.code == jurisdiction.covers_prefix.ljust(6, "0")
    if has_own_seat != (role == Role.PROVINCE):
        raise BusinessError("该地区由省级机构（含计划单列市、兵团）受理，请选择与角色相符的地区。")
    return division, jurisdiction


def ensure_below(by, role, division, jurisdiction):
    """Nobody grants more than his own level and place."""
    allowed = role in GRANTABLE.get(by.role, ())
    if by.role in (Role.CITY, Role.PROVINCE):
        allowed = allowed and jurisdiction is not None and jurisdiction.pk == by.jurisdiction_id
    if by.role == Role.CITY:
        allowed = allowed and division.code.startswith(by.division_id[:CITY_DIGITS])
    if not allowed:
        raise PermissionDenied(BEYOND_SCOPE)


def open_officer(
    *, username, display_name, role, organisation, division_code, phone, email, by: User
) -> User:
    """Open an account below one's own; its owner chooses the password by a link sent to him."""
    with audited_account("account.open", user_id=None, by=by):
        require(by, Permission.ACCOUNT_MANAGE)
        division, jurisdiction = seat_of(role, division_code)
        ensure_below(by, role, division, jurisdiction)
        user = User(
            username=username,
            display_name=display_name,
            role=role,
            organisation=organisation,
            division=division,
            jurisdiction=jurisdiction,
            phone=phone,
            email=email,
        )
        user.set_unusable_password()
        _ensure_apart(user)
        _save_new(user)
        invite(user=user)
        summary = f"开设账号 {username}（{organisation}）"
        record("account.open", user, by=by, summary=summary, role=role, division=division_code)
        return user


def _save_new(user):
    try:
        user.full_clean()
        with transaction.atomic():
            user.save()
    except ValidationError as error:
        raise BusinessError("".join(error.messages)) from error
    except IntegrityError as error:
        raise BusinessError("该账号已存在。") from error


def _ensure_apart(user):
    """GB/T 22239: administrator and auditor are never one person."""
    if user.role != Role.ADMIN:
        return
    for auditor in User.objects.filter(role=Role.AUDITOR):
        if user.phone == auditor.phone or user.email.lower() == auditor.email.lower():
            raise BusinessError("系统管理员与审计员不得为同一人：手机号或邮箱与审计员账号相同。")


def _lock(user_id, by):
    """An account below, to be changed; everything else, oneself included, does not exist here."""
    require(by, Permission.ACCOUNT_MANAGE)
    return get_object_or_404(officers_below(by).select_for_update(of=("self",)), pk=user_id)


def move_officer(*, user_id: int, role: str, organisation: str, division_code: str, by: User) -> User:
    """Give an account below another role, body or place; its next request already works by them."""
    with audited_account("account.move", user_id=user_id, by=by):
        user = _lock(user_id, by)
        division, jurisdiction = seat_of(role, division_code)
        ensure_below(by, role, division, jurisdiction)
        before = {"role": user.role, "division": user.division_id}
        user.role, user.organisation = role, organisation
        user.division, user.jurisdiction = division, jurisdiction
        _ensure_apart(user)
        user.save(update_fields=["role", "organisation", "division", "jurisdiction"])
        now = {"role": role, "division": user.division_id}
        record("account.move", user, by=by, summary=f"调整账号 {user.username}", before=before, now=now)
        notify([user], title="账号已调整", text=f"{by.organisation}已将您的账号调整到{organisation}。")
        return user


def set_officer_active(*, user_id: int, is_active: bool, by: User) -> User:
    """Switch an account below off or on; switched off it is signed out at its next request."""
    action = "account.enable" if is_active else "account.disable"
    with audited_account(action, user_id=user_id, by=by):
        user = _lock(user_id, by)
        user.is_active = is_active
        user.save(update_fields=["is_active"])
        record(action, user, by=by, summary=f"{'启用' if is_active else '停用'}账号 {user.username}")
        return user


def reset_officer_password(*, user_id: int, by: User) -> User:
    """Make the password of an account below dead and send its owner a one-time code."""
    with audited_account("account.reset", user_id=user_id, by=by):
        user = _lock(user_id, by)
        if not user.is_active:
            raise BusinessError("账号已停用，请先启用再重置密码。")
        issue_reset_code(user=user, by=by)
        tell_reset(user, by=by)
        return user
