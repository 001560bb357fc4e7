"""`make run`: everything the product needs on one machine, watched until Ctrl-C ends all of it."""

import contextlib
import errno
import fcntl
import hashlib
import http.client
import io
import json
import logging
import os
import shlex
import shutil
import signal
import socket
import sys
import time
import unicodedata
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, connections
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from accounts.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from autoflow.common.health import HEARTBEAT_KEY
from autoflow.common.tasks import beat_heart
from autoflow.embedded import EmbeddedServiceError, EmbeddedServices, open_log, socket_dir
from autoflow.supervisor import HUGE_PAGES, Supervisor, end_marked

DEMONSTRATION = "autoflow.settings.dev"
NEEDED_BYTES = 500_000_000
READY_SECONDS = 90
GATEWAY_SECONDS = 20
HANDOVER_SECONDS = 20
TEND_SECONDS = 0.2
END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "在本机启动整个产品，供初次了解；按 Ctrl-C 全部停止。"
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument(
            "--port", default=os.environ.get("PORT") or "8000", help="网页端口，默认取 PORT 或 8000"
        )
        parser.add_argument("--follow-parent", action="store_true", help="启动它的进程结束时，自己也结束")
        parser.add_argument("--stop", action="store_true", help="停止本机所有残留进程后退出")

    def handle(self, *, port, follow_parent, stop, **options):
        try:
            _demonstration_only()
            quickstart = Quickstart(port=_port(port), parent=os.getppid() if follow_parent else None)
            for number in END_SIGNALS:
                signal.signal(number, _interrupt)
            quickstart.clear_away() if stop else quickstart.run()
        except (CommandError, EmbeddedServiceError) as error:
            sys.exit(str(error))
        except Exception as error:
            if not _disk_was_full(error):
                raise
            sys.exit("磁盘已满，请腾出空间后重新执行。")


