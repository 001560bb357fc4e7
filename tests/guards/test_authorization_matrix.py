"""Every address × every role × own and foreign objects, from the resolver: nothing is open that the table
does not open.
"""

from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.models import Contact
from filing.models import BulkConfirm, Enterprise
from reporting.models import LatePermission, Obligation, Report
from tests.factories import (
    CancellationFactory,
    DeputyFactory,
    FilingFactory,
    ImportBatchFactory,
    NoticeFactory,
    PushMessageFactory,
    TradeFactory,
    UserFactory,
)
from tests.guards import matrix
from tests.sessions import signed_in
from usedcar.models import Correction, Release

ROLES = ["manager", "operator", "county", "city", "province", "nation", "admin", "auditor"]
UNUSED = 999_999


def addresses(resolver=None, namespace=""):
    """Every named address with the names of its arguments."""
    for entry in (resolver or get_resolver()).url_patterns:
        if hasattr(entry, "url_patterns"):
            yield from addresses(entry, f"{entry.namespace}:" if entry.namespace else namespace)
        else:
            yield f"{namespace}{entry.name}", tuple(entry.pattern.converters)


ADDRESSES = sorted(addresses())
STRANGERS = {"manager": "manager", "ningbo": "province", "jiangsu": "province"}
FOREIGN = [
    (name, arguments, strangers)
    for name, arguments in ADDRESSES
    if set(arguments) - {"slot", "version", "token", "form", "period"}
    and (strangers := [who for who, role in STRANGERS.items() if role in matrix.ALLOWED[name]])
]


@pytest.mark.django_db  # so that the database is made also when this file runs alone
def test_every_address_stands_in_the_table():
    assert {name for name, _ in ADDRESSES} == (
        matrix.PUBLIC | matrix.STEPS_OF_PUBLIC_PATHS | matrix.ALLOWED.keys()
    )


