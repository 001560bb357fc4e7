"""Runs the measurements on services of their own: `python -m benchmarks [name …]`."""

import os
import sys
from pathlib import Path

VAR = Path(__file__).resolve().parents[1] / "var" / "bench"
os.environ.setdefault("VAR_DIR", str(VAR))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "autoflow.settings.dev")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django  # noqa: E402 -- settings read the environment above
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from autoflow import embedded  # noqa: E402
from autoflow.supervisor import HUGE_PAGES  # noqa: E402

TRADES = 50_000


def prepare(say):
    """The demonstration in a database of its own, kept for the next run."""
    django.setup()
    settings.ROOT_URLCONF = "benchmarks.urls"
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
    say("准备数据 ……")
    call_command("migrate", verbosity=0)
    call_command("load_codes", stdout=sys.stderr)
    call_command("load_demo", trades=TRADES, stdout=sys.stderr)
    call_command("collectstatic", interactive=False, verbosity=0)


def run(names):
    from benchmarks import beside, exports, filings, imports, pages, reports, trades  # noqa: PLC0415 -- they need the settings

    benches = {
        "sign-in": pages.bench_sign_in,
        "form": pages.bench_form,
        "lists": pages.bench_lists,
        "filings": filings.bench_filings,
        "reports": reports.bench_reports,
        "import": imports.bench_import,
        "pages-during-import": beside.bench_pages_during_import,
        "export": exports.bench_export,
        "trades": trades.bench_trades,
    }
    for name in names or benches:
        benches[name]()


def main():
    def say(text):
        print(text, file=sys.stderr, flush=True)

    services = embedded.EmbeddedServices(os.environ["VAR_DIR"])
    services.use(
        postgres="DATABASE_URL" not in os.environ,
        redis="REDIS_URL" not in os.environ,
    )
    services.start(say)
    try:
        prepare(say)
        run(sys.argv[1:])
    finally:
        services.stop()


if __name__ == "__main__":
    if "GLIBC_TUNABLES" not in os.environ:  # read before the first line of Python, as by the web server
        served = {**os.environ, "GLIBC_TUNABLES": HUGE_PAGES}
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks", *sys.argv[1:]], served)  # noqa: S606
    main()
