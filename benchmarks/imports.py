"""The import of one workbook of 100,000 rows: ours, django-import-export's two ways, and the floor."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.import_file import BAD_SHARE, workbook_of
from benchmarks.measure import report

ROWS, SMALL, BULK_ROWS, DEFAULT_ROWS = 100_000, 5_000, 5_000, 2_000
ROUNDS = 3


def run(way, rows, expected):
    """One way in a process of its own, so that its peak of memory is its own; a short count is a failure."""
    path = workbook_of(Path(os.environ["VAR_DIR"]), rows)
    command = [sys.executable, "-m", "benchmarks.ways", way, str(path), str(rows)]
    result = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    if result["written"] != expected:
        raise RuntimeError(f"{way}：写入 {result['written']} 行，应为 {expected} 行")
    return result


def sound(rows):
    """How many rows of the workbook can be imported."""
    return rows - rows // BAD_SHARE


def medians(ways, rows, rounds, expected):
    """The median of each way, the ways taken in turn."""
    results = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            results[way].append(run(way, rows, expected))
    return {
        way: {name: statistics.median(one[name] for one in found) for name in found[0]}
        for way, found in results.items()
    }


def line(bench, rows, result, baseline, **more):
    told = {name: value for name, value in result.items() if name != "seconds"}
    report(bench, rows, result["seconds"], baseline=baseline, **told, **more)


def bench_import():
    """Goals: 10 times use_bulk, 50 times the defaults, at most 1.6 times the floor, at most 450 MB."""
    for rows, rounds in ((SMALL, ROUNDS), (ROWS, ROUNDS)):
        found = medians(("ours", "floor"), rows, rounds, sound(rows))
        line("import against the floor", rows, found["ours"], found["floor"]["seconds"])
        line("floor: fastexcel and COPY of ready rows", rows, found["floor"], None)
    per_row = found["ours"]["seconds"] / ROWS
    for way, rows, goal in (
        ("import_export_bulk", BULK_ROWS, 10),
        ("import_export", DEFAULT_ROWS, 50),
    ):
        theirs = medians((way,), rows, 1, sound(rows))[way]
        line(way, rows, theirs, per_row * rows, goal=goal, baseline_is=f"ours a row over {ROWS} rows")
