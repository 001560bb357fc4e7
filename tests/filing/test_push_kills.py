"""Workers die between the receiver's word and their own: nothing is lost, nothing is doubled."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from datetime import timedelta

import psycopg2
import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone
from psycopg2.extensions import make_dsn

from autoflow.celery import app
from filing.delivery import claim, sweep
from filing.enums import PushState
from filing.models import PushMessage
from filing.tasks import push_message, sweep_pushes
from tests.factories import PushMessageFactory

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 90
RUN_TASK = (
    "import sys, django; django.setup();"
    " from filing.tasks import push_message; push_message(int(sys.argv[1]))"
)


def dsn():
    parts = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {name: connection.settings_dict[key] for name, key in parts.items()}
    return make_dsn(**{name: value for name, value in given.items() if value})


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


class Worker:
    """A process of its own on the database of this test, to be killed without a word."""

    def __init__(self, *command, receiver):
        environment = {**os.environ, "DATABASE_URL": dsn(), "POLICE_GATEWAY_URL": receiver.url}
        environment |= {"DJANGO_SETTINGS_MODULE": "autoflow.settings.test"}
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def workers(receiver):
    """`workers(*command)` starts one; all are gone at the end."""
    started = []

    def start(*command):
        started.append(Worker(*command, receiver=receiver))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


@pytest.fixture
def _real_queue():
    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = True


class Lock:
    """Holds the row of a message from the moment the receiver took it over, so that its answer cannot be
    written down.
    """

    def __init__(self, message):
        self.message_id = message.pk
        self.session = psycopg2.connect(dsn())

    def take(self, key):
        with self.session.cursor() as cursor:
            cursor.execute("SELECT 1 FROM filing_pushmessage WHERE id = %s FOR UPDATE", [self.message_id])

    def is_waited_for(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            return cursor.fetchone()[0] > 0


def dies_before_commit(receiver, message, start):
    """The worker gets its answer, begins to write it down, and is killed there."""
    lock = Lock(message)
    receiver.gateway.on_received = lock.take
    worker = start()
    wait_until(lock.is_waited_for)
    worker.kill()
    lock.session.close()
    receiver.gateway.on_received = lambda key: None


def dies_before_answer(receiver, message, start):
    """The receiver took the message over, and the worker is killed before it hears of it."""
    taken, gone = threading.Event(), threading.Event()

    def hold_back(key):
        taken.set()
        gone.wait(PATIENCE)

    receiver.gateway.on_received = hold_back
    worker = start()
    assert taken.wait(PATIENCE)
    worker.kill()
    receiver.gateway.on_received = lambda key: None
    gone.set()


def lease_ends(message):
    PushMessage.objects.filter(pk=message.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def reconciled(receiver):
    """What the receiver took over is what we call delivered, key by key with the same receipt."""
    ours = {push.key: push.receipt for push in PushMessage.objects.filter(state=PushState.DELIVERED)}
    return ours == {message["key"]: message["receipt"] for message in receiver.received}


@pytest.mark.parametrize("death", [dies_before_answer, dies_before_commit])
def test_kills_around_the_answer_lose_nothing_and_double_nothing(receiver, workers, death):
    message = PushMessageFactory()
    for kills in range(1, 4):
        death(receiver, message, lambda: workers("-c", RUN_TASK, str(message.pk)))
        stored = PushMessage.objects.get()
        assert (stored.state, stored.tries, stored.receipt) == (PushState.SENDING, kills, "")
        assert sweep() == []
        lease_ends(message)
        assert sweep() == [message.pk]
    sweep_pushes()
    stored = PushMessage.objects.get()
    assert (stored.state, stored.tries) == (PushState.DELIVERED, 4)
    assert [received["times"] for received in receiver.received] == [4]
    assert reconciled(receiver)
    assert list(stored.attempts.values_list("outcome", flat=True)) == ["", "", "", "ACCEPTED"]


@pytest.mark.usefixtures("_real_queue")
def test_celery_worker_killed_before_its_commit_is_replaced_by_another(receiver, workers):
    queue = f"sync-{uuid.uuid4().hex}"
    command = ["-m", "celery", "-A", "autoflow", "worker", "-Q", queue, "-c", "1", "-l", "ERROR"]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat", "-n", f"{queue}@%h"]
    killed = PushMessageFactory()
    others = PushMessageFactory.create_batch(3)
    push_message.apply_async([killed.pk], queue=queue)
    dies_before_commit(receiver, killed, lambda: workers(*command))
    lease_ends(killed)
    workers(*command)
    for message_id in sweep():
        push_message.apply_async([message_id], queue=queue)
    wait_until(lambda: PushMessage.objects.filter(state=PushState.DELIVERED).count() == 4)
    times = {received["key"]: received["times"] for received in receiver.received}
    assert times == {killed.key: 2, **{message.key: 1 for message in others}}
    assert reconciled(receiver)


def at_once(*calls):
    """Runs the calls at the same moment, each on a connection of its own."""
    barrier, answers = threading.Barrier(len(calls)), []

    def run(call):
        barrier.wait()
        answers.append(call())
        connections.close_all()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_sweepers_at_once_send_each_message_once(receiver):
    PushMessageFactory.create_batch(6)
    at_once(sweep_pushes, sweep_pushes, sweep_pushes)
    assert [received["times"] for received in receiver.received] == [1] * 6
    assert reconciled(receiver)


def test_of_two_messages_of_an_enterprise_only_the_newer_is_ever_claimed():
    for _ in range(10):
        older = PushMessageFactory()
        newer = PushMessageFactory(filing=older.filing)
        claims = at_once(*[lambda pk=pk: claim(pk) for pk in (older.pk, newer.pk) * 2])
        assert [message.pk for message in claims if message] == [newer.pk]
        assert PushMessage.objects.get(pk=older.pk).state == PushState.SUPERSEDED
