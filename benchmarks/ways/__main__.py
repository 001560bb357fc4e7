"""One way in a process of its own: `python -m benchmarks.ways WAY FILE ROWS`, so that its memory is its own.

Prints one JSON object and leaves the table as it was, so that the next way starts from the same.
"""

import json
import os
import resource
import sys
from importlib import import_module
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "autoflow.settings.dev")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django
from django.db import connection

TRADES = "usedcar_trade"


def execute(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(statement, values)
        return cursor.fetchone() if cursor.description else None


def main():
    django.setup()
    way, path, rows = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    module = import_module(f"benchmarks.ways.{way}")
    (last,) = execute(f"SELECT coalesce(max(id), 0) FROM {TRADES}")  # noqa: S608
    try:
        seconds, written, more = module.run(path, rows)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    finally:
        execute(f"DELETE FROM {TRADES} WHERE id > %s", last)  # noqa: S608
        execute(f"VACUUM {TRADES}")
    print(json.dumps({"seconds": seconds, "written": written, "peak_rss_mb": peak, **more}))


if __name__ == "__main__":
    main()
