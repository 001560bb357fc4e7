"""A list page of another user, through a real web server, while a real worker imports 100,000 rows."""

import os
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from benchmarks.import_file import reporter, workbook_of
from benchmarks.imports import ROWS
from benchmarks.measure import ms, report
from benchmarks.pages import signed_in
from benchmarks.ways.__main__ import forget_trades, last_trade
from usedcar.enums import UNFINISHED
from usedcar.models import ImportBatch
from usedcar.services import commit_import, upload_import

PAGE, READER, IDLE_PAGES, PAUSE = "/usedcar/trades/", "xihu", 100, 0.1
WEB = "gunicorn autoflow.wsgi:application --no-control-socket --worker-class gthread --workers 2 --threads 4"
WORKER = "celery -A autoflow worker -Q import -c 2 -l ERROR --without-gossip --without-mingle"


class Reader:
    """Somebody who opens the same page ten times a second."""

    def __init__(self, port: int):
        session = signed_in(READER).cookies[settings.SESSION_COOKIE_NAME].value
        self.port, self.headers = port, {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"}

    def open_page(self) -> float:
        start = time.perf_counter()
        web = HTTPConnection("127.0.0.1", self.port, timeout=60)
        web.request("GET", PAGE, headers=self.headers)
        answer = web.getresponse()
        if answer.status != 200 or not answer.read():
            raise RuntimeError(f"{PAGE} 返回 {answer.status}")
        seconds = time.perf_counter() - start
        time.sleep(PAUSE)
        return seconds

    def until_ready(self) -> None:
        """The server has started and every process of it knows the page."""
        end = time.monotonic() + 60
        while True:
            try:
                for _ in range(20):
                    self.open_page()
                return
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.5)


@contextmanager
def running(command: str):
    process = subprocess.Popen([sys.executable, "-m", *command.split()], stdout=sys.stderr)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def pages_while(reader: Reader, batch: ImportBatch) -> list[float]:
    """How long the pages take until the worker has done its part of an import."""
    times = []
    while True:
        times.append(reader.open_page())
        batch.refresh_from_db()
        if batch.status not in UNFINISHED:
            return times


def bench_pages_during_import():
    """Goal: a page answers in less than twice the time it takes when nothing else happens, 95 in 100."""
    path, by, last = workbook_of(Path(os.environ["VAR_DIR"]), ROWS), reporter(), last_trade()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    try:
        with running(f"{WEB} --bind 127.0.0.1:{port}"), running(WORKER):
            reader = Reader(port)
            reader.until_ready()
            idle = [reader.open_page() for _ in range(IDLE_PAGES)]
            with path.open("rb") as source:
                batch = upload_import(upload=UploadedFile(source, path.name, size=path.stat().st_size), by=by)
            checking = pages_while(reader, batch)
            commit_import(batch_id=batch.pk, has_read_warnings=True, by=by)
            batch.refresh_from_db()
            writing = pages_while(reader, batch)
    finally:
        forget_trades(last)
    tell("idle", idle, None)
    tell("while an import is checked", checking, p95(idle))
    tell("while an import is written", writing, p95(idle))


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[18]


def tell(when: str, times: list[float], idle: float | None) -> None:
    median = ms(statistics.median(times))
    report(f"p95 of a page {when}", 1, p95(times), baseline=idle, pages=len(times), median_ms=median)
