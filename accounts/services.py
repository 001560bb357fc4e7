"""Every write on accounts: registration, sign-in and its limits, preferences."""

from datetime import timedelta

from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import record
from accounts.divisions import jurisdiction_of
from accounts.enums import Outcome, Role
from accounts.models import Division, SignInFailure, User
from autoflow.common.crypto import blind_index
from autoflow.common.errors import BusinessError, TooManyRequests

WINDOW = timedelta(minutes=15)
TRIES_PER_NAME_AND_ADDRESS = 5
ADDRESS_WINDOW = timedelta(hours=1)
TRIES_PER_ADDRESS = 100


@transaction.atomic
def register_account(
    *, enterprise_name, uscc, division: Division, phone, email, password, address=None
) -> User:
    """Open an enterprise account, named by its credit code; the service itself is opened afterwards
    («增加应用»).
    """
    user = User(
        username=uscc,
        role=Role.MANAGER,
        organisation=enterprise_name,
        uscc=uscc,
        division=division,
        jurisdiction=jurisdiction_of(division.code),
        phone=phone,
        email=email,
    )
    user.set_password(password)
    try:
        user.full_clean(exclude=["password"])
        with transaction.atomic():
            user.save()
    except (ValidationError, IntegrityError) as error:
        raise BusinessError(
            "该统一社会信用代码已注册账号，请直接登录；忘记密码请联系当地商务主管部门重置。"
        ) from error
    record("account.register", user, by=user, address=address, division=division.code)
    return user


@transaction.atomic
def open_account(*, username, role, organisation, division, jurisdiction, password) -> User:
    """Open an account of an authority, an administrator or an auditor, from the command line of the
    operator.
    """
    user = User(
        username=username, role=role, organisation=organisation, division=division, jurisdiction=jurisdiction
    )
    user.set_password(password)
    try:
        user.full_clean()
    except ValidationError as error:
        raise BusinessError("".join(error.messages)) from error
    user.save()
    record("account.open", user, role=role)
    return user


def _name_key(name):
    return blind_index("sign-in", name.strip().lower())


def _refuse_guessing(name_key, address):
    now = timezone.now()
    recent = SignInFailure.objects.filter(address=address, at__gt=now - ADDRESS_WINDOW)
    of_name = recent.filter(name_key=name_key, at__gt=now - WINDOW).count()
    if of_name >= TRIES_PER_NAME_AND_ADDRESS or recent.count() >= TRIES_PER_ADDRESS:
        raise TooManyRequests("登录失败次数过多，请 15 分钟后再试；忘记密码请联系当地商务主管部门重置。")


def sign_in(*, username: str, password: str, address: str) -> User:
    """The account of this name and password, or a refusal that does not tell which of the two was wrong."""
    name_key = _name_key(username)
    _refuse_guessing(name_key, address)
    user = authenticate(username=username, password=password)
    if user is None:
        SignInFailure.objects.create(name_key=name_key, address=address)
        record("account.sign-in", outcome=Outcome.REFUSED, address=address)
        raise BusinessError("账号或密码不正确，请核对后重试。连续输错 5 次需等待 15 分钟。")
    with transaction.atomic():
        SignInFailure.objects.filter(name_key=name_key, address=address).delete()
        User.objects.filter(pk=user.pk).update(last_login=timezone.now())
        record("account.sign-in", user, by=user, address=address)
    return user


@transaction.atomic
def sign_out(*, by: User, address=None):
    """Leave a trace of the sign-out; the caller ends the session."""
    record("account.sign-out", by, by=by, address=address)


@transaction.atomic
def change_password(*, by: User, old_password: str, new_password: str):
    """Replace one's own password; every other session of the account ends by it."""
    user = User.objects.select_for_update().get(pk=by.pk)
    if not user.check_password(old_password):
        raise BusinessError("原密码不正确，请重新输入。")
    user.set_password(new_password)
    user.save(update_fields=["password"])
    record("account.password", user, by=user)
    return user


@transaction.atomic
def save_preferences(*, by: User, has_large_type: bool):
    """Keep how the person wants to read the pages."""
    User.objects.filter(pk=by.pk).update(has_large_type=has_large_type)
    record("account.preferences", by, by=by, has_large_type=has_large_type)
