"""One way in a process of its own: `python -m benchmarks.ways WAY FILE ROWS`, so that its memory is its own.

Prints one JSON object and leaves the table as it was, so that the next way starts from the same.
"""

import json
import os
import sys
from importlib import import_module
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "autoflow.settings.dev")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django
from django.db import connection

from benchmarks.measure import peak_mb

TRADES = "usedcar_trade"


def execute(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(statement, values)
        return cursor.fetchone() if cursor.description else None


def last_trade():
    return execute(f"SELECT coalesce(max(id), 0) FROM {TRADES}")[0]  # noqa: S608


def forget_trades(last):
    """The table as it was when this trade was its last."""
    execute(f"DELETE FROM {TRADES} WHERE id > %s", last)  # noqa: S608
    execute(f"VACUUM {TRADES}")


def main():
    django.setup()
    way, path, rows = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    module = import_module(f"benchmarks.ways.{way}")
    last = last_trade()
    try:
        seconds, written, more = module.run(path, rows)
        peak = peak_mb()
    finally:
        forget_trades(last)
    print(json.dumps({"seconds": seconds, "written": written, "peak_rss_mb": peak, **more}))


if __name__ == "__main__":
    main()