@contextmanager
def undone():
    """What happens inside never was, so that one world serves every role."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def database(django_db_setup, django_db_blocker):
    """One transaction for all addresses; nothing of it stays."""
    with django_db_blocker.unblock(), undone():
        yield


@pytest.fixture(scope="module")
def world(database):
    """A confirmed used-car dealer with its filing, a trade and an import; an officer with a stand-in."""
    filing = FilingFactory(confirmed=True, verify_token="a-token-nobody-can-guess-by-hand")
    Enterprise.objects.filter(pk=filing.enterprise_id).update(types=["B2"])
    enterprise = Enterprise.objects.get(pk=filing.enterprise_id)
    trade = TradeFactory(enterprise=enterprise)
    batch = ImportBatchFactory(enterprise=enterprise, checked=True)
    report = Report.objects.create(
        usual_locks_at=timezone.now() + timedelta(days=1),
        enterprise=enterprise,
        form="newcar_monthly",
        period="2026-10-01",
        jurisdiction_code=enterprise.jurisdiction_code,
        division_code=enterprise.division_code,
        created_by=enterprise.staff.first(),
    )
    permission = LatePermission.objects.create(
        enterprise=enterprise,
        form="newcar_monthly",
        period="2026-10-01",
        jurisdiction_code=enterprise.jurisdiction_code,
        division_code=enterprise.division_code,
    )
    owed = Obligation.objects.create(
        enterprise=enterprise,
        form="newcar_monthly",
        period="2026-10-01",
        jurisdiction_code=enterprise.jurisdiction_code,
        division_code=enterprise.division_code,
    )
    officer = UserFactory(county=True)
    deputy = DeputyFactory(absent=officer)
    shown = {"filing": filing, "enterprise": enterprise, "trade": trade, "batch": batch}
    shown |= {"report": report}
    shown |= {
        "correction": Correction.objects.create(
            trade_number=trade.pk,
            enterprise=enterprise,
            vin=trade.vin,
            traded_on=trade.traded_on,
            reason="金额录入有误",
            asked_by=enterprise.staff.first(),
        )
    }
    shown |= {
        "release": Release.objects.create(
            enterprise=enterprise,
            vin=trade.vin,
            traded_on=trade.traded_on,
            seller_id_key=b"key",
            seller_id_mask="110***",
            reason="继承所得三辆",
            asked_by=enterprise.staff.first(),
        )
    }
    shown |= {"report": report, "permission": permission, "obligation": owed}
    shown |= {"user": officer, "deputy": deputy}
    shown |= {"push": PushMessageFactory(filing=filing)}
    shown |= {"operator": UserFactory(operator=True, uscc=enterprise.uscc)}
    shown |= {"notice": NoticeFactory(recipient=enterprise.staff.first())}
    shown |= {"bulk": BulkConfirm.objects.create(by=filing.decided_by, key=uuid4())}
    shown |= {"wish": CancellationFactory(enterprise=enterprise)}
    return shown


def person(role, world):
    if role in matrix.ENTERPRISE:
        user = UserFactory(operator=True) if role == "operator" else world["enterprise"].staff.first()
        world["enterprise"].staff.add(user)
        return user
    return UserFactory(**{role: True})


def stranger(who):
    """Somebody of a role that is let in, whose area or enterprise is another."""
    if who != "manager":
        return UserFactory(**{who: True})
    other = FilingFactory(confirmed=True)
    Enterprise.objects.filter(pk=other.enterprise_id).update(types=["B2"])
    return other.enterprise.staff.first()


@pytest.fixture(scope="module")
def sessions(world):
    """The session of somebody of each role, and of the strangers."""
    people = {role: person(role, world) for role in ROLES} | {
        f"foreign {who}": stranger(who) for who in STRANGERS
    }
    return {who: signed_in(user).session.session_key for who, user in people.items()}


def at_browser(session):
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


def url_of(name, arguments, world, key=None):
    values = {
        "filing_id": key or world["filing"].pk,
        "trade_id": key or world["trade"].pk,
        "correction_id": key or world["correction"].pk,
        "release_id": key or world["release"].pk,
        "export_id": key or 0,
        "filter_id": key or 0,
        "batch_id": key or world["batch"].pk,
        "report_id": key or world["report"].pk,
        "enterprise_id": key or world["enterprise"].pk,
        "user_id": key or world["user"].pk,
        "deputy_id": key or world["deputy"].pk,
        "push_id": key or world["push"].pk,
        "staff_id": key or world["operator"].pk,
        "notice_id": key or world["notice"].pk,
        "contact_id": key or Contact.objects.get().pk,
        "bulk_id": key or world["bulk"].pk,
        "request_id": key or world["wish"].pk,
        "permission_id": key or world["permission"].pk,
        "obligation_id": key or world["obligation"].pk,
        "form": "newcar_monthly",
        "period": "2026-10",
        "version": 1,
        "slot": "seal_image",
        "token": "A" * 43 if name.startswith("accounts:") else world["filing"].verify_token,
        "kind": "brand",
        "entry_id": key or world["filing"].brand_lines.get().brand_id,
        "load_id": key or UNUSED,
        "row_no": 3,
        "sha256": "0" * 64,
    }
    return reverse(name, kwargs={argument: values[argument] for argument in arguments})


def call(client, name, url):
    return client.post(url) if name in matrix.POST_ONLY else client.get(url)


@pytest.mark.parametrize(("name", "arguments"), ADDRESSES)
def test_a_stranger_is_sent_to_sign_in(client, world, name, arguments):
    with undone():
        answer = call(client, name, url_of(name, arguments, world))
    if name in matrix.PUBLIC:
        assert answer.status_code in (200, 503)
    elif name in matrix.STEPS_OF_PUBLIC_PATHS:
        assert answer.status_code == 404 or answer.url in {
            reverse(first) for first in matrix.PUBLIC - {"verify"}
        }
    else:
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("accounts:login"))


@pytest.mark.parametrize(("name", "arguments"), [entry for entry in ADDRESSES if entry[0] in matrix.ALLOWED])
def test_a_wrong_role_is_refused(sessions, world, name, arguments):
    answers = {}
    for role in ROLES:
        with undone():
            client = at_browser(sessions[role])
            answers[role] = call(client, name, url_of(name, arguments, world)).status_code
    let_in = {role for role, status in answers.items() if status in (200, 302, 404, 409, 422)}
    assert let_in == matrix.ALLOWED[name] & set(ROLES)
    assert {answers[role] for role in answers.keys() - let_in} <= {403}


@pytest.mark.parametrize(("name", "arguments", "strangers"), FOREIGN)
def test_a_foreign_object_does_not_exist(sessions, world, name, arguments, strangers):
    for who in strangers:
        with undone():
            client = at_browser(sessions[f"foreign {who}"])
            foreign = call(client, name, url_of(name, arguments, world))
            unused = call(client, name, url_of(name, arguments, world, key=UNUSED))
        assert (who, foreign.status_code, unused.status_code) == (who, 404, 404)