class Quickstart:
    """One run: prepare, start, wait until it answers, look after it, end it."""

    def __init__(self, *, port, parent):
        self.port, self.parent = port, parent
        self.var = Path(settings.VAR_DIR).resolve()
        self.logs, self.state = self.var / "log", self.var / "run"
        self.supervisor = Supervisor(mark=self.var, directory=settings.BASE_DIR, say=say)
        self.services = EmbeddedServices(self.var)
        self.services.use(
            postgres=self.services.database_url == settings.DATABASE_URL,
            redis=self.services.redis_url == settings.REDIS_URL,
        )

    def run(self):
        started = time.monotonic()
        with only_instance(self.state / "quickstart.lock") as lock, self.setup_log() as log:
            self.check_ground()
            try:
                self.start(log)
                self.wait_until_ready()
                self.welcome(time.monotonic() - started)
                self.look_after()
            except KeyboardInterrupt:
                say("正在停止 …")
            finally:
                for number in END_SIGNALS:
                    signal.signal(number, signal.SIG_IGN)
                lock.mark_stopping()
                self.supervisor.stop()
                self.services.stop()
                say("已全部停止。")

    def clear_away(self):
        """End what a killed run or test run left behind; used before the local state is removed."""
        with only_instance(self.state / "quickstart.lock"):
            end_marked(self.var)
            for base_dir in (self.var, *self.var.glob("test-*")):
                EmbeddedServices(base_dir).stop()
                if not socket_dir(base_dir).is_relative_to(self.var):
                    shutil.rmtree(socket_dir(base_dir), ignore_errors=True)

    def check_ground(self):
        """What would stop us later is found and said before anything slow begins."""
        if end_marked(self.var):
            say("已结束上次异常退出时留下的进程。")
        if not _is_free(self.port):
            raise CommandError(
                f"端口 {self.port} 已被其他程序占用，请换一个端口：PORT={self.port + 1} make run"
            )
        free = shutil.disk_usage(self.var).free
        if free < NEEDED_BYTES:
            raise CommandError(f"磁盘空间不足：{self.var} 所在磁盘只剩 {free / 1e6:.0f} MB，请先腾出空间。")

    @contextlib.contextmanager
    def setup_log(self):
        """Where commands and loggers of this process write, for the console shows our own lines alone."""
        with (
            open_log(self.logs / "setup.log") as raw,
            io.TextIOWrapper(raw, "utf-8", write_through=True) as log,
        ):
            for handler in logging.getLogger().handlers:
                handler.setStream(log)
            yield log

    def start(self, log):
        self.services.stop()
        self.services.start(say)
        gateway_port = self.start_gateway()
        self.prepare_database(log)
        self.collect_static(log)
        say("启动网页服务和后台任务 …")
        self.start_web()
        self.wait_for_gateway(gateway_port)
        self.start_worker()

    def prepare_database(self, log):
        say("检查数据库结构、代码表和演示数据 …")
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0")
        except OperationalError as error:
            raise CommandError("连接不上 DATABASE_URL 指向的数据库，请检查地址、口令和网络。") from error
        call_command("migrate", interactive=False, stdout=log)
        call_command("load_codes", stdout=log)
        call_command("load_demo", *shlex.split(os.environ.get("DEMO_OPTIONS", "")), stdout=log)
        connections.close_all()

    def collect_static(self, log):
        """Only when a source file changed since the last time: compressing takes seconds."""
        digest = hashlib.sha256()
        for finder in get_finders():
            for name, storage in finder.list([]):
                status = os.stat(storage.path(name))
                digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
        stamp = self.state / "static.stamp"
        if stamp.exists() and stamp.read_text() == digest.hexdigest():
            return
        say("整理页面资源 …")
        call_command("collectstatic", interactive=False, clear=True, stdout=log)
        stamp.write_text(digest.hexdigest())

    def start_gateway(self):
        """The demo receiver and its port, unless a real one is configured; a port in use gives way to a free
        one.
        """
        address = urlsplit(settings.POLICE_GATEWAY_URL)
        if address.hostname not in {"127.0.0.1", "localhost"}:
            return None
        port = address.port if _is_free(address.port) else _any_free_port()
        os.environ["POLICE_GATEWAY_URL"] = f"http://127.0.0.1:{port}"
        command = [sys.executable, "manage.py", "police_gateway", "--port", str(port)]
        self.supervisor.add("公安接收端替身", command, log_path=self.logs / "police_gateway.log")
        return port

    def wait_for_gateway(self, port):
        """A push the worker sends before somebody listens is tried again only after minutes."""
        deadline = time.monotonic() + GATEWAY_SECONDS
        while port and not _listens(port) and time.monotonic() < deadline:
            self.tend()
            time.sleep(TEND_SECONDS)

    def start_web(self):
        command = [sys.executable, "-m", "gunicorn", "autoflow.wsgi:application"]
        command += ["--bind", f"127.0.0.1:{self.port}", "--no-control-socket"]
        command += ["--worker-class", "gthread", "--workers", "2", "--threads", "4"]
        command += ["--timeout", "60", "--graceful-timeout", "4"]
        site = {"SITE_URL": f"http://127.0.0.1:{self.port}"}
        memory = {"GLIBC_TUNABLES": os.environ.get("GLIBC_TUNABLES", HUGE_PAGES)}
        self.supervisor.add("网页服务", command, log_path=self.logs / "web.log", **site, **memory)

    def start_worker(self):
        schedule = self.state / "beat-schedule"
        for leftover in self.state.glob("beat-schedule*"):
            leftover.unlink()
        try:
            cache.delete(HEARTBEAT_KEY)
            beat_heart.apply_async(expires=READY_SECONDS)
        except (RedisError, BrokerError) as error:
            raise CommandError("连接不上 REDIS_URL 指向的 Redis，请检查地址、口令和网络。") from error
        command = [sys.executable, "-m", "celery", "-A", "autoflow", "worker", "-B", "-s", str(schedule)]
        command += ["-n", "quickstart@%h", "-Q", "import,sync,default", "-c", "2", "-l", "INFO"]
        command += ["--without-gossip", "--without-mingle"]
        log_path = self.logs / "worker.log"
        site = {"SITE_URL": f"http://127.0.0.1:{self.port}"}
        self.supervisor.add("后台任务", command, log_path=log_path, STATEMENT_TIMEOUT_MS="60000", **site)

    def wait_until_ready(self):
        """Until /readyz finds nothing missing; what it waits for is said once."""
        deadline, told = time.monotonic() + READY_SECONDS, ""
        while (missing := unready_parts(self.port)) and time.monotonic() < deadline:
            self.tend()
            time.sleep(TEND_SECONDS)
            if time.monotonic() > deadline - READY_SECONDS + 5 and missing != told:
                say(f"等待：{missing} …")
                told = missing
        if missing:
            say(f"{READY_SECONDS} 秒后仍未就绪：{missing}。日志在 {self.logs}，将继续尝试。")

    def welcome(self, seconds):
        rows = [("账号", "单位", "用来看什么")]
        rows += [(account.username, account.organisation, account.shows) for account in DEMO_ACCOUNTS]
        widths = [max(map(_width, column)) + 2 for column in zip(*rows, strict=True)]
        say("")
        for row in rows:
            say(
                "  " + "".join(_padded(text, width) for text, width in zip(row, widths, strict=True)).rstrip()
            )
        say("")
        say(f"演示账号的密码都是 {DEMO_PASSWORD}（数据均为虚构）")
        say(f"演示中的邮件和短信（如找回密码的验证码）不会真的发出，写在 {settings.DEMO_MESSAGES}")
        say(f"请用浏览器打开 http://127.0.0.1:{self.port} ，按 Ctrl-C 停止。用时 {seconds:.1f} 秒")

    def look_after(self):
        while True:
            self.tend()
            time.sleep(TEND_SECONDS)

    def tend(self):
        if self.parent is not None and os.getppid() != self.parent:
            raise KeyboardInterrupt
        for name in self.services.stopped():
            say(f"{name} 意外退出，正在重新启动 …")
            self.services.start()
        self.supervisor.tend()


