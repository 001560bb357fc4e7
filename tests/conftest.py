"""The ground of the suite: own services a run, codes in every database, strict templates, no network."""

import contextlib
import itertools
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.template import engines
from django.test import TransactionTestCase
from django.test.client import ClientHandler
from factory.builder import DeclarationSet
from pytest_socket import socket_allow_hosts

from accounts.management.commands.load_codes import load_codes
from autoflow.embedded import EmbeddedServices
from tests.copied_database import IS_SHARED, CopiedDatabase, forget_model
from tests.sessions import signed_in
from tests.shared_middleware import load_once
from tests.strict_templates import UndefinedVariable

CODE_TABLES = {
    *("django_migrations", "django_content_type"),
    *("accounts_division", "accounts_jurisdiction", "accounts_contact"),
}
AUDIT_TABLE, AUDIT_TRIGGER = "accounts_auditrecord", "auditrecord_table_append_only"
OTHER_SESSIONS_END = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
CACHE_VERSIONS = itertools.count(1)
TRIES = 3


class RunServices:
    """The embedded services of this run: the first process starts them, others inherit their address."""

    def __init__(self, folder):
        self.folder = folder
        self.embedded = EmbeddedServices(folder, durable=False)

    @property
    def are_needed(self):
        return self.embedded.database_url == settings.DATABASE_URL or (
            self.embedded.redis_url == settings.REDIS_URL
        )

    def pytest_sessionstart(self):
        """What a killed run left behind goes first."""
        for left in self.folder.parent.glob("test-*"):
            pid = left.name.removeprefix("test-")
            if pid.isdigit() and not psutil.pid_exists(int(pid)):
                EmbeddedServices(left, durable=False).stop()
                shutil.rmtree(left, ignore_errors=True)
        if self.are_needed:
            self.embedded.start()

    def pytest_unconfigure(self):
        if self.embedded.database_url != settings.DATABASE_URL:  # an embedded one goes with its folder
            forget_model()
        if self.are_needed:
            self.embedded.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


# A parameter nobody gave is looked up with a default, and the message of that refusal writes out the whole
# factory: a fifth of the time of some tests.
DeclarationSet.__repr__ = object.__repr__
ClientHandler.load_middleware = load_once


def pytest_configure(config):
    engines["django"].engine.string_if_invalid = UndefinedVariable("%s")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(RunServices(Path(os.environ["TEST_VAR"])), "run-services")


def pytest_runtest_setup():
    """The network is off, save loopback and the servers this run was given."""
    given = {urlsplit(settings.REDIS_URL).hostname, settings.DATABASES["default"]["HOST"]}
    hosts = [host for host in given if host and "/" not in host]
    socket_allow_hosts(["127.0.0.1", "::1", "localhost", *hosts], allow_unix_socket=True)


@pytest.fixture(scope="session")
def django_db_keepdb(request):
    """A database outlives the run only where it was named (TEST_DB_SUFFIX) and --reuse-db was given."""
    return "TEST_DB_SUFFIX" in os.environ and request.config.getvalue("reuse_db")


@pytest.fixture(scope="session")
def copied_database():
    """What the processes of a run share; a process alone makes its database itself."""
    return CopiedDatabase(Path(os.environ["TEST_VAR"])) if IS_SHARED else None


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, copied_database):
    """The last moment before the database is made."""
    if copied_database:
        copied_database.begin()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, copied_database, django_db_blocker):
    """Divisions and jurisdictions are there for every test, as in every installation.

    Threads of a live server may still hold a session when the database is dropped at the end.
    """
    with django_db_blocker.unblock():
        load_codes()
        if copied_database:
            copied_database.finish()
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(OTHER_SESSIONS_END)


def empty_tables(test_case):
    """Truncate what a transactional test committed; a page still being answered may read the tables in
    another order, so that one of the two has to begin anew.
    """
    for _ in range(TRIES - 1):
        with contextlib.suppress(OperationalError):
            return truncate()
    return truncate()


def truncate():
    """Codes stay, and the audit trail's trigger steps aside."""
    tables = [name for name in connection.introspection.table_names() if name not in CODE_TABLES]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {AUDIT_TABLE} DISABLE TRIGGER {AUDIT_TRIGGER}")
        cursor.execute(f"TRUNCATE {', '.join(map(connection.ops.quote_name, tables))} RESTART IDENTITY")
        cursor.execute(f"ALTER TABLE {AUDIT_TABLE} ENABLE ALWAYS TRIGGER {AUDIT_TRIGGER}")
        cursor.execute("DELETE FROM accounts_contact WHERE jurisdiction_id IS NOT NULL")


def pytest_xdist_auto_num_workers(config):
    """One process more than there are cores: each waits for the database and the browser half of its time."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session", autouse=True)
def _flush_keeps_codes():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield


@pytest.fixture(autouse=True)
def _empty_cache():
    """Each test begins with an empty cache, without emptying that of its neighbours."""
    cache.version = f"test-{next(CACHE_VERSIONS)}"


@pytest.fixture
def client_for():
    """A browser in which this person is signed in: `client_for(user).get(…)`."""
    return signed_in


@pytest.fixture
def queries_of(django_assert_max_num_queries):
    """The statements of a block: `with queries_of() as queries: …`, then `len(queries)`."""

    @contextlib.contextmanager
    def counting():
        with django_assert_max_num_queries(10_000) as queries:
            yield queries

    return counting


@pytest.fixture
def in_threads():
    """Calls a function with each of these values at once, each on a connection of its own."""

    def call(function, values):
        ready = threading.Barrier(len(values))

        def one(value):
            ready.wait()
            try:
                return function(value)
            finally:
                connection.close()

        with ThreadPoolExecutor(len(values)) as pool:
            return list(pool.map(one, values))

    return call
