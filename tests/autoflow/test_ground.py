"""The ground of the suite itself: what the tests rely on without saying so."""

import socket

import pytest
from django.db import connection
from django.template import engines
from pytest_socket import SocketConnectBlockedError

from accounts.models import AuditRecord, Division, Jurisdiction, User
from tests.conftest import empty_tables
from tests.factories import UserFactory
from tests.strict_templates import UndefinedTemplateVariable, UndefinedVariable


@pytest.mark.django_db(transaction=True)
def test_empty_tables_keeps_codes_and_rearms_the_audit_trigger():
    AuditRecord.objects.create(action="test", user_id=UserFactory().pk)

    empty_tables(None)

    kept = (User.objects.count(), AuditRecord.objects.count(), Jurisdiction.objects.count())
    assert kept == (0, 0, 37)
    assert Division.objects.count() == 3225
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgenabled FROM pg_trigger WHERE tgname LIKE 'auditrecord%'",
        )
        assert cursor.fetchall() == [("A",)]


def test_network_is_off():
    with pytest.raises((SocketConnectBlockedError, UserWarning)):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_undefined_variable_fails_in_a_template_of_ours(monkeypatch):
    monkeypatch.setattr("tests.strict_templates.rendered_template", lambda: engine_dir() + "/page.html")

    with pytest.raises(UndefinedTemplateVariable, match=r"page\.html: nobody"):
        engines["django"].from_string("{{ nobody }}").render()


def test_undefined_variable_is_empty_in_a_template_of_a_package():
    assert engines["django"].from_string("<{{ nobody.name }}>").render() == "<>"
    assert isinstance(engines["django"].engine.string_if_invalid, UndefinedVariable)


def engine_dir():
    return str(engines["django"].dirs[0])
