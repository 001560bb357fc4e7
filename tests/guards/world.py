"""One small country for the guards: an owner with a row of every kind, and everybody who might look at it."""

import re
import time
from dataclasses import dataclass, field

from django.db import connection
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from accounts.middleware import STARTED_AT
from accounts.models import User
from tests.factories import (
    EnterpriseFactory,
    FilingFactory,
    ImportBatchFactory,
    TradeFactory,
    UserFactory,
    VehicleModelFactory,
)

UNUSED = 9_000_000_001
WRITE = re.compile(r"^\s*(INSERT|UPDATE|DELETE|TRUNCATE|COPY|MERGE)\b", re.IGNORECASE)
OWN_TABLES = ("django_session", "accounts_auditrecord")


@dataclass
class World:
    """People by what they are to the owner's rows, and the rows by the name addresses give them."""

    people: dict[str, User] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)

    def client(self, name, **options):
        """A browser of this person, of a stranger for `anonymous`."""
        client = Client(raise_request_exception=False, **options)
        if name != "anonymous":
            client.force_login(self.people[name])
            session = client.session
            session[STARTED_AT] = time.time()
            session.save()
        return client


def build():
    """The owner and a rival are confirmed used-car dealers of 西湖区; one filing waits there."""
    owner = FilingFactory(enterprise__types=["B2"], confirmed=True).enterprise
    rival = FilingFactory(enterprise__types=["B2"], confirmed=True).enterprise
    drafting = FilingFactory(enterprise__types=["B2"]).enterprise
    waiting = FilingFactory(enterprise=EnterpriseFactory(types=["A3"]), submitted=True)
    operator = UserFactory(operator=True, organisation=owner.name, uscc=owner.uscc)
    owner.staff.add(operator)
    authorities = {
        "county": {"county": True},
        "city": {"city": True},
        "province": {"province": True},
        "nation": {"nation": True},
        "other_county": {"county": True, "division_id": "330108", "organisation": "滨江区商务局"},
        "ningbo": {"ningbo": True},
        "jiangsu": {"jiangsu": True},
        "admin": {"admin": True},
        "auditor": {"auditor": True},
    }
    VehicleModelFactory()
    return World(
        people={
            "manager": owner.staff.exclude(pk=operator.pk).get(),
            "operator": operator,
            "rival": rival.staff.get(),
            "drafting": drafting.staff.get(),
            "newcomer": UserFactory(),
            **{name: UserFactory(**traits) for name, traits in authorities.items()},
        },
        ids={
            "filing": owner.filings.get().pk,
            "waiting": waiting.pk,
            "trade": TradeFactory(enterprise=owner).pk,
            "batch": ImportBatchFactory(enterprise=owner, checked=True).pk,
        },
    )


def routes(patterns=None, prefix=""):
    """Every named address of the product with the names of its arguments."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}", tuple(pattern.pattern.converters)
        else:
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from routes(pattern.url_patterns, inner)


def address(name, world, arguments, **changed):
    return reverse(name, kwargs={key: world.ids.get(value, value) for key, value in {**arguments, **changed}.items()})


class WritesWatch:
    """Collects the statements that write, sessions and the audit trail apart."""

    def __init__(self):
        self.statements = []

    def __call__(self, execute, sql, params, many, context):
        if WRITE.match(sql) and not any(table in sql for table in OWN_TABLES):
            self.statements.append(sql[:200])
        return execute(sql, params, many, context)

    def __enter__(self):
        self.wrapper = connection.execute_wrapper(self)
        self.wrapper.__enter__()
        return self

    def __exit__(self, *exception):
        self.wrapper.__exit__(*exception)
