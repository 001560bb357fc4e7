"""Keeps the processes of a local run alive, and ends all of them, also those a killed run left behind."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from autoflow.embedded import open_log
from autoflow.privileges import child_setup

MARK = "AUTOFLOW_RUN"
GRACE_SECONDS = 6
STEADY_SECONDS = 60
HUGE_PAGES = "glibc.malloc.hugetlb=1"  # each check of a password fills 46 MiB of fresh memory
LONGEST_PAUSE = 30


@dataclass
class Child:
    """A process we look after."""

    name: str
    command: list[str]
    log_path: Path
    environment: dict[str, str]
    process: subprocess.Popen | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    failures: int = 0


class Supervisor:
    """The children of one run; all of them and their children carry `mark` in the environment."""

    def __init__(self, *, mark, directory, say):
        self.mark, self.directory, self.say = str(mark), directory, say
        self.children = []

    def add(self, name, command, *, log_path, **environment):
        child = Child(
            name, command, log_path, {**os.environ, "PYTHONUNBUFFERED": "1", **environment, MARK: self.mark}
        )
        self.children.append(child)
        self._start(child)

    def tend(self):
        """Start again what died unexpectedly, after a pause that grows while it keeps dying."""
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._end_group(child)
                steady = time.monotonic() - child.started_at > STEADY_SECONDS
                child.failures = 1 if steady else child.failures + 1
                pause = min(2 ** (child.failures - 1), LONGEST_PAUSE)
                child.start_again_at = time.monotonic() + pause
                child.process = None
                self.say(f"{child.name}意外退出，{pause} 秒后重新启动（日志：{child.log_path}）")
            if child.process is None and time.monotonic() >= child.start_again_at:
                self._start(child)

    def stop(self):
        end_marked(self.mark)
        for child in self.children:
            if child.process is not None:
                child.process.kill()
                child.process.wait()

    def _end_group(self, child):
        """What a killed process leaves behind (pool workers, a beat) must not work beside its successor."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)

    def _start(self, child):
        with open_log(child.log_path) as log:
            child.process = subprocess.Popen(
                child.command,
                cwd=self.directory,
                env=child.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=child_setup(),
            )
        child.started_at = time.monotonic()


def marked(mark):
    """Every process that carries the mark; a file of pids would miss grandchildren and go stale."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == str(mark):
                found.append(process)
    return found


def end_marked(mark):
    """Ask the topmost processes to end, which end their own children in order; kill whatever is left."""
    processes = marked(mark)
    pids = {process.pid for process in processes}
    for process in processes:
        with contextlib.suppress(psutil.Error):
            if process.ppid() not in pids:
                process.send_signal(signal.SIGTERM)
                process.send_signal(signal.SIGCONT)
    psutil.wait_procs(processes, timeout=GRACE_SECONDS)
    for process in marked(mark):
        with contextlib.suppress(psutil.Error):
            process.kill()
    return len(processes)
