"""Opening accounts: an enterprise its own, the operator those of authorities."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import record
from accounts.divisions import jurisdiction_of
from accounts.enums import Outcome, Role
from accounts.models import AuditRecord, Division, User
from accounts.notices import notify
from autoflow.common.errors import BusinessError, TooManyRequests

WINDOW = timedelta(hours=1)
TAKEN_PER_ADDRESS = 5
TOLD_AGAIN_AFTER = timedelta(days=1)
TAKEN = "该统一社会信用代码已注册账号，请直接登录；忘记密码可在登录页找回，或联系当地商务主管部门重置。"


def register_account(
    *, enterprise_name, uscc, division: Division, phone, email, password, address=None
) -> User:
    """Open an enterprise account, named by its credit code; the service itself is opened afterwards
    («增加应用»). One address hears only a few times an hour that a code is taken.
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
        password_changed_at=timezone.now(),
    )
    user.set_password(password)
    _refuse_probing(address)
    try:
        with transaction.atomic():
            user.full_clean(exclude=["password"])
            user.save()
            record("account.register", user, by=user, address=address, division=division.code)
    except (ValidationError, IntegrityError) as error:
        _note_attempt(uscc, address)
        raise BusinessError(TAKEN) from error
    return user


def _attempts(**more):
    return AuditRecord.objects.filter(action="account.register", outcome=Outcome.REFUSED, **more)


def _refuse_probing(address):
    """Whoever tries codes in bulk to learn which are registered."""
    recent = _attempts(address=address, at__gt=timezone.now() - WINDOW)
    if address and recent[:TAKEN_PER_ADDRESS].count() >= TAKEN_PER_ADDRESS:
        raise TooManyRequests("本网络注册失败次数过多，请一小时后再试，或联系当地商务主管部门。")


@transaction.atomic
def _note_attempt(uscc, address):
    """The attempt is kept, and the manager of the code hears of it once a day."""
    owner = User.objects.filter(role=Role.MANAGER, uscc=uscc).first()
    told = owner is not None and _attempts(object_id=owner.pk, at__gt=timezone.now() - TOLD_AGAIN_AFTER)
    if owner is not None and not told.exists():
        notify(
            [owner],
            title="有人用本企业的信用代码注册账号",
            text="该注册没有成功。如是本企业人员，请用现有账号登录，或在“经办人员”里邀请；如不知情，请联系当地商务主管部门。",
            url="/accounts/staff/",
        )
    record("account.register", owner, outcome=Outcome.REFUSED, address=address)


@transaction.atomic
def open_account(*, username, role, organisation, division, jurisdiction, password) -> User:
    """Open an account of an authority, an administrator or an auditor, from the command line of the
    operator; its owner chooses another password at the first sign-in.
    """
    user = User(
        username=username,
        role=role,
        organisation=organisation,
        division=division,
        jurisdiction=jurisdiction,
        password_changed_at=timezone.now(),
        must_change_password=True,
    )
    user.set_password(password)
    try:
        user.full_clean()
    except ValidationError as error:
        raise BusinessError("".join(error.messages)) from error
    user.save()
    record("account.open", user, role=role)
    return user