class InstanceLock:
    """The lock file of a run; its text tells the next run whether waiting makes sense."""

    def __init__(self, file):
        self.file = file

    def mark_stopping(self):
        """Unbuffered and without insisting: a full disk must not keep us from stopping."""
        with contextlib.suppress(OSError):
            os.write(self.file.fileno(), b"stopping")


@contextlib.contextmanager
def only_instance(path):
    """One run a checkout; the kernel drops the lock with its process, so a killed run blocks nobody."""
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline, waiting = time.monotonic() + HANDOVER_SECONDS, False
    while True:
        file = path.open("a+")
        with contextlib.suppress(BlockingIOError, FileNotFoundError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                break
        file.seek(0)
        stopping = file.read() == "stopping"
        file.close()
        if not stopping or time.monotonic() > deadline:
            raise CommandError("已有一个 make run 在本目录运行，请先在它的窗口按 Ctrl-C 停止。")
        if not waiting:
            say("上一次运行正在结束，请稍候 …")
        waiting = True
        time.sleep(TEND_SECONDS)
    file.truncate(0)
    try:
        yield InstanceLock(file)
    finally:
        path.unlink(missing_ok=True)
        file.close()


def unready_parts(port):
    """What /readyz finds missing, as a short text; empty when the product is ready."""
    browser = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        browser.request("GET", "/readyz")
        answer = browser.getresponse()
        if answer.status == http.client.OK:
            return ""
        parts = json.loads(answer.read())["parts"]
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return "网页服务"
    finally:
        browser.close()
    return "、".join(f"{name}（{state}）" for name, state in parts.items() if state != "ok")


def say(text):
    """A line on the console; a console that went away must not keep us from ending in good order."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


def _demonstration_only():
    if settings.SETTINGS_MODULE != DEMONSTRATION:
        raise CommandError(
            f"quickstart 只用于本机演示（{DEMONSTRATION}），正式环境请按 README 的部署一节操作。"
        )


def _disk_was_full(error):
    """Whether an error, or one that led to it, is the system's «No space left on device»."""
    while error is not None:
        if os.strerror(errno.ENOSPC) in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _interrupt(number, frame):
    raise KeyboardInterrupt


def _port(text):
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise CommandError(f"端口 {text} 不正确，应为 1 至 65535 之间的整数，例如 PORT=8001 make run")
    return int(text)


def _is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _any_free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _width(text):
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text, width):
    return text + " " * (width - _width(text))
