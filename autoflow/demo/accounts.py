"""The demo accounts and the filings of their enterprises, through the same services as every other filing."""

from datetime import datetime, time, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from accounts.enums import ENTERPRISE_ROLES, Role
from accounts.models import Contact, User
from autoflow.demo import names
from autoflow.demo.content import Profile, authorization, authorized_line, unauthorized_line, written
from autoflow.demo.pictures import pictures_of
from filing.models import ConfirmPolicy, Filing
from filing.services import (
    confirm_filing,
    open_service,
    return_filing,
    save_draft,
    start_filing,
    submit_filing,
)
from filing.workdays import decision_due

TYPES = {"oem": "A1", "market": "B1", "usedcar": "B2"}
WITHOUT_FILING = {"newdealer"}
NUMBERS = {account.username: number for number, account in enumerate(DEMO_ACCOUNTS, start=1)}
CONFIRMED = ("oem", "dealer", "market", "usedcar", "nbdealer", "changed")
CONFIRMERS = {"330106": "xihu", "330203": "ningbo"}
BRANDS = {"oem": ("吉利",), "dealer": ("吉利", "比亚迪")}
RETURNED_FOR = {
    "established_on": ("LICENCE_MISMATCH", "执照上的日期早一年"),
    "licence_duplicate_image": ("IMAGE_INCOMPLETE", "右下角的登记机关看不到"),
}


def load_accounts():
    """The accounts of the first screen, all with the one public password, hashed once."""
    password, random = make_password(DEMO_PASSWORD), Random("accounts")
    created = User.objects.bulk_create(
        User(
            username=account.username,
            display_name=names.person_name(random),
            role=account.role,
            organisation=account.organisation,
            uscc=uscc_of(account),
            division_id=account.division_code or None,
            jurisdiction_id=account.jurisdiction_code or None,
            phone=names.mobile(NUMBERS[account.username]),
            email=f"{account.username}@example.com",
            password=password,
        )
        for account in DEMO_ACCOUNTS
    )
    return {user.username: user for user in created}


def load_contacts():
    """A telephone at each authority of the demo accounts; the numbers belong to nobody."""
    provinces = [account for account in DEMO_ACCOUNTS if account.role == Role.PROVINCE]
    Contact.objects.bulk_create(
        Contact(
            jurisdiction_id=account.jurisdiction_code,
            name=f"{account.organisation}（备案和政策问题）",
            phone=f"0000-000000{number}",
            hours="工作日 9:00–17:00",
        )
        for number, account in enumerate(provinces, start=1)
    )


def uscc_of(account):
    if account.role not in ENTERPRISE_ROLES:
        return ""
    return names.uscc_of(account.division_code, NUMBERS[account.username])


def load_filings(plan, users, brands):
    """Every enterprise account but the new one files; who confirms in the county is settled before."""
    set_policy(plan, users["zhejiang"])
    filing_users = [
        user for user in users.values() if user.role == Role.MANAGER and user.username not in WITHOUT_FILING
    ]
    for user in filing_users:
        file(plan, user, users, brands)


def set_policy(plan, province):
    """浙江 leaves 西湖区 to the county."""
    ConfirmPolicy.objects.create(
        jurisdiction_id=province.jurisdiction_id,
        division_prefix="330106",
        level="COUNTY",
        effective_from=moment(plan.today - timedelta(days=3_650)),
        set_by=province,
    )


def file(plan, user, users, brands):
    """From «增加应用» to the state the account is there to show."""
    in_force = user.username in CONFIRMED
    days_ago = plan.months * 31 + 30 + 3 * NUMBERS[user.username] if in_force else 2
    submitted_on = plan.today - timedelta(days=days_ago)
    officer = users[CONFIRMERS[user.division_id]]
    filing = hand_in(user, content_of(user, submitted_on, users, brands))
    if in_force:
        confirm_filing(filing_id=filing.pk, content_hash=filing.content_hash, by=officer)
        move(filing, submitted_on, decided_on=submitted_on + timedelta(days=2))
    if user.username == "waiting":
        move(filing, submitted_on)
    if user.username == "returned":
        decision = {"content_hash": filing.content_hash, "fields": [*RETURNED_FOR], "reasons": RETURNED_FOR}
        return_filing(filing_id=filing.pk, **decision, by=officer)
        move(filing, plan.today - timedelta(days=6), decided_on=plan.today - timedelta(days=3))
    if user.username == "changed":
        move(change(user), plan.today - timedelta(days=1))


def content_of(user, submitted_on, users, brands):
    """What the enterprise files; the dealer sells the maker's brand on contract and another one without."""
    profile = Profile(
        number=NUMBERS[user.username],
        name=user.organisation,
        uscc=user.uscc,
        types=(TYPES.get(user.username, "A3"),),
        division=user.division,
        jurisdiction_code=user.jurisdiction_id,
        established_on=submitted_on - timedelta(days=40),
    )
    dealer, oem = users["dealer"], users["oem"]
    own = [pair for name in BRANDS.get(user.username, ()) for pair in brands if pair.brand.name == name]
    content = written(profile, Random(user.username), brands)
    if user is oem:
        made = authorized_line(profile, own[0], supplier=oem.organisation)
        grantee = (dealer.organisation, dealer.uscc, dealer.division)
        content.brand_lines, content.authorization_lines = [made], [authorization(profile, made, grantee)]
    if user is dealer:
        granted = authorized_line(profile, own[0], supplier=oem.organisation)
        content.brand_lines = [granted | {"supplier_uscc": oem.uscc}, unauthorized_line(profile, own[1])]
    content.values |= pictures_of(content.values)
    return content


def hand_in(user, content):
    open_service(by=user)
    filing = start_filing(by=user)
    rows = {name: getattr(content, name) for name in ("brand_lines", "authorization_lines", "residents")}
    filing = save_draft(
        filing_id=filing.pk, revision=filing.revision, values=content.values, rows=rows, by=user
    )
    return submit_filing(filing_id=filing.pk, revision=filing.revision, by=user)


def change(user):
    """The enterprise grew: more people, a larger site, the declarations made anew."""
    filing = start_filing(by=user)
    values = {
        "employee_count": filing.employee_count + 25,
        "business_area": filing.business_area + 1_500,
        "showroom_area": filing.showroom_area + 400,
        "image_sync_acknowledged": True,
        "truth_declared": True,
    }
    filing = save_draft(filing_id=filing.pk, revision=filing.revision, values=values, by=user)
    return submit_filing(filing_id=filing.pk, revision=filing.revision, by=user)


def move(filing, submitted_on, decided_on=None):
    """Put a version to the days it was handed in and decided."""
    submitted_at = moment(submitted_on)
    moments = {"submitted_at": submitted_at, "due_at": decision_due(submitted_at)}
    if decided_on:
        moments["decided_at"] = moment(decided_on)
    Filing.objects.filter(pk=filing.pk).update(**moments)


def moment(day):
    """A minute of the morning, another one each day."""
    return timezone.make_aware(datetime.combine(day, time(10, day.toordinal() * 7 % 60)))
