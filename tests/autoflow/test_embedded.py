import os
import signal
import subprocess
import sys
import time
from urllib.parse import unquote

import psycopg2
import pytest
import redis

from autoflow import embedded
from autoflow.embedded import EmbeddedServiceError, EmbeddedServices


@pytest.fixture
def services(tmp_path):
    services = EmbeddedServices(tmp_path / "目录 与空格", durable=False)
    yield services
    services.stop()


def query(services, statement):
    connection = psycopg2.connect(services.database_url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def redis_client(services):
    return redis.Redis.from_url(services.redis_url)


def test_services_start_stop_and_keep_their_data(services):
    services.start()
    query(services, "CREATE TABLE note AS SELECT '汽车' AS text")
    with redis_client(services) as client:
        assert client.ping()
    assert query(services, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False

    services.stop()
    assert services.stopped() == ["PostgreSQL", "Redis"]
    services.start()
    assert query(services, "SELECT text FROM note") == "汽车"


def test_start_of_running_services_uses_them_as_they_are(services):
    services.start()
    pids = [server.find().pid for server in services._servers]
    EmbeddedServices(services.base_dir, durable=False).start()
    assert [server.find().pid for server in services._servers] == pids


def test_start_after_kill_recovers(services):
    services.start()
    for server in services._servers:
        server.find().send_signal(signal.SIGKILL)
        server.child.wait()
    assert services.stopped() == ["PostgreSQL", "Redis"]

    services.start()
    assert query(services, "SELECT 1") == 1


def test_start_with_pid_of_another_program_in_the_lock_recovers(services):
    services.start()
    postgres = services._servers[0]
    lines = postgres.pid_file.read_text().splitlines()
    services.stop()
    postgres.pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")

    services.start()
    assert query(services, "SELECT 1") == 1


def test_services_end_when_the_process_that_started_them_is_killed(services):
    if sys.platform != "linux":
        pytest.skip("only Linux tells a child that its parent died")
    code = (
        "import sys, time; from autoflow.embedded import EmbeddedServices; "
        "EmbeddedServices(sys.argv[1], durable=False).start(); print('up', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, services.base_dir], stdout=subprocess.PIPE) as starter:
        assert starter.stdout.readline() == b"up\n"
        assert services.stopped() == []
        starter.kill()
    deadline = time.monotonic() + 10
    while services.stopped() != ["PostgreSQL", "Redis"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert services.stopped() == ["PostgreSQL", "Redis"]


def test_data_of_another_major_version_is_refused(services):
    data = services.base_dir / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedServiceError, match="PostgreSQL 16 的数据"):
        services.start()


@pytest.mark.parametrize("name", ["很长的目录名" * 10, "a,b"])
def test_sockets_of_an_unsuitable_path_lie_in_a_private_temporary_folder(tmp_path, name):
    base_dir = tmp_path / name
    folder = embedded.socket_dir(base_dir)
    assert not folder.is_relative_to(base_dir)
    assert len(os.fsencode(folder / "postgres/.s.PGSQL.5432")) <= embedded.SOCKET_PATH_BYTES
    assert embedded.socket_dir(base_dir) == folder
    assert embedded.socket_dir(tmp_path / f"{name}2") != folder


def test_addresses_are_computed_without_starting_anything(tmp_path):
    base_dir = tmp_path / "v"
    sockets = embedded.socket_dir(base_dir)
    assert unquote(embedded.database_url(base_dir)) == (
        f"postgresql:///autoflow?user=autoflow&host={sockets}/postgres"
    )
    assert unquote(embedded.redis_url(base_dir)) == f"unix://{sockets}/redis.sock"
    assert unquote(embedded.celery_url(base_dir)) == f"redis+socket://{sockets}/redis.sock"
    assert not base_dir.exists()
