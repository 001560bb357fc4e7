import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autoflow.embedded import EmbeddedServices
from autoflow.supervisor import marked

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120


class Run:
    """`manage.py quickstart` in a folder of its own, as an ordinary shell would start it."""

    def __init__(self, var, port):
        self.var, self.port = var, port
        self.output = var.parent / "output.txt"

    def command(self, *arguments):
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment |= {"VAR_DIR": str(self.var), "PORT": str(self.port)}
        environment["DEMO_OPTIONS"] = "--enterprises 1 --months 1 --trades 5"
        return {
            "args": [sys.executable, "manage.py", "quickstart", *arguments],
            "cwd": ROOT,
            "env": environment,
        }

    @contextlib.contextmanager
    def started(self):
        with self.output.open("w") as output:
            process = subprocess.Popen(**self.command(), stdout=output, stderr=output)
        try:
            self.wait_for("用时", process)
            yield process
        finally:
            process.kill()
            process.wait()

    def wait_for(self, text, process):
        deadline = time.monotonic() + START_SECONDS
        while text not in self.output.read_text():
            assert process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.1)

    def refusal(self):
        answer = subprocess.run(**self.command(), capture_output=True, text=True, timeout=START_SECONDS)
        assert answer.returncode == 1
        assert answer.stdout == ""
        return answer.stderr.strip()

    def status(self, path):
        browser = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(browser):
            browser.request("GET", path)
            return browser.getresponse().status

    def nothing_is_left(self):
        services = EmbeddedServices(self.var)
        return (
            marked(self.var) == []
            and services.stopped() == ["PostgreSQL", "Redis"]
            and not (self.var / "run" / "quickstart.lock").exists()
        )


@pytest.fixture
def run(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    run = Run(tmp_path / "var", port)
    yield run
    subprocess.run(**run.command("--stop"), capture_output=True, timeout=60, check=True)


def leave(process, number):
    process.send_signal(number)
    return process.wait(30)


@pytest.mark.slow
def test_quickstart_serves_ends_in_good_order_and_recovers_from_a_kill(run):
    with run.started() as process:
        assert run.status("/healthz") == run.status("/readyz") == 200
        assert "http://127.0.0.1:" in run.output.read_text()
        assert "已有一个 make run" in run.refusal()
        assert leave(process, signal.SIGTERM) == 0
    assert run.nothing_is_left()

    with run.started() as process:
        leave(process, signal.SIGKILL)
    with run.started() as process:
        assert run.status("/readyz") == 200
        assert leave(process, signal.SIGINT) == 0
    assert run.nothing_is_left()


def test_quickstart_names_a_busy_port_before_it_starts_anything(run):
    with socket.create_server(("127.0.0.1", run.port)):
        refusal = run.refusal()
    assert refusal == (f"端口 {run.port} 已被其他程序占用，请换一个端口：PORT={run.port + 1} make run")
    assert not (run.var / "postgres").exists()


def test_quickstart_refuses_any_settings_but_the_demonstration(run):
    command = run.command()
    command["env"] |= {"DJANGO_SETTINGS_MODULE": "autoflow.settings.test", "TEST_VAR": str(run.var)}
    answer = subprocess.run(**command, capture_output=True, text=True, timeout=60)
    assert answer.returncode == 1
    assert answer.stderr.startswith("quickstart 只用于本机演示")
