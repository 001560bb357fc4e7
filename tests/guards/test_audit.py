"""The audit trail: the database lets it grow and nothing else, one id joins an action, services write it."""

import ast

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.audit import record
from accounts.models import AuditRecord
from tests.factories import PASSWORD, UserFactory
from tests.guards.source import dotted, functions, modules_named, place, tree

WRITES = {
    *("save", "create", "update", "delete", "add", "set", "remove", "bulk_create", "bulk_update"),
    *("get_or_create", "update_or_create", "execute", "copy_expert"),
}


def statement(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE accounts_auditrecord SET action = 'nothing'",
        "UPDATE accounts_auditrecord SET summary = summary",
        "DELETE FROM accounts_auditrecord",
        "TRUNCATE accounts_auditrecord",
        "TRUNCATE accounts_auditrecord CASCADE",
        "INSERT INTO accounts_auditrecord SELECT * FROM accounts_auditrecord"
        " ON CONFLICT (id) DO UPDATE SET action = 'nothing'",
    ],
)
def test_audit_refuses_change_and_removal(sql):
    kept = record("test", by=UserFactory())

    with pytest.raises(IntegrityError, match="审计记录只能追加"):
        statement(sql)

    assert AuditRecord.objects.get() == kept


@pytest.mark.django_db
def test_audit_refuses_change_with_triggers_asleep_for_replicas():
    """ENABLE ALWAYS: the mode restores and replicas run in does not switch the guard off."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgenabled FROM pg_trigger"
            " WHERE tgrelid = 'accounts_auditrecord'::regclass AND NOT tgisinternal"
        )
        assert {row[0] for row in cursor.fetchall()} == {"A"}


@pytest.mark.django_db
def test_audit_one_request_one_id(client):
    user = UserFactory()

    response = client.post(
        reverse("accounts:login"),
        {"username": user.username, "password": PASSWORD},
        headers={"X-Request-ID": "request-0123456789"},
    )

    assert response.headers["X-Request-ID"] == "request-0123456789"
    rows = AuditRecord.objects.values_list("request_id", "action", "username")
    assert list(rows) == [("request-0123456789", "account.sign-in", user.username)]


@pytest.mark.django_db
def test_audit_replaces_a_request_id_it_cannot_trust(client):
    response = client.get(reverse("accounts:login"), headers={"X-Request-ID": "<script>alert(1)</script>"})

    assert response.headers["X-Request-ID"].isalnum()


def calls(function):
    """What a function calls: names, and methods by their last part."""
    return {dotted(node).rsplit(".", 1)[-1] for node in ast.walk(function) if isinstance(node, ast.Call)}


def reaches(function, wanted, local, seen=()):
    """Whether a function, or one of its own module that it calls, calls something wanted."""
    made = calls(function)
    if made & wanted:
        return True
    inner = [local[name] for name in made & local.keys() if name not in seen]
    return any(reaches(each, wanted, local, (*seen, function.name)) for each in inner)


def called_within(path, name):
    """Whether a function is a step of another one of its module."""
    return any(name in calls(function) for function in functions(path) if function.name != name)


@pytest.mark.parametrize(
    "path", modules_named("services"), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_every_service_that_writes_records(path):
    local = {node.name: node for node in tree(path).body if isinstance(node, ast.FunctionDef)}
    silent = [
        f"{place(path, function)} {name}"
        for name, function in local.items()
        if not name.startswith("_") and not called_within(path, name)
        if reaches(function, WRITES, local) and not reaches(function, {"record"}, local)
    ]
    assert not silent, silent
